// Has `npm run up` been on this sandbox? The runner's launcher is the last thing it lays.
import { existsSync } from "node:fs";
import { Stopped } from "../../runner/model/stop.ts";
import type { Place } from "./place.ts";

/** Whether the launcher is there; whether all the rest is as declared is what `npm run drift` answers. */
export const isProvisioned = ({ launcher }: Place): boolean => existsSync(launcher);

/** STOP_PRECHECK_FAILED before the first `npm run up`. */
export function insistProvisioned(place: Place): void {
  if (!isProvisioned(place))
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "nothing of the cutter is on the sandbox host yet",
      wanted: "a provisioned host",
      next: "npm run up",
    });
}
