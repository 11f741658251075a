// Which versions of programs a host may bring.

const OLDEST_NODE = [20, 11] as const;

/** Whether a text as `v20.20.2` is a Node too old for the runner, or no version at all. */
export function isOldNode(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined || minor === undefined) return true;
  return Number(major) < OLDEST_NODE[0] || (Number(major) === OLDEST_NODE[0] && Number(minor) < OLDEST_NODE[1]);
}
