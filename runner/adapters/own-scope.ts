// A scope of systemd for a run: without one a run belongs to the login session it was asked in, and a host that ends what a session
// leaves behind (KillUserProcesses) would end the run with the operator's line. See docs/decisions/0091-own-scope.md.
import { spawnSync } from "node:child_process";

const SYSTEMD_RUN = "systemd-run";
const PROBE_LIMIT_MS = 5_000;
// --scope runs the program in the place of systemd-run: same process, same output, and a pid that stays true.
const SCOPE = ["--scope", "--quiet", "--collect"] as const;

/**
 * Words to put before a program so that it runs in a scope of its own; none where systemd does not run, is not installed or does
 * not allow it. Tried with a program that does nothing: a run must not be started twice because the first try half worked.
 */
export function ownScope(name: string): readonly string[] {
  const tried = spawnSync(SYSTEMD_RUN, [...SCOPE, "--", "true"], {
    stdio: "ignore",
    cwd: "/",
    timeout: PROBE_LIMIT_MS,
  });
  return tried.status === 0 ? [SYSTEMD_RUN, ...SCOPE, `--unit=${name}`, "--"] : [];
}
