// Whether this machine can restore a backup at all, and what a restore that failed here says of itself.
import { Stopped } from "../../runner/model/stop.ts";
import { majorOfText } from "../../runner/rules/postgres-versions.ts";
import { installLine } from "../build/programs.mjs";
import type { HostEvent } from "./host-call.ts";
import { stopOf } from "./stop-of-host.ts";

/** Programs of PostgreSQL on this machine: their folder and, where they say it, their major. */
export interface Restorer {
  readonly bin: string;
  readonly major: number | undefined;
}

/**
 * Before megabytes are fetched and a key is asked for: programs older than the source cannot restore its backup. STOP_PRECHECK_FAILED
 * names both majors and the line that installs what is missing. `version`: of the source; undefined in packages of older releases.
 */
export function insistRestorable(version: string | undefined, { bin, major }: Restorer): void {
  if (version === undefined) return;
  const source = majorOfText(version);
  if (major !== undefined && major >= source) return;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: `PostgreSQL ${major ?? "of an unknown version"} in ${bin} for a backup of PostgreSQL ${source}`,
    wanted: `PostgreSQL ${source} or later on this machine`,
    hint: "nothing was fetched; the newest installation of this machine is used",
    next: installLine([{ debian: `postgresql-${source}` }]),
  });
}

/** The restore's own stop, whole: its code, what it saw, and what to do about it. `file`: what stays. */
export function restoreFailed(said: { readonly stdout: string; readonly stderr: string }, file: string): Stopped {
  const kept = `the sealed file is kept: ${file}`;
  const events = said.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as HostEvent);
  const stop = stopOf(events);
  if (stop === undefined) {
    return new Stopped("STOP_PROOF_FAILED", {
      saw: said.stderr.trim().split("\n")[0] || "the restore ended without a word",
      wanted: "every row of the receipt in the restored copy",
      hint: kept,
    });
  }
  const { saw, wanted, hint = "", details = [] } = stop.facts;
  return new Stopped(stop.code, { saw, wanted, details, hint: `${hint}; ${kept}` });
}
