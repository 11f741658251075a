// The backups folder of a host: which files lie there, and what may be done with them.

/**
 * `run`: the proven file of a run; `hand`: a proven one taken outside any run; `unproven`: kept for analysis, no
 * backup; `selftest`: left by a killed test; `copy`: the proven file of a run that lies on another machine, or on none any more, and here
 * only in batch.backup_copies.
 */
export type StoredKind = "run" | "hand" | "unproven" | "selftest" | "copy";

/** One file; `id` is what people name it by, `run_id` the run it was taken for, `file` its name below backups/, of a copy its path. */
export interface StoredBackup {
  readonly id: string;
  readonly kind: StoredKind;
  readonly run_id: string | null;
  readonly file: string;
  readonly size_bytes: number;
  readonly at: Date;
}
