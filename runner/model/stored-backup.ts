// The backups folder of a host: which files lie there, and what may be done with them.
import type { BackupReceipt } from "./backup-receipt.ts";

/** `run`: the proven file of a run; `hand`: a proven one taken outside any run; `unproven`: kept for analysis, no backup; `selftest`: left by a killed test. */
export type StoredKind = "run" | "hand" | "unproven" | "selftest";

/** One file; `id` is what people name it by, `run_id` the run it was taken for, `file` its name below backups/. */
export interface StoredBackup {
  readonly id: string;
  readonly kind: StoredKind;
  readonly run_id: string | null;
  readonly file: string;
  readonly size_bytes: number;
  readonly at: Date;
}

/** The folder as verbs see it; nothing here connects. Methods stop with STOP_COULD_NOT_LOOK when the folder refuses. */
export interface BackupShelf {
  /** Every file of ours, oldest first; what is not named as we name files is left alone and not told. */
  list(): Promise<StoredBackup[]>;
  /** Keeps the receipt of a backup by hand beside its file; a run's receipts are in the database. */
  keep(receipt: BackupReceipt): Promise<void>;
  receiptOf(backup: StoredBackup): Promise<BackupReceipt | undefined>;
  /** Deletes the file and its kept receipt. */
  remove(backup: StoredBackup): Promise<void>;
}
