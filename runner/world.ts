// THE PORTS: what the outside offers to the flow. Adapters implement them; phases see only the part their access grants.
import type { Config } from "./model/config.ts";
import type { RoleKey, RunState } from "./model/run.ts";
import type { ReadName, RowOf, StatementName } from "./model/rows.ts";
import type { BackupVault } from "./model/backup-receipt.ts";
import type { EnvironmentScope } from "./model/environment.ts";
import type { CountedEffect, Rehearsal } from "./model/rehearsal.ts";
import type { StopCode, Verdict } from "./model/stop.ts";

/** A connection that can only read: its type has no way to name a statement outside `sql/read` and `sql/verify`. */
export interface Reader {
  readonly role: RoleKey;
  query<N extends ReadName>(name: N, params?: readonly unknown[]): Promise<RowOf<N>[]>;
  /** Exactly one row, else STOP_COULD_NOT_LOOK. */
  one<N extends ReadName>(name: N, params?: readonly unknown[]): Promise<RowOf<N>>;
}

/** A connection inside one transaction that may also run `sql/write` and `sql/revert`. */
export interface Writer {
  readonly role: RoleKey;
  query<N extends StatementName>(name: N, params?: readonly unknown[]): Promise<RowOf<N>[]>;
  one<N extends StatementName>(name: N, params?: readonly unknown[]): Promise<RowOf<N>>;
}

/** One role's database. One connection a role at a time, and none is held for long: the roles are limited to two. */
export interface Database {
  /** Repeatable-read, read-only transaction. */
  read<T>(role: RoleKey, work: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * Read-committed transaction with synchronous commit. Rolls back when `work` throws.
   * The command tag of COMMIT is checked: a failed transaction answers ROLLBACK without an error. A lost answer is STOP_AMBIGUOUS.
   */
  transaction<T>(role: RoleKey, work: (writer: Writer) => Promise<T>): Promise<T>;
  /** The same on a connection made for it: what writes to the target trusts nothing that an earlier transaction left behind. */
  effect<T>(role: RoleKey, work: (writer: Writer) => Promise<T>): Promise<T>;
}

/** Files under the runtime root. Every write is temp name, fsync, rename; every read refuses links and special files. */
export interface RunFiles {
  readonly root: string;
  /** Snapshot artifact of a source version; STOP_COULD_NOT_LOOK when unreadable. */
  artifact(sourceVersionId: string): Promise<Uint8Array>;
  /** Writes `runs/<run_id>/<relative>`, creating folders. */
  writeRun(runId: string, relative: string, data: string | Uint8Array): Promise<void>;
  readRun(runId: string, relative: string): Promise<Uint8Array | undefined>;
  /** Writes `<area>/<relative>` of the runtime root, for example `rollback/<run_id>/pre.json`. */
  write(area: "rollback" | "reports", relative: string, data: string): Promise<void>;
  /** Whole text of runs/runs-index.jsonl; empty when there is none yet. */
  runsIndex(): Promise<string>;
  appendRunsIndex(line: string): Promise<void>;
  /** Name of `locks/HALT` or `locks/HALT.<run_id>` when it exists, with the halt's id where the file tells it. */
  haltFile(runId: string): Promise<string | undefined>;
}

/** Progress for people and programs; never a secret, never row content. */
export interface Events {
  emit(event: RunEvent): void;
}
/** One line of events.ndjson, without its time. `seconds` is the phase's own time; ids and digests in full. */
export type RunEvent =
  | { readonly event: "opened"; readonly run_id: string; readonly document_id: string }
  | {
      readonly event: "phase";
      readonly phase: string;
      readonly status: "started" | "passed" | "recorded";
      readonly seconds?: number;
      readonly rows?: number;
      readonly invariants?: string;
    }
  | {
      readonly event: "progress";
      readonly phase: string;
      readonly done: number;
      readonly of: number;
      readonly what: string;
    }
  | { readonly event: "finding"; readonly text: string }
  | { readonly event: "waiting"; readonly what: string; readonly seconds: number }
  | { readonly event: "state"; readonly state: RunState }
  | {
      readonly event: "request";
      readonly gate: string;
      readonly bundle: string;
      readonly payload_sha: string;
      readonly approve_by: string;
    }
  | { readonly event: "report"; readonly file: string }
  | { readonly event: "ended"; readonly exit: number; readonly stop: StoppedJson | null };

/** How a run ended badly, as data; BUG is no stop and has exit status 70. `next` and `or` are commands to paste. */
export interface StoppedJson {
  readonly code: StopCode | "BUG";
  readonly saw: string;
  readonly wanted: string;
  readonly hint: string;
  readonly next: string | null;
  readonly or: string | null;
  readonly details: readonly string[];
}

/** Where documents of a run go. Idempotent by (run, file, sha); a failure after three tries is STOP_KB_UPLOAD_FAILED. */
export interface Reporter {
  deliver(runFolder: string, file: string, markdown: string): Promise<void>;
}

/** Whether people signed what the database holds as admitted: on the host by their keys; in a rehearsal nobody signs. */
export interface Approvals {
  /** STOP_APPROVAL_INVALID when one of the rows was signed by nobody. */
  insistSigned(runId: string, rows: readonly RowOf<"read/unused-statements">[]): Promise<void>;
}

/** Judges what an effect changed: on the host by the rehearsal that was signed, in a rehearsal by what the effect is made for. */
export interface RowCounts {
  judge(
    reader: Reader,
    of: { readonly run_id: string; readonly effect: CountedEffect },
    changes: Rehearsal["counts"][CountedEffect],
  ): Promise<Verdict>;
}

/** A database of a rehearsal: its own World over the restored rows, and what became of them. */
export interface Stage {
  readonly world: World;
  /** Compares all restored rows with how they stood when the stage was made. */
  look(): Promise<readonly { table: string; lost: number; added: number; first_lost: string | null }[]>;
  end(): Promise<void>;
}

/** Where runs are tried out: databases made of the newest restored backup, in its scratch server. */
export interface RehearsalGround {
  /** False when this process holds no restored copy: a backup has to be taken first. */
  ready(): boolean;
  /** STOP_PROOF_FAILED when the scratch server does not give one more database. */
  stage(name: string, counts: RowCounts): Promise<Stage>;
}

/** Facts about this process's host and code, gathered once at start. */
export interface Here {
  readonly host: string;
  readonly actor: string;
  readonly release_digest: string;
  readonly config_sha: string;
  readonly approvers_sha: string;
}

/** Everything a run can reach. */
export interface World {
  readonly config: Config;
  readonly here: Here;
  /** What sql/rights.json calls relevant. */
  readonly environment_scope: EnvironmentScope;
  readonly database: Database;
  readonly files: RunFiles;
  readonly vault: BackupVault;
  readonly counts: RowCounts;
  readonly approvals: Approvals;
  readonly events: Events;
  readonly reporter: Reporter;
  /** The signal by which this process was asked to end at the next safe place; undefined while it may go on. */
  readonly askedToEnd?: () => string | undefined;
}
