// Loads what the database recorded of a run, as one role sees it; gates and the admitting gate derive payloads from it.
import type * as z from "zod";
import type { Json } from "../model/canonical.ts";
import type { RowOf } from "../model/rows.ts";
import type { RecordedPhase } from "../model/run.ts";
import type { Recorded } from "../phase.ts";
import type { JournalEntry } from "../rules/journal.ts";
import type { RunRecord } from "../rules/expected-payload.ts";
import type { World } from "../world.ts";
import type { Reader } from "../world/database.ts";

/** A recorded phase's output, as its schema says; undefined while the phase is not recorded. */
export function recordedIn<O>(
  rows: readonly RowOf<"read/phases-done">[],
  phase: RecordedPhase,
  schema: z.ZodType<O>,
): Recorded<O> | undefined {
  const row = rows.find((item) => item.phase === phase);
  return row ? { phase, output: schema.parse(row.output), output_sha: row.output_sha, at: row.at } : undefined;
}

/** The journal's rows as the links of this run's chain. */
export const chainOf = (run_id: string, rows: readonly RowOf<"read/journal">[]): (JournalEntry & Json)[] =>
  rows.map(({ seq, prev_sha, entry, entry_sha }) => ({ run_id, seq, prev_sha, entry: entry as Json, entry_sha }));

/** Reads as the reader's role; the newest receipt is the one that counts. */
export async function loadRunRecord(
  reader: Reader,
  run: { run_id: string; document_id: string },
  world: Pick<World, "config" | "here">,
): Promise<RunRecord> {
  const { run_id, document_id } = run;
  const phases = await reader.query("read/phases-done", { run_id });
  const journal = await reader.query("read/journal", { run_id });
  const [receipt] = await reader.query("read/receipts", { run_id });
  const { release_digest, approvers_sha, config_sha } = world.here;
  return {
    run_id,
    document_id,
    receipt,
    release_digest,
    approvers_sha,
    config_sha,
    config: world.config,
    phases: new Map(phases.map((row) => [row.phase, row.output])),
    journal: chainOf(run_id, journal),
    before: world.config.batch === undefined ? undefined : (await reader.one("read/wave-before", { run_id })).before,
    admissions: await reader.query("read/admissions", { run_id }),
  };
}
