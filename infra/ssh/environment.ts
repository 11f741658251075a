// Settings of the caller's shell that could run foreign code in our programs or point a client at another database.
import { Stopped } from "../../runner/model/stop.ts";

const REFUSED = ["ZX_PREFIX", "ZX_POSTFIX", "ZX_SHELL", "NODE_OPTIONS"] as const;

/**
 * First act of a program of the workstation. STOP_PRECHECK_FAILED when the environment holds a setting that runs code in this
 * program (names only); PG* and GNUPGHOME are removed, because the database driver and every child would follow them.
 */
export function refuseForeignEnvironment(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(environment).filter(steersClients)) delete environment[name];
  const set = REFUSED.filter((name) => environment[name] !== undefined && environment[name] !== "");
  if (set.length === 0) return;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: `${set.join(", ")} set in the environment`,
    wanted: "none of them: they run foreign code in this program",
    next: `unset ${set.join(" ")}`,
  });
}

/** The environment for child programs: without PG* and GNUPGHOME, which would steer psql and gpg elsewhere. */
export function childEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !steersClients(name)));
}

/** Options of a child program whose status is judged by the caller: the child's environment, and no throw. */
export const quietChild = (): {
  readonly reject: false;
  readonly extendEnv: false;
  readonly env: NodeJS.ProcessEnv;
} => ({
  reject: false,
  extendEnv: false,
  env: childEnvironment(),
});

// Windows knows no letter case in such names, and no program of ours needs one that differs by it.
function steersClients(name: string): boolean {
  const upper = name.toUpperCase();
  return upper.startsWith("PG") || upper === "GNUPGHOME";
}

/** The environment of ssh: no server of the caller's language changes the words that are read, and nothing of Pulumi's or Node's. */
export function sshEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(childEnvironment(environment)).filter(([name]) => !/^(?:PULUMI_|NODE_|LC_|LANG)/.test(name)),
  );
}
