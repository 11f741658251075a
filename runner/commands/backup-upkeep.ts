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
import { dropCopies } from "../adapters/backup-copies.ts";
import { backupShelf } from "../adapters/backup-shelf.ts";
import type { World } from "../world.ts";
import { printStopped } from "../terminal/print-stopped.ts";
import { printJson } from "../terminal/print-json.ts";

/** One line a file; what the database cannot be asked about is told as not known. Exit 0. */
export async function listBackups(common: Common): Promise<number> {
  const { world, shelf } = await open(common);
  const stored = await shelf.list();
  const standing = await standings(world, stored).catch((error: unknown) => {
    if (error instanceof Stopped) return undefined;
    throw error;
  });
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
  const stored = await shelf.list();
  insist(judgePrune(ids, stored, new Set()));
  const chosen = stored.filter((backup) =>
    ids.length === 0 ? backup.kind === "run" || backup.kind === "hand" : ids.includes(backup.id),
  );
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
 * Deletes the named backups, all or none, and their copies in batch.backup_copies that no open run rests on. STOP_RUN_OPEN keeps the one
 * an open run rests on; STOP_COULD_NOT_LOOK when nobody can say which runs are open.
 */
export async function pruneBackups(common: Common, ids: readonly string[]): Promise<number> {
  const { world, shelf } = await open(common);
  const stored = await shelf.list();
  const chosen = stored.filter((backup) => ids.includes(backup.id));
  const openRuns = [...(await standings(world, chosen))].filter(([, standing]) => standing.open).map(([id]) => id);
  insist(judgePrune(ids, stored, new Set(openRuns)));
  const copies = await copiesToDrop(world, chosen);
  for (const backup of chosen) {
    await shelf.remove(backup);
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
  const run_ids = chosen.flatMap(({ kind, run_id }) => (kind === "run" && run_id !== null ? [run_id] : []));
  if (config.batch?.backup_copies === undefined || run_ids.length === 0) return [];
  return (await ask(database, "backup", "read/copies-to-drop", { run_ids })).map(({ file_sha }) => file_sha);
}

async function open(common: Common): Promise<{ world: World; shelf: BackupShelf }> {
  const world = await makeWorld(common.config);
  return { world, shelf: backupShelf(world.config.orchestrator.runtime_root) };
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
  const kept = backup.kind === "run" ? await recordedReceipt(world, backup) : await shelf.receiptOf(backup);
  if (!kept || backup.kind === "unproven")
    throw new Stopped("STOP_PROOF_FAILED", {
      saw: `${backup.id} has no receipt of a restore`,
      wanted: "a proven backup",
      hint: "take a new one: what was never restored is no backup",
    });
  await world.vault.verify({ ...kept, file: backup.file });
}

async function recordedReceipt(world: World, { run_id }: StoredBackup) {
  if (run_id === null) return undefined;
  const [newest] = await ask(world.database, "backup", "read/receipts", { run_id });
  return (
    newest && {
      file_sha: newest.file_sha,
      size_bytes: Number(newest.size_bytes),
      proof: backupProofSchema.parse(newest.proof),
    }
  );
}

function shelfLine(backup: { id: string; kind: string; at: Date; size_bytes: number }, run: string): string {
  const size = `${String(backup.size_bytes).padStart(10)} bytes`;
  return [backup.id, backup.kind.padEnd(8), `${backup.at.toISOString().slice(0, 19)}Z`, size, run].join("  ").trimEnd();
}
