// Carries a run through one phase: returns its record, or does the work and records it under the lease. Which phases
// there are, and in which order, is said in cut.ts.
import { ask } from "./looks/one-statement.ts";
import { canonicalText, digestOf, type Json } from "./model/canonical.ts";
import type { BackupReceipt } from "./model/backup-receipt.ts";
import type { DocumentId, RunId } from "./model/ids.ts";
import { INVARIANTS } from "./model/invariants.ts";
import { STATE_AFTER, type Gate, type RecordedPhase, type RunState } from "./model/run.ts";
import { insist, Stopped } from "./model/stop.ts";
import type { EffectPhase, Inputs, Phase, PureScope, ReadScope, Recorded } from "./phase.ts";
import { refuseWhenAskedToEnd } from "./looks/asked-to-end.ts";
import { effect } from "./effect.ts";
import { haltedMeanwhile, insistNotHalted } from "./looks/halted.ts";
import { UNSIGNED, type Authorization } from "./rules/authorization.ts";
import { entrySha, JOURNAL_START } from "./rules/journal.ts";
import { countedEffect } from "./rules/rehearsed-changes.ts";
import { inputSha, judgeRecord, unitsWritten, type PhaseRecord } from "./rules/resume.ts";
import { judgeOwnTime, judgePhaseTime } from "./rules/times.ts";
import type { World } from "./world.ts";
import type { Writer } from "./world/database.ts";

/** The run as this process took it: release and opening never change, epoch is the lease's at that moment. */
export interface RunRow {
  readonly run_id: RunId;
  readonly document_id: DocumentId;
  readonly release: string;
  readonly opened: Date;
  /** Who opened it, as its row says. */
  readonly actor: string;
  readonly epoch: string;
}

/** Told after every phase and request: delivers reports and projections, which never decide anything. */
export interface RunWatcher {
  step(run: Run, phase: RecordedPhase): Promise<void>;
  /** Every request of a pause lies in its bundle; `gate` is one of them. */
  requested(run: Run, gate: Gate): Promise<void>;
}

/** A run whose lease was just taken: who holds it, what is recorded of it, and who is told of each step. */
export interface Taken {
  readonly row: RunRow;
  readonly world: World;
  /** The process's name on the lease. */
  readonly holder: string;
  readonly done: readonly PhaseRecord[];
  readonly after: RunWatcher;
}

/** One process's hold on a run: its lease epoch, what is recorded, and the way to add to it. */
export class Run {
  readonly row: RunRow;
  readonly world: World;
  readonly #holder: string;
  readonly #startedAt = process.hrtime.bigint();
  #epoch: string;
  #working: RecordedPhase | null = null;
  /** Nanoseconds that effects were held back for others, which are no time of its own. */
  #heldBack = 0n;
  #done: Map<string, PhaseRecord>;
  readonly #after: RunWatcher;

  constructor(taken: Taken) {
    this.row = taken.row;
    this.world = taken.world;
    this.#holder = taken.holder;
    this.#epoch = taken.row.epoch;
    this.#done = new Map(taken.done.map((record) => [record.phase, record]));
    this.#after = taken.after;
  }

  get epoch(): string {
    return this.#epoch;
  }
  /** The phase that runs or is looked at again now; null between phases. */
  get working(): RecordedPhase | null {
    return this.#working;
  }
  has(phase: string): boolean {
    return this.#done.has(phase);
  }
  /** How many phases are recorded. */
  get recorded(): number {
    return this.#done.size;
  }

  /**
   * Runs a phase, or returns its record. `authorization`: what people admitted, for an effect that needs it; `again` asks for it anew after
   * the effect was held back, which may outlast a backup and a signature.
   */
  async step<I extends Inputs, O extends Json>(
    phase: Phase<I, O>,
    input: I,
    authorization: Authorization = UNSIGNED,
    again?: () => Promise<Authorization>,
  ): Promise<Recorded<O>> {
    this.#working = phase.name;
    const record = await this.#recordedOrDone(phase, input, { authorization, again });
    await this.#after.step(this, phase.name);
    this.#working = null;
    return record;
  }

