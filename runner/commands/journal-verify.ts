// `journal verify <run>`: the chain in the database, and the projected file beside it.
import { ask } from "../looks/one-statement.ts";
import type { Common } from "./call-options.ts";
import { canonicalText } from "../model/canonical.ts";
import { insist, Stopped } from "../model/stop.ts";
import { judgeChain } from "../rules/journal.ts";
import { chainOf } from "../looks/run-record.ts";
import { makeWorld } from "../wire.ts";
import { runIdOf } from "../model/ids.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0 when both chains are whole and equal. STOP_DRIFT when the file differs, STOP_REFUSED_INPUT for an unknown run. */
export async function verifyJournal(common: Common, id: string): Promise<number> {
  const runId = runIdOf(id);
  const world = await makeWorld(common.config);
  const rows = await ask(world.database, "verify", "read/journal", { run_id: runId });
  if (rows.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `no journal of ${runId}`,
      wanted: "the id of a run of this database",
    });
  const entries = chainOf(runId, rows);
  insist(judgeChain(runId, entries));
  const file = Buffer.from((await world.files.readRun(runId, "journal.ndjson")) ?? "").toString("utf8");
  const wanted = entries.map((entry) => `${canonicalText(entry)}\n`).join("");
  if (file !== wanted)
    throw new Stopped("STOP_DRIFT", {
      saw: "journal.ndjson differs from the journal in the database",
      wanted: "the projection of the same entries",
    });
  if (common.json)
    printJson({
      event: "journal_verified",
      run_id: runId,
      entries: entries.length,
      head: entries.at(-1)?.entry_sha ?? null,
    });
  process.stderr.write(
    `journal of ${runId}: ${entries.length} entries, unbroken, head ${entries.at(-1)?.entry_sha ?? ""}\n`,
  );
  return 0;
}
