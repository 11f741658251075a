// How a run ends: its row is closed, its line stands in runs-index.jsonl, and the row counts before and after lie beside it.
import type { Run } from "../engine.ts";
import type { Json } from "../model/canonical.ts";
import { Stopped } from "../model/stop.ts";
import { missingLines, nextIndexLine, parseIndex } from "../rules/runs-index.ts";
import type { World } from "../world.ts";

/** Closes the row, then writes the index line; a process killed between the two leaves the line to `resume`. */
export async function closeRun(
  world: World,
  run: Run,
  kind: "closeout" | "voided" | "reverted",
  reason: string,
): Promise<void> {
  await world.database.transaction("exec", async (tx) => {
    // Held to COMMIT, so that runs are closed in the order of their times, which is the order of their lines on every machine.
    await tx.query("write/lock-runs-index", { run_id: run.row.run_id });
    await run.journal(tx, { event: "closed", kind, reason });
    await tx.one("write/close-run", { run_id: run.row.run_id, epoch: run.epoch, kind, reason });
  });
  await indexClosedRun(world, run.row.run_id);
}

/**
 * The line of a closed run in runs-index.jsonl, unless it stands there. Two runs may close at once, so the file's head
 * is read and extended under a lock.
 */
export async function indexClosedRun(world: World, runId: string): Promise<void> {
  const { database, files, config } = world;
  if (config.machines !== undefined) return completeIndex(world, runId);
  await database.transaction("exec", async (tx) => {
    await tx.query("write/lock-runs-index", { run_id: runId });
    const text = await files.runsIndex();
    if (parseIndex(text).some(({ record }) => isObject(record) && record["run_id"] === runId)) return;
    const row = await tx.one("read/run", { run_id: runId });
    const [tail] = await tx.query("read/journal-tail", { run_id: runId });
    if (row.close_kind === null || !tail)
      throw new Stopped("STOP_TORN", { saw: `run ${runId} is not closed or has no journal`, wanted: "a closed run" });
    const record: Json = {
      run_id: runId,
      document_id: row.document_id,
      kind: row.close_kind,
      reason: row.close_reason ?? "",
      journal_head: tail.entry_sha,
      release: row.release,
      host: config.host,
    };
    await files.appendRunsIndex(nextIndexLine(text, record).line);
  });
}

/**
 * The lines of runs that other machines of this host closed: every machine has the same index, made from the same records in the same
 * order. Nothing to do where a host is one machine.
 */
export async function completeIndex({ database, files, config }: World, runId: string): Promise<void> {
  if (config.machines === undefined) return;
  await database.transaction("exec", async (tx) => {
    await tx.query("write/lock-runs-index", { run_id: runId });
    const rows = await tx.query("read/closed-runs", { host: config.host });
    for (const line of missingLines(await files.runsIndex(), rows, config.host)) await files.appendRunsIndex(line);
  });
}

/** Row counts and every document as it stands, before and after, as the requirements ask; `pre` is written once a run. */
export async function snapshotCounts({ database, files }: World, runId: string, which: "pre" | "post"): Promise<void> {
  if (which === "pre" && (await files.readRun(runId, "counts-before.json"))) return;
  const facts = await database.read("exec", async (reader) => ({
    counts: await reader.query("verify/ledger-counts"),
    documents: await reader.query("read/baseline"),
    triggers: await reader.query("verify/immutability-triggers"),
    at: (await reader.one("read/database-now")).now.toISOString(),
  }));
  const text = JSON.stringify(facts, null, 2);
  await files.write("rollback", `${runId}/${which}.json`, text);
  // Last, because it says that the other is there: a process killed between the two writes both again.
  await files.writeRun(runId, which === "pre" ? "counts-before.json" : "counts-after.json", text);
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
