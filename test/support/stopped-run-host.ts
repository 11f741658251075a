// The runtime root of a host with one run that stopped, no halt, no backup, and the built runner beside it; its approver set is missing, so
// that one place cannot be looked at.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { stateJson, stateText } from "../../runner/rules/run-state.ts";
import { renderConfig } from "../../scripts/sandbox/host-config.ts";
import { placeOf } from "../../scripts/sandbox/place.ts";
import { minute, receipt, recordsThrough, RUN_ID, runRow } from "./recorded-run.ts";

/** Where its configuration lies, its runs, its runtime root, and the program. `more` is added to the configuration. */
export interface StoppedRunHost {
  readonly config: string;
  readonly root: string;
  readonly runs: string;
  readonly program: string;
}

export function stoppedRunHost(folder: string, more: object = {}): StoppedRunHost {
  const place = placeOf(folder, { host: folder, database: folder });
  const rendered = JSON.parse(
    renderConfig({
      place,
      host: "told-host",
      database: { host: folder, port: 5432, name: "none", systemIdentifier: "1234567890123" },
      approversSha: sha256("none"),
      recipient: "A".repeat(40),
      postgresBin: "/usr/bin",
      scratchUser: null,
    }),
  ) as Record<string, unknown>;
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ ...rendered, ...more }));
  const runs = join(place.runtimeRoot, "runs");
  for (const area of ["backups", "locks"]) mkdirSync(join(place.runtimeRoot, area), { recursive: true });
  mkdirSync(join(runs, RUN_ID), { recursive: true });
  writeFileSync(join(runs, RUN_ID, "state.json"), stateText(stoppedState(3)));
  cpSync(join(projectRoot(), "dist", "runner"), join(folder, "release"), { recursive: true });
  return { config, root: place.runtimeRoot, runs, program: join(folder, "release", "cutter.mjs") };
}

/** The state file of that run as it stands after so many writings. */
export const stoppedState = (revision: number): ReturnType<typeof stateJson> =>
  stateJson({
    revision,
    run: runRow("grants_probed", { last_stop: "STOP_DRIFT" }),
    phases: recordsThrough("grant_probe"),
    proves: {},
    admissions: [],
    halts: [],
    receipts: [receipt(1, minute(4))],
    requests: [],
    last_error: { stop_code: "STOP_DRIFT", message: "a row changed\u001b[2J", phase: "grant_probe" },
    phase_cap_seconds: 600,
    now: minute(20),
  });
