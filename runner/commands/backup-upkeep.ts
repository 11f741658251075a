// `backup list|verify|prune`: what lies in the backups folder, whether it is still what was proven, and deleting by id.
import { ask } from "../looks/one-statement.ts";
import type { Common } from "./call-options.ts";
import { backupProofSchema } from "../model/backup-receipt.ts";
import type { StoredBackup } from "../model/stored-backup.ts";
import type { BackupShelf } from "../world/backup.ts";
import { insist, Stopped } from "../model/stop.ts";
import { judgePrune } from "../rules/backup-prune.ts";
import { printable } from "../rules/text-hygiene.ts";
import { makeWorld } from "../wire.ts";
import { copiesIn, digestNamed, dropCopies } from "../adapters/backup-copies.ts";
import { verifyBackupFile } from "../adapters/take-backup.ts";
import { backupShelf } from "../adapters/backup-shelf.ts";
import type { World } from "../world.ts";
import { printStopped } from "../terminal/print-stopped.ts";
import { printJson } from "../terminal/print-json.ts";

/** Kinds whose receipt the database holds, of the run they were taken for. */
const OF_A_RUN: readonly string[] = ["run", "copy"];
const PROVEN: readonly string[] = [...OF_A_RUN, "hand"];

/** One line a file; what the database cannot be asked about is told as not known. Exit 0. */
export async function listBackups(common: Common): Promise<number> {
  const { world, shelf } = await open(common);
  const stored = (await everything(world, shelf).catch(notKnown)) ?? (await shelf.list());
  const standing = await standings(world, stored).catch(notKnown);
  for (const backup of stored) {
    const { id, kind, file, size_bytes, at, run_id } = backup;
    const run = standing === undefined ? "not known: the database did not answer" : (standing.get(id)?.text ?? "");
    if (common.json) printJson({ event: "backup", id, kind, file, size_bytes, at: at.toISOString(), run_id, run });
    else process.stdout.write(`${printable(shelfLine({ id, kind, at, size_bytes }, run))}\n`);
  }
  if (stored.length === 0) process.stderr.write("no backups on this host\n");
  return 0;
}

/**
 * The named backups, else all that were proven, each held against its receipt. Exit 0 when every one is unchanged, else
 * the first one's stop.
 */
export async function verifyBackups(common: Common, ids: readonly string[]): Promise<number> {
  const { world, shelf } = await open(common);
  const stored = await everything(world, shelf);
  insist(judgePrune(ids, stored, new Set()));
  const chosen = stored.filter((backup) => (ids.length === 0 ? PROVEN.includes(backup.kind) : ids.includes(backup.id)));
  let status = 0;
  for (const backup of chosen) {
    try {
      await verifyOne(world, shelf, backup);
      if (common.json) printJson({ event: "backup_verified", id: backup.id, file: backup.file });
      process.stderr.write(`${backup.id}: unchanged since its restore proof\n`);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      const answer = printStopped(error, common.json);
      status = status === 0 ? answer : status;
    }
  }
  if (chosen.length === 0) process.stderr.write("no backups to verify on this host\n");
  return status;
}

/**
 * Deletes the named backups, all or none, and their copies in batch.backup_copies that no open run rests on; those of a machine that is
 * lost too, by the id of their run. STOP_RUN_OPEN keeps the one an open run rests on; STOP_COULD_NOT_LOOK when nobody can say which runs
 * are open.
 */
export async function pruneBackups(common: Common, ids: readonly string[]): Promise<number> {
  const { world, shelf } = await open(common);
  const stored = await everything(world, shelf);
  const chosen = stored.filter((backup) => ids.includes(backup.id));
  const openRuns = [...(await standings(world, chosen))].filter(([, standing]) => standing.open).map(([id]) => id);
  insist(judgePrune(ids, stored, new Set(openRuns)));
  const copies = await copiesToDrop(world, chosen);
  for (const backup of chosen) {
    if (backup.kind !== "copy") await shelf.remove(backup);
    if (common.json) printJson({ event: "backup_deleted", id: backup.id, file: backup.file });
    process.stderr.write(`deleted ${backup.id}\n`);
  }
  const folders = world.config.batch?.backup_copies ?? [];
  for (const file_sha of copies) {
    const dropped = await dropCopies(folders, file_sha);
    if (dropped > 0) process.stderr.write(`deleted ${dropped} copies ${file_sha.slice(0, 12)}\n`);
  }
  return 0;
}

