// THE PORTS, put together: everything a run can reach from outside. Adapters implement them; phases see only the part that their
// access grants.
import type { Config } from "./model/config.ts";
import type { RunEvent } from "./model/events.ts";
import type { BackupVault } from "./world/backup.ts";
import type { Database } from "./world/database.ts";
import type { LookAtEnvironment } from "./world/environment-look.ts";
import type { Reporter, RunFiles } from "./world/files.ts";
import type { RowCounts } from "./world/stage.ts";
import type { Approvals } from "./world/signature.ts";

/** Progress for people and programs; never a secret, never row content. */
export interface Events {
  emit(event: RunEvent): void;
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
  /** Over what sql/rights.json calls relevant. */
  readonly environment: LookAtEnvironment;
  readonly database: Database;
  readonly files: RunFiles;
  readonly vault: BackupVault;
  readonly counts: RowCounts;
  readonly approvals: Approvals;
  readonly events: Events;
  readonly reporter: Reporter;
  /** The signal by which this process was asked to end at the next safe place; undefined while it may go on. */
  readonly askedToEnd?: () => string | undefined;
  /** Of a document of a batch: returns when the load of the server lets the next effect begin, true when it had to wait. A run by itself waits for nobody. */
  readonly untilQuiet?: (before: string) => Promise<boolean>;
}
