// The ports of a host's files: what a run keeps below the runtime root, and where its documents are delivered.

/** Files under the runtime root. Every write is temp name, fsync, rename; every read refuses links and special files. */
export interface RunFiles {
  readonly root: string;
  /** Snapshot artifact of a source version; STOP_COULD_NOT_LOOK when unreadable. */
  artifact(sourceVersionId: string): Promise<Uint8Array>;
  /** What registration recorded beside the snapshot; undefined for a version of before such records. */
  registration(sourceVersionId: string): Promise<Uint8Array | undefined>;
  /** Writes `runs/<run_id>/<relative>`, creating folders. */
  writeRun(runId: string, relative: string, data: string | Uint8Array): Promise<void>;
  readRun(runId: string, relative: string): Promise<Uint8Array | undefined>;
  /** Writes `<area>/<relative>` of the runtime root, for example `rollback/<run_id>/pre.json`. */
  write(area: "rollback" | "reports" | "batches", relative: string, data: string): Promise<void>;
  /** What lies there; undefined when nothing does. */
  read(area: "reports" | "batches", relative: string): Promise<Uint8Array | undefined>;
  /** Whole text of runs/runs-index.jsonl; empty when there is none yet. */
  runsIndex(): Promise<string>;
  appendRunsIndex(line: string): Promise<void>;
  /** Name of `locks/HALT` or `locks/HALT.<run_id>` when it exists, with the halt's id where the file tells it. */
  haltFile(runId: string): Promise<string | undefined>;
}

/**
 * Where documents of a run go. Idempotent by (run, file, sha); a failure after three tries is STOP_KB_UPLOAD_FAILED. `takesPages`: each
 * document also as a page, beside its Markdown.
 */
export interface Reporter {
  readonly takesPages: boolean;
  deliver(runFolder: string, file: string, text: string): Promise<void>;
}
