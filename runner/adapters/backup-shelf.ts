// The backups folder on disk: lists, keeps receipts, deletes. Judges nothing.
import { lstat, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { canonicalText, type Json } from "../model/canonical.ts";
import { backupReceiptSchema, type BackupReceipt } from "../model/backup-receipt.ts";
import type { StoredBackup } from "../model/stored-backup.ts";
import type { BackupShelf } from "../world/backup.ts";
import { Stopped } from "../model/stop.ts";
import { backupNamed, receiptName } from "../rules/backup-prune.ts";
import { insistOwnFolders } from "./own-folders.ts";
import { exists, writeWhole } from "./run-files.ts";
import { readSafely } from "./safe-file.ts";
import { jsonOf } from "../model/json-text.ts";

const RECEIPT_CAP = 1024 * 1024;

/** The shelf below a runtime root. */
export function backupShelf(root: string): BackupShelf {
  const folder = join(root, "backups");
  return {
    list: async () => {
      const names = await readdir(folder).catch((error: unknown) => {
        throw new Stopped(
          "STOP_COULD_NOT_LOOK",
          { saw: `${folder} cannot be read`, wanted: "the backups folder of this host" },
          error,
        );
      });
      const found = await Promise.all(names.map((file) => storedAt(folder, file)));
      return found
        .filter((backup) => backup !== undefined)
        .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1));
    },
    keep: async (receipt) => {
      const known = backupNamed(basename(receipt.file));
      if (!known) throw new Error("a receipt of a file that is not named as backups are");
      insistOwnFolders(root, join(folder, receiptName(known.id)));
      await writeWhole(join(folder, receiptName(known.id)), canonicalText(receipt as unknown as Json));
    },
    receiptOf: ({ id }) => keptReceipt(join(folder, receiptName(id))),
    remove: async ({ id, file }) => {
      // The receipt goes last: a file without one says less than a receipt without a file.
      for (const name of [file, receiptName(id)]) {
        await rm(join(folder, name), { force: true }).catch((error: unknown) => {
          throw new Stopped(
            "STOP_COULD_NOT_LOOK",
            { saw: `${name} could not be deleted`, wanted: "the right to delete in the backups folder" },
            error,
          );
        });
      }
    },
  };
}

async function storedAt(folder: string, file: string): Promise<StoredBackup | undefined> {
  const named = backupNamed(file);
  if (!named) return undefined;
  const status = await lstat(join(folder, file)).catch(() => undefined);
  return status?.isFile() ? { ...named, file, size_bytes: status.size, at: status.mtime } : undefined;
}

async function keptReceipt(path: string): Promise<BackupReceipt | undefined> {
  if (!(await exists(path))) return undefined;
  const reading = await readSafely(path, RECEIPT_CAP);
  return reading.ok ? backupReceiptSchema.safeParse(jsonOf(reading.bytes.toString("utf8"))).data : undefined;
}
