// The backup that a run stands on now: the newest receipt while it is young, else one more, whose content must be accounted for
// (docs/decisions/0150-changed-content.md).
import type { Run } from "./engine.ts";
import type { Planned } from "./gates.ts";
import { backupProofSchema, contentDigestsSchema } from "./model/backup-receipt.ts";
import type { RowOf } from "./model/rows.ts";
import { insist, Stopped } from "./model/stop.ts";
import { explainingEffects, judgeChangedContent } from "./rules/changed-content.ts";
import { countedEffect } from "./rules/rehearsed-changes.ts";
import { backupTooOld } from "./rules/times.ts";

type Receipt = RowOf<"read/receipts">;

/**
 * The newest receipt of the run; an old backup is taken again. STOP_DRIFT when its content differs from what phase 4 recorded and
 * recorded phases of other runs do not explain the difference. Another content needs a rehearsal and an EXECUTION of its own.
 */
export async function freshReceipt(run: Run, planned: Pick<Planned, "source" | "backup">): Promise<Receipt> {
  const [newest] = await receiptsOf(run);
  const tooOld = newest && isTooOld(newest, run.world.config.backup.max_age_minutes);
  if (!newest || tooOld || (await liesElsewhere(run, newest))) return oneMoreReceipt(run, planned);
  await insistAccounted(run, planned, newest);
  return newest;
}

/** One more backup and its receipt. Stops as {@link freshReceipt} and `takeBackup`. */
export async function oneMoreReceipt(run: Run, planned: Pick<Planned, "source" | "backup">): Promise<Receipt> {
  await run.takeBackup();
  const [newest] = await receiptsOf(run);
  if (!newest)
    throw new Stopped("STOP_BACKUP_FAILED", { saw: "no backup receipt", wanted: "a proven backup of this run" });
  await insistAccounted(run, planned, newest);
  return newest;
}

const receiptsOf = (run: Run): Promise<readonly Receipt[]> =>
  run.world.database.read("exec", (reader) => reader.query("read/receipts", { run_id: run.row.run_id }));

/** Taken by another machine of this host that did not bring it here: whoever writes must hold a proven backup itself. */
async function liesElsewhere({ row, world }: Run, newest: Receipt): Promise<boolean> {
  const here = await world.vault.has(row.run_id, newest);
  return world.config.machines !== undefined && !here;
}

/** Whether a run that goes on would take one more backup, whose EXECUTION is another. */
export const isTooOld = (receipt: Receipt, maxAgeMinutes: number): boolean =>
  backupTooOld(takenAt(receipt), receipt.now, maxAgeMinutes);

/** A backup that several runs share is recorded by each when its turn comes: its age counts from its proof. */
function takenAt({ proof, at }: Receipt): Date {
  const parsed = backupProofSchema.safeParse(proof);
  const restored = parsed.success ? Date.parse(parsed.data.restored_at) : at.getTime();
  return new Date(Math.min(restored, at.getTime()));
}

async function insistAccounted(
  run: Run,
  { source, backup }: Pick<Planned, "source" | "backup">,
  newest: Receipt,
): Promise<void> {
  if (newest.content_digests_sha === backup.output.content_digests_sha) return;
  const first = (await receiptsOf(run)).at(-1);
  const effects = await run.world.database.read("exec", (reader) =>
    reader.query("read/effects-of-others", { run_id: run.row.run_id }),
  );
  const change = {
    before: backup.output.content_digests,
    now: contentDigestsSchema.parse(newest.content_digests),
    taken: takenAt(first ?? newest),
    until: takenAt(newest),
    effects: effects.map(({ phase, with_ledger, ...row }) => ({
      ...row,
      effect: countedEffect(phase, () => with_ledger),
    })),
    target: run.row.document_id,
    documents: {
      before: source.output.baseline,
      now: await run.world.database.read("backup", (reader) => reader.query("read/baseline")),
    },
  };
  insist(judgeChangedContent(change));
  const runs = [...new Set((explainingEffects(change) ?? []).map(({ run_id }) => run_id))];
  run.world.events.emit({
    event: "progress",
    phase: "pre_write_backup",
    done: 0,
    of: 0,
    what: `the tables changed since the first backup by recorded phases of ${runs.length} other runs: ${runs.join(", ")}`,
  });
}
