// The ports of a backup: the vault that takes and proves it, the folder it lies in, the throw-away server it is restored into.
import type { BackupReceipt } from "../model/backup-receipt.ts";
import type { SslMode } from "../model/config.ts";
import type { StoredBackup } from "../model/stored-backup.ts";

/** A started throw-away PostgreSQL. `folder` is private to the user that `spawn` names, short, and gone after stop. */
export interface RunningScratch {
  /** Socket folder, or host name of a server that was handed over. */
  readonly socketDir: string;
  readonly port: number;
  readonly sslmode: SslMode;
  /** File of the authorities its certificate must come from; null: those of the system. */
  readonly sslrootcert: string | null;
  /** Its major version. */
  readonly major: number;
  /** Database of the server itself, in which nothing is ever restored. */
  readonly maintenance: string;
  readonly superuser: string;
  readonly password: string;
  readonly folder: string;
  /** UNIX user that must run programs against it; absent when that is the runner's own. */
  readonly spawn: { readonly uid: number; readonly gid: number } | undefined;
  stop(): Promise<void>;
}

/** Makes throw-away servers of the installation in `binDir`. STOP_BACKUP_FAILED when none can be had. */
export interface ScratchServer {
  readonly adapter: string;
  readonly binDir: string;
  /** `expectedBytes` is the room the restored rows will need. */
  start(expectedBytes: number): Promise<RunningScratch>;
}

/** The proven copy of a backup in a scratch server that still runs; `restorer` may read every row of it and is no superuser. */
export interface KeptCopy {
  readonly scratch: RunningScratch;
  readonly receipt: BackupReceipt;
  readonly database: string;
  readonly restorer: { readonly user: string; readonly password: string };
  /** `schema.table` of every table whose rows were restored. */
  readonly tables: readonly string[];
}

/** What the host's backup installation can do; every method throws the stops of `takeBackup`. */
export interface BackupVault {
  /** `backups/<run_id>.sql.gpg`, replaced only by a newer proven one. Its copy is kept until the next call or `letGo`. */
  take(runId: string, attempt: number): Promise<BackupReceipt>;
  /** The copy of the newest `take` of this process. */
  kept(): KeptCopy | undefined;
  /** Stops the kept copy's server; nothing to do without one. */
  letGo(): Promise<void>;
  /** A backup outside any run, under a name of its own. */
  takeByHand(): Promise<BackupReceipt>;
  /** The whole way with the real database, key, programs and disk; the file is removed afterwards. */
  selftest(): Promise<BackupReceipt>;
  /**
   * Whether the run's file lies on this machine; one that does not is brought from a copy of the receipt's digest, and so is, on a host of
   * several machines, one of another attempt: an earlier one, or one that a machine lost before its receipt was recorded. On a host of
   * one machine the file is not looked into.
   */
  has(runId: string, receipt: Pick<BackupReceipt, "file_sha">): Promise<boolean>;
  /** STOP_DRIFT when the file of a receipt is no longer what was proven. */
  verify(receipt: Pick<BackupReceipt, "file" | "file_sha" | "size_bytes" | "proof">): Promise<void>;
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
