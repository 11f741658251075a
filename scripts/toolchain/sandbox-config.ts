// Whether a stack's configuration says that it is a sandbox.

/**
 * True only for the line `cutter:sandbox: true` directly under `config:`, as the engine writes it. Read without a YAML
 * library on purpose: any other spelling, a secret or a nested one gives false, and false is the safe answer.
 */
export function saysSandbox(stackConfig: string): boolean {
  let section = "";
  return stackConfig.split(/\r?\n/).some((line) => {
    if (/^\S/.test(line) && !line.startsWith("#")) section = line.trimEnd();
    return section === "config:" && /^ {2}(["']?)cutter:sandbox\1: (["']?)true\2$/.test(line.trimEnd());
  });
}
