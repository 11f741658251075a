// Which run was the last one: read from the files the runner leaves, so it is known also when the database is down.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { jsonOf } from "../../runner/model/json-text.ts";
import { RUN_ID } from "../../runner/model/ids.ts";

const stateOfRun = z.object({ document_id: z.string() });

/** The run whose folder is the newest; empty texts when there was none. Run ids begin with their UTC second, so they sort by time. */
export function lastRun(runsFolder: string): { runId: string; documentId: string } {
  // Before provisioning there is no such folder.
  if (!existsSync(runsFolder)) return { runId: "", documentId: "" };
  const runs = readdirSync(runsFolder)
    .filter((name) => RUN_ID.test(name))
    .sort();
  const runId = runs.at(-1);
  if (runId === undefined) return { runId: "", documentId: "" };
  // A run that was opened a moment ago has no projection yet; its id is already true.
  const state = join(runsFolder, runId, "state.json");
  const parsed = stateOfRun.safeParse(existsSync(state) ? jsonOf(readFileSync(state, "utf8")) : undefined);
  return { runId, documentId: parsed.data?.document_id ?? "" };
}