/** Digests whose copies go with these backups. */
async function copiesToDrop({ config, database }: World, chosen: readonly StoredBackup[]): Promise<string[]> {
  const run_ids = chosen.flatMap(({ kind, run_id }) => (OF_A_RUN.includes(kind) && run_id !== null ? [run_id] : []));
  if (config.batch?.backup_copies === undefined || run_ids.length === 0) return [];
  return (await ask(database, "backup", "read/copies-to-drop", { run_ids })).map(({ file_sha }) => file_sha);
}

async function open(common: Common): Promise<{ world: World; shelf: BackupShelf }> {
  const world = await makeWorld(common.config);
  return { world, shelf: backupShelf(world.config.orchestrator.runtime_root) };
}

/** What lies here, and of runs whose own file does not, the copies that another machine left for all. */
async function everything({ config, database }: World, shelf: BackupShelf): Promise<StoredBackup[]> {
  const here = await shelf.list();
  const copies = new Map((await copiesIn(config.batch?.backup_copies ?? [])).map((copy) => [copy.file_sha, copy]));
  if (copies.size === 0) return here;
  const runs = await ask(database, "backup", "read/runs-of-copies", { file_shas: [...copies.keys()] });
  const elsewhere = runs.filter(({ run_id }) => !here.some((own) => own.kind === "run" && own.run_id === run_id));
  return [
    ...here,
    ...elsewhere.flatMap(({ run_id, file_sha }) => {
      const copy = copies.get(file_sha);
      return copy ? [{ ...copy, id: run_id, kind: "copy" as const, run_id }] : [];
    }),
  ];
}

/** Where the database does not answer, what it would have told is not known. */
function notKnown(error: unknown): undefined {
  if (error instanceof Stopped) return undefined;
  throw error;
}

/** State of the run each file was taken for, in words, by backup id. */
async function standings(
  world: World,
  stored: readonly StoredBackup[],
): Promise<Map<string, { open: boolean; text: string }>> {
  const known = new Map<string, { open: boolean; text: string }>();
  await world.database.read("backup", async (reader) => {
    for (const { id, run_id } of stored) {
      if (run_id === null) continue;
      const [run] = await reader.query("read/run", { run_id });
      const open = run !== undefined && run.closed === null;
      known.set(id, {
        open,
        text:
          run === undefined
            ? "of no run of this database"
            : open
              ? `open: ${run.state}`
              : `closed: ${run.close_kind ?? ""}`,
      });
    }
  });
  return known;
}

async function verifyOne(world: World, shelf: BackupShelf, backup: StoredBackup): Promise<void> {
  const kept = OF_A_RUN.includes(backup.kind) ? await recordedReceipt(world, backup) : await shelf.receiptOf(backup);
  if (!kept || backup.kind === "unproven")
    throw new Stopped("STOP_PROOF_FAILED", {
      saw: `${backup.id} has no receipt of a restore`,
      wanted: "a proven backup",
      hint: "take a new one: what was never restored is no backup",
    });
  if (backup.kind === "copy") return verifyBackupFile(backup.file, kept);
  await world.vault.verify({ ...kept, file: backup.file });
}

/** Receipt of the newest attempt; of a copy that of the attempt whose digest it is named after. */
async function recordedReceipt(world: World, { run_id, kind, file }: StoredBackup) {
  if (run_id === null) return undefined;
  const receipts = await ask(world.database, "backup", "read/receipts", { run_id });
  const ours = receipts.find(({ file_sha }) => kind !== "copy" || digestNamed(file) === file_sha);
  return (
    ours && {
      file_sha: ours.file_sha,
      size_bytes: Number(ours.size_bytes),
      proof: backupProofSchema.parse(ours.proof),
    }
  );
}

function shelfLine(backup: { id: string; kind: string; at: Date; size_bytes: number }, run: string): string {
  const size = `${String(backup.size_bytes).padStart(10)} bytes`;
  return [backup.id, backup.kind.padEnd(8), `${backup.at.toISOString().slice(0, 19)}Z`, size, run].join("  ").trimEnd();
}
