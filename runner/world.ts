// THE PORTS, put together: everything a run can reach from outside. Adapters implement them; phases see only the part that their
// access grants.
import type { Config } from "./model/config.ts";
import type { EnvironmentScope } from "./model/environment.ts";
import type { RunState } from "./model/run.ts";
import type { StopCode } from "./model/stop.ts";
import type { BackupVault } from "./world/backup.ts";
import type { Database } from "./world/database.ts";
import type { Reporter, RunFiles } from "./world/files.ts";
import type { RowCounts } from "./world/stage.ts";
import type { Approvals } from "./world/signature.ts";

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