  async #recordedOrDone<I extends Inputs, O extends Json>(
    phase: Phase<I, O>,
    input: I,
    may: { authorization: Authorization; again: (() => Promise<Authorization>) | undefined },
  ): Promise<Recorded<O>> {
    insist(
      judgeOwnTime(process.hrtime.bigint() - this.#startedAt - this.#heldBack, this.world.config.caps.run_minutes),
    );
    refuseWhenAskedToEnd(this.world, phase.name, this.row.run_id);
    const wanted = inputSha(phase.name, this.row.run_id, this.row.release, Object.values(input));
    const recorded = await this.#recorded(phase, input, wanted);
    if (recorded) return recorded;
    let { authorization } = may;
    while (phase.access === "writes" && (await this.#untilQuiet(phase.name)))
      authorization = (await may.again?.()) ?? authorization;
    this.world.events.emit({ event: "phase", phase: phase.name, status: "started" });
    const started = process.hrtime.bigint();
    await insistNotHalted(this.world, this.row.run_id, phase.name === "revert");
    const record = await (
      phase.access === "writes" ? this.#write(phase, input, wanted, authorization) : this.#work(phase, input, wanted)
    ).catch((error: unknown) => haltedMeanwhile(this.world, this.row.run_id, error));
    const invariants = `${INVARIANTS[phase.name].length}/${INVARIANTS[phase.name].length}`;
    this.world.events.emit({
      event: "phase",
      phase: phase.name,
      status: "passed",
      seconds: seconds(started),
      invariants,
      ...(phase.rows === undefined ? {} : { rows: phase.rows(record.output) }),
    });
    this.world.events.emit({ event: "state", state: STATE_AFTER[phase.name] });
    return record;
  }

  /** Between effects, never inside one: the load of the server, and whether this process was asked to end meanwhile. True when it was held back. */
  async #untilQuiet(phase: RecordedPhase): Promise<boolean> {
    if (this.world.untilQuiet === undefined) return false;
    const since = process.hrtime.bigint();
    const waited = await this.world.untilQuiet(phase);
    this.#heldBack += process.hrtime.bigint() - since;
    refuseWhenAskedToEnd(this.world, phase, this.row.run_id);
    return waited;
  }

  async #recorded<I extends Inputs, O extends Json>(
    phase: Phase<I, O>,
    input: I,
    wanted: string,
  ): Promise<Recorded<O> | undefined> {
    const record = this.#done.get(phase.name);
    if (!record) return undefined;
    insist(judgeRecord(record, wanted));
    const output = phase.output.parse(record.output);
    await phase.recheck?.(
      input,
      output,
      this.readScope(),
      unitsWritten((known) => this.has(known)),
    );
    this.world.events.emit({ event: "phase", phase: phase.name, status: "recorded" });
    return { phase: phase.name, output, output_sha: record.output_sha, at: record.at };
  }

  async #work<I extends Inputs, O extends Json>(
    phase: Exclude<Phase<I, O>, EffectPhase<I, O>>,
    input: I,
    wanted: string,
  ): Promise<Recorded<O>> {
    const output =
      phase.access === "nothing" ? await phase.run(input, this.#pureScope()) : await phase.run(input, this.readScope());
    const output_sha = outputSha(phase, output);
    await this.world.database.transaction("exec", async (tx) => {
      await this.journal(tx, { event: "phase", phase: phase.name, input_sha: wanted, output_sha });
      await tx.one("write/record-phase", {
        run_id: this.row.run_id,
        phase: phase.name,
        epoch: this.#epoch,
        input_sha: wanted,
        output_sha,
        output: canonicalText(output),
      });
    });
    return this.#remember(phase.name);
  }

  async #write<I extends Inputs, O extends Json>(
    phase: EffectPhase<I, O>,
    input: I,
    wanted: string,
    authorization: Authorization,
  ): Promise<Recorded<O>> {
    const { config, database } = this.world;
    const started = process.hrtime.bigint();
    const counted = countedEffect(phase.name, (known) => this.has(known));
    try {
      await effect<O>(database, {
        run_id: this.row.run_id,
        phase: phase.name,
        role: phase.role,
        epoch: this.#epoch,
        input_sha: wanted,
        authorization,
        cap_seconds: config.caps.phase_minutes * 60,
        counts: (tx, changes) => this.world.counts.judge(tx, { run_id: this.row.run_id, effect: counted }, changes),
        protected_prefixes: config.protected_prefixes,
        environment: this.world.environment,
        work: (tx) => phase.run(input, { ...this.#pureScope(), tx }),
        record: async (tx, output) => {
          // The last moment to go back: after it only COMMIT is left.
          refuseWhenAskedToEnd(this.world, phase.name, this.row.run_id);
          insist(judgePhaseTime(phase.name, process.hrtime.bigint() - started, config.caps.phase_minutes));
          const output_sha = outputSha(phase, output);
          await this.journal(tx, { event: "phase", phase: phase.name, input_sha: wanted, output_sha });
          await tx.one("write/end-effect", {
            run_id: this.row.run_id,
            phase: phase.name,
            epoch: this.#epoch,
            output_sha,
            output: canonicalText(output),
          });
          return output_sha;
        },
      });
    } catch (error) {
      if (!(error instanceof Stopped) || error.code !== "STOP_AMBIGUOUS") throw error;
      await this.#settle(phase.name, error);
    }
    return this.#remember(phase.name);
  }

  /** The answer to COMMIT was lost: wait for the old transaction on the lease row, then the record is the truth. */
  async #settle(phase: string, lost: Stopped): Promise<void> {
    this.world.events.emit({ event: "state", state: "ambiguous" });
    this.#epoch = await this.#takeAgain(lost);
    await this.#reload();
    if (!this.has(phase)) {
      throw new Stopped(
        "STOP_COULD_NOT_LOOK",
        {
          saw: `${lost.facts.saw}; the database has no record of ${phase}, so nothing was committed`,
          wanted: "the phase recorded",
          hint: "resume: the phase runs again from its beginning",
          next: `cutter orchestrate resume ${this.row.run_id}`,
        },
        lost,
      );
    }
  }

  /** The next epoch, if nobody took the run over while this process was cut off: a woken process must not take it back. */
  async #takeAgain(lost: Stopped): Promise<string> {
    try {
      return await this.world.database.transaction("exec", async (tx) => {
        const { epoch } = await tx.one("write/take-lease", {
          run_id: this.row.run_id,
          holder: this.#holder,
          gone_holder: null,
        });
        if (BigInt(epoch) === BigInt(this.#epoch) + 1n) return epoch;
        throw new Stopped("STOP_FENCED", {
          saw: `${lost.facts.saw}, and epoch ${String(BigInt(epoch) - 1n)} of the lease is another process's`,
          wanted: `epoch ${this.#epoch}, which this process held`,
        });
      });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      // Nobody can be asked what happened to COMMIT: that it is not known is what a person must hear.
      if (error.code === "STOP_COULD_NOT_LOOK") throw lost;
      if (error.code === "STOP_LEASE_HELD")
        throw new Stopped(
          "STOP_FENCED",
          {
            saw: `${lost.facts.saw}, and another process holds the lease`,
            wanted: `epoch ${this.#epoch}, which this process held`,
          },
          error,
        );
      throw error;
    }
  }

  async #remember<O extends Json>(phase: string): Promise<Recorded<O>> {
    await this.#reload();
    const record = this.#done.get(phase);
    if (!record)
      throw new Stopped("STOP_TORN", {
        saw: `phase ${phase} committed without a record`,
        wanted: "its row in phase_done",
      });
    return {
      phase: record.phase as Recorded<O>["phase"],
      output: record.output as O,
      output_sha: record.output_sha,
      at: record.at,
    };
  }

  async #reload(): Promise<void> {
    const rows = await ask(this.world.database, "exec", "read/phases-done", { run_id: this.row.run_id });
    this.#done = new Map(rows.map((record) => [record.phase, record]));
  }

  /** Appends one entry to the run's hash chain, inside the caller's transaction. */
  async journal(tx: Writer, entry: Record<string, Json>): Promise<void> {
    const [tail] = await tx.query("read/journal-tail", { run_id: this.row.run_id });
    const seq = String(Number(tail?.seq ?? "0") + 1);
    const prev = tail?.entry_sha ?? JOURNAL_START;
    const { now } = await tx.one("read/database-now");
    const whole = { ...entry, utc: now.toISOString() };
    await tx.one("write/append-journal", {
      run_id: this.row.run_id,
      epoch: this.#epoch,
      seq,
      prev_sha: prev,
      entry_sha: entrySha(this.row.run_id, seq, prev, whole),
      entry: canonicalText(whole),
    });
  }

  /** Notes a pause or stop on the run row; the projection in state.json follows. */
  async note(state: RunState, stop: string | null): Promise<void> {
    await this.world.database.transaction("exec", (tx) =>
      tx.one("write/set-state", { run_id: this.row.run_id, epoch: this.#epoch, state, last_stop: stop }),
    );
    this.world.events.emit({ event: "state", state });
  }

  /** The requests of a pause are written: their report goes out before the run pauses. */
  async requested(gate: Gate): Promise<void> {
    await this.#after.requested(this, gate);
  }

  #pureScope(): PureScope {
    const { config, here, files, events } = this.world;
    return {
      run_id: this.row.run_id,
      document_id: this.row.document_id,
      release: this.row.release,
      opened: this.row.opened,
      actor: this.row.actor,
      here,
      config,
      files,
      say: (event) => events.emit(event),
    };
  }

  /** What a reading phase, a gate or a recheck may use. */
  readScope(): ReadScope {
    return {
      ...this.#pureScope(),
      read: this.world.database.read,
      environment: this.world.environment,
      runsIndex: () => this.world.files.runsIndex(),
      readRun: (relative) => this.world.files.readRun(this.row.run_id, relative),
      takeBackup: () => this.takeBackup(),
    };
  }

  /** One more backup, proven by a restore and recorded under the lease. */
  async takeBackup(): Promise<BackupReceipt> {
    const { database, vault } = this.world;
    const known = await ask(database, "exec", "read/receipts", { run_id: this.row.run_id });
    const attempt = (known[0]?.attempt ?? 0) + 1;
    const receipt = await vault.take(this.row.run_id, attempt);
    await database.transaction("exec", (tx) =>
      tx.one("write/record-receipt", {
        run_id: this.row.run_id,
        epoch: this.#epoch,
        attempt,
        content_digests: canonicalText(receipt.content_digests),
        content_digests_sha: receipt.content_digests_sha,
        file_sha: receipt.file_sha,
        size: String(receipt.size_bytes),
        recipient: receipt.recipient,
        proof: canonicalText(receipt.proof as Json),
        proof_sha: receipt.proof_sha,
      }),
    );
    return receipt;
  }
}

function outputSha<O extends Json>(phase: { digest?: (output: O) => unknown }, output: O): string {
  return digestOf((phase.digest ? phase.digest(output) : output) as Json);
}

const seconds = (since: bigint): number => Number((process.hrtime.bigint() - since) / 1_000_000n) / 1000;
