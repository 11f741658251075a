// Has `npm run up` been on this sandbox? The runner's launcher is the last thing it lays.
import { existsSync } from "node:fs";
import { Stopped } from "../../runner/model/stop.ts";
import type { Sandbox } from "./sandbox.ts";

/** Whether the launcher is there; whether all the rest is as declared is what `npm run drift` answers. */
export const isProvisioned = ({ launchers }: Pick<Sandbox, "launchers">): boolean => existsSync(launchers.cutter);

/** STOP_PRECHECK_FAILED before the first `npm run up`. */
export function insistProvisioned(sandbox: Pick<Sandbox, "launchers">): void {
  if (!isProvisioned(sandbox)) throw new Stopped("STOP_PRECHECK_FAILED", { saw: "nothing of the cutter is on the sandbox host yet", wanted: "a provisioned host", next: "npm run up" });
}
