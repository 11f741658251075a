// THE SHAPE of a phase. `access` decides which scope it is handed: a pure phase has no database, a reading one cannot write.
import type * as z from "zod";
import type { BackupReceipt } from "./model/backup-receipt.ts";
import type { Config } from "./model/config.ts";
import type { DocumentId, RunId } from "./model/ids.ts";
import type { RecordedPhase, RoleKey } from "./model/run.ts";
import type { RunEvent } from "./model/events.ts";
import type { Here } from "./world.ts";
import type { Database, Writer } from "./world/database.ts";
import type { LookAtEnvironment } from "./world/environment-look.ts";
import type { RunFiles } from "./world/files.ts";

/** What a phase left behind, and the digest later phases take as input. */
export interface Recorded<O> {
  readonly phase: RecordedPhase;
  readonly output: O;
  readonly output_sha: string;
  readonly at: Date;
}

/** Facts of the run every phase may read. */
export interface RunFacts {
  readonly run_id: RunId;
  readonly document_id: DocumentId;
  readonly release: string;
  readonly opened: Date;
  /** Who opened the run; every row it writes names this one, whoever carries it on. */
  readonly actor: string;
  readonly here: Here;
  readonly config: Config;
  readonly say: (event: RunEvent) => void;
}

/** For a phase that only computes: the pinned snapshot and the run's own files. */
export interface PureScope extends RunFacts {
  readonly files: Pick<RunFiles, "artifact" | "registration" | "writeRun">;
}
/** For a phase that reads the database and may take the backup. */
export interface ReadScope extends PureScope {
  readonly read: Database["read"];
  readonly environment: LookAtEnvironment;
  readonly runsIndex: RunFiles["runsIndex"];
  readonly readRun: (relative: string) => Promise<Uint8Array | undefined>;
  /** Takes, proves and records one more backup of this run. */
  readonly takeBackup: () => Promise<BackupReceipt>;
}
/** Inside an admitted effect; see effect.ts. */
export interface EffectScope extends PureScope {
  readonly tx: Writer;
}

/** Records a phase takes, by the name its input gives them; their output_sha make its input_sha. */
export type Inputs = Readonly<Record<string, Recorded<unknown>>>;

interface Base<I extends Inputs, O> {
  readonly name: RecordedPhase;
  readonly output: z.ZodType<O>;
  /** Part of the output that later phases depend on; default all of it. */
  readonly digest?: (output: O) => unknown;
  /** Rows the phase planned, proved, read again or wrote in the target tables, for people who follow it. */
  readonly rows?: (output: O) => number;
  /** Facts that can move while the run waits, read again on resume: throws STOP_DRIFT or STOP_GRANT_DELTA. */
  readonly recheck?: (input: I, recorded: O, scope: ReadScope, committed: boolean) => Promise<void>;
}

/** A phase without a database. */
export interface PurePhase<I extends Inputs, O> extends Base<I, O> {
  readonly access: "nothing";
  readonly run: (input: I, scope: PureScope) => Promise<O>;
}
/** A phase that reads; its connection has no word for writing. */
export interface ReadPhase<I extends Inputs, O> extends Base<I, O> {
  readonly access: "reads";
  readonly run: (input: I, scope: ReadScope) => Promise<O>;
}
/** A phase that writes, inside one effect and as one role. */
export interface EffectPhase<I extends Inputs, O> extends Base<I, O> {
  readonly access: "writes";
  readonly role: Extract<RoleKey, "exec" | "verify">;
  readonly run: (input: I, scope: EffectScope) => Promise<O>;
}

/** Any phase; `access` tells the three apart. */
export type Phase<I extends Inputs, O> = PurePhase<I, O> | ReadPhase<I, O> | EffectPhase<I, O>;

/** Ways to write a phase down; the name says what it may touch. */
export const definePure = <I extends Inputs, O>(phase: Omit<PurePhase<I, O>, "access">): PurePhase<I, O> => ({
  ...phase,
  access: "nothing",
});
export const defineReading = <I extends Inputs, O>(phase: Omit<ReadPhase<I, O>, "access">): ReadPhase<I, O> => ({
  ...phase,
  access: "reads",
});
export const defineEffect = <I extends Inputs, O>(phase: Omit<EffectPhase<I, O>, "access">): EffectPhase<I, O> => ({
  ...phase,
  access: "writes",
});
