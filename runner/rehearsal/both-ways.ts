// The two ways of a rehearsal: databases restored from the backup in which the very flow of a host is carried to its end and back, for one
// run or for the runs of a wave in turn, so that what the documents do to each other is tried out too.
import { randomBytes } from "node:crypto";
import { enact, plan, recordAndVerify, writeUnits, type Written } from "../cut.ts";
import { Run, type RunWatcher } from "../engine.ts";
import { mintDecision, type Planned } from "../gates.ts";
import { canonicalText, digestOf, sha256, type Json } from "../model/canonical.ts";
import { isRunId, type RunId } from "../model/ids.ts";
import { REHEARSED } from "../model/rehearsal.ts";
import { termOn } from "../model/config.ts";
import { insist, Stopped } from "../model/stop.ts";
import { createUnits } from "../phases/06-cut-leg-a.ts";
import { revertRun } from "../phases/revert.ts";
import { planOf, plannedRows } from "../plan.ts";
import { orderRevert } from "../aftermath/revert-order.ts";
import { loadRunRecord } from "../looks/run-record.ts";
import { expectedPayload, type AskedGate } from "../rules/expected-payload.ts";
import { judgeOtherRows } from "../rules/rehearsed-changes.ts";
import type { RehearsalGround, RowCounts, Stage } from "../world/stage.ts";

const HOLDER = "rehearsal";
/** Nobody's key: the database of a rehearsal takes it, the gate of a host never would. */
const NO_FINGERPRINT = "0".repeat(40);
const SILENT: RunWatcher = { step: () => Promise.resolve(), requested: () => Promise.resolve() };

/** A planned run of the host, and who judges what its effects change in the copies. */
export interface Candidate {
  readonly run: Run;
  readonly planned: Planned;
  readonly counts: RowCounts;
}

/** The run of which a step failed, with what it failed of; the others can be tried without it. */
export class FailedCandidate extends Error {
  constructor(
    readonly runId: RunId,
    readonly reason: unknown,
  ) {
    super(`the rehearsal of ${runId} failed`);
  }
}

/** Both ways at once, each in a database of its own; of two failures the way forward tells its own. FailedCandidate where one run is to blame. */
export async function bothWays(all: readonly Candidate[], ground: RehearsalGround): Promise<void> {
  const own = randomBytes(4).toString("hex");
  const ahead = await ground.stage(`rehearsal_forward_${own}`);
  const back = await ground.stage(`rehearsal_back_${own}`);
  const ways = await Promise.allSettled([forward(all, ahead), backward(all, back)]);
  await Promise.all([ahead.end(), back.end()]);
  for (const way of ways) if (way.status === "rejected") throw way.reason;
}

/** A candidate in a copy: the run of the rehearsal, and what it planned there. */
interface Trial extends Candidate {
  readonly trial: Run;
  readonly mine: Planned;
}

/** Every one after the other, in the order of work; the first that fails is named. */
async function inTurn<C extends Candidate, T>(all: readonly C[], work: (one: C) => Promise<T>): Promise<(C & T)[]> {
  const done: (C & T)[] = [];
  for (const one of all) {
    const more = await work(one).catch((reason: unknown) => {
      throw new FailedCandidate(one.run.row.run_id, reason);
    });
    done.push({ ...one, ...more });
  }
  return done;
}

const unitsOf = (all: readonly Candidate[]): number[] => all.map(({ planned }) => planned.plan.output.candidate_count);

/** All cut and verified, then all enacted and closed out. */
async function forward(all: readonly Candidate[], stage: Stage): Promise<void> {
  const trials = await inTurn(all, (one) => begin(one, stage, one.run.row.run_id));
  const written = await inTurn(trials, async ({ trial, mine }): Promise<{ readonly written: Written }> => ({
    written: await recordAndVerify(trial, mine, await writeNaming(trial, mine)),
  }));
  await inTurn(written, async ({ trial, mine, written: done }) => {
    await mintDecision(trial);
    await admit(trial, mine, "SG_2_lifecycle_authz");
    await enact(trial, mine, done);
  });
  insist(
    judgeOtherRows(await stage.look(), ["cut_leg_a", "leg_b_record", "write_verify", "lifecycle_enact"], unitsOf(all)),
  );
}

/** All cut, and reverted after leg B; all cut again by other runs, and reverted after leg A. */
async function backward(all: readonly Candidate[], stage: Stage): Promise<void> {
  const trials = await inTurn(all, (one) => begin(one, stage, one.run.row.run_id));
  const written = await inTurn(trials, async ({ trial, mine }): Promise<{ readonly written: Written }> => ({
    written: await recordAndVerify(trial, mine, await writeUnits(trial, mine)),
  }));
  await inTurn(written, async ({ trial, mine, written: { ledger } }) => {
    await orderRevert(trial.world, trial.row.run_id, "rehearsal");
    await trial.step(revertRun(mine.plan, ledger), {});
    await close(trial);
  });
  const again = await inTurn(all, (one) => begin(one, stage, secondRunId(one.run.row.run_id)));
  await inTurn(again, async ({ trial, mine }) => void (await writeUnits(trial, mine)));
  await inTurn(again, async ({ trial, mine }) => {
    await orderRevert(trial.world, trial.row.run_id, "rehearsal");
    await trial.step(revertRun(mine.plan, undefined), {});
  });
  insist(
    judgeOtherRows(
      await stage.look(),
      ["cut_leg_a", "leg_b_record", "write_verify", "revert_ledger", "cut_leg_a", "revert"],
      unitsOf(all),
    ),
  );
}

/** Opens a run of this id in the copy and plans it there, as far as its first signatures. */
async function begin(one: Candidate, stage: Stage, runId: RunId): Promise<Pick<Trial, "trial" | "mine">> {
  const trial = await open(one, stage, runId);
  return { trial, mine: await prepare(trial, one.planned) };
}

async function open({ run, counts }: Candidate, stage: Stage, runId: RunId): Promise<Run> {
  const world = await stage.worldFor(run.world, run.row.run_id, counts);
  const { database, config } = world;
  const { document_id, release, opened, actor } = run.row;
  const { epoch } = await database.transaction("exec", (tx) =>
    tx.one("write/open-run", {
      run_id: runId,
      document_id,
      host: config.host,
      actor,
      release,
      holder: HOLDER,
    }),
  );
  const row = { run_id: runId, document_id, release, opened, actor, epoch };
  return new Run({ row, world, holder: HOLDER, done: [], after: SILENT });
}

/** A run id of the same form that is another one: the restored copy knows no run but the rehearsal's. */
function secondRunId(runId: RunId): RunId {
  const other = `${runId.slice(0, -8)}${sha256(`rehearsal of ${runId}`).slice(0, 8)}`;
  if (!isRunId(other)) throw new Error("not a valid run id");
  return other;
}

/** Phases 1 to 5 in the copy must plan the very rows; then both signatures of the first pause are stood in for. */
async function prepare(trial: Run, planned: Planned): Promise<Planned> {
  const mine = await plan(trial, planned.source.output.grammar);
  if (mine.plan.output.writer_digest !== planned.plan.output.writer_digest) {
    throw new Stopped("STOP_INVARIANT_FAILED", {
      saw: "the restored copy plans other rows than the host",
      wanted: planned.plan.output.writer_digest,
    });
  }
  await trial.world.database.transaction("exec", (tx) =>
    trial.journal(tx, { event: REHEARSED, rehearsal: { of: planned.plan.output.writer_digest } }),
  );
  await admit(trial, mine, "SG_1_cut_authz");
  await admit(trial, mine, "EXECUTION");
  return mine;
}

/** Admits as cutter_gate in the copy, by the function of the real gate. No key of a person is near: nothing is signed. */
async function admit(trial: Run, planned: Planned, gate: AskedGate): Promise<void> {
  const { database } = trial.world;
  const { record, now } = await database.read("gate", async (reader) => ({
    record: await loadRunRecord(reader, trial.row, trial.world),
    ...(await reader.one("read/database-now")),
  }));
  const payload: Record<string, Json> = { ...expectedPayload(record, gate) };
  const rows =
    gate === "SG_1_cut_authz" ? plannedRows(await planOf(planned.source.output, trial.readScope()), trial.row) : null;
  const nobody = Buffer.from("rehearsal");
  await database.transaction("gate", (tx) =>
    tx.one("write/admit", {
      gate,
      run_id: trial.row.run_id,
      payload: canonicalText(payload),
      payload_sha: digestOf(payload),
      person: gate === "SG_1_cut_authz" ? "rehearsal-first" : "rehearsal-second",
      fingerprint: NO_FINGERPRINT,
      nonce: randomBytes(16).toString("hex"),
      statement: nobody,
      signature: nobody,
      valid_from: now,
      use_by: new Date(now.getTime() + termOn(trial.world.config, gate) * 1000),
      planned_units: rows && canonicalText(rows.units),
      planned_ledger: rows && canonicalText({ ...rows.ledger }),
    }),
  );
}

/** Leg A; when it fails, the rows are tried one by one to name the first that cannot be written. */
async function writeNaming(trial: Run, planned: Planned): ReturnType<typeof writeUnits> {
  try {
    return await writeUnits(trial, planned);
  } catch (error) {
    const address = error instanceof Stopped ? await firstRefused(trial, planned) : undefined;
    if (!(error instanceof Stopped) || address === undefined) throw error;
    throw new Stopped(error.code, { ...error.facts, saw: `${address}: ${error.facts.saw}` }, error);
  }
}

async function firstRefused(trial: Run, planned: Planned): Promise<string | undefined> {
  const { rows } = await planOf(planned.source.output, trial.readScope());
  let address: string | undefined;
  const tried = new Error("tried, never to be committed");
  await trial.world.database
    .transaction("exec", async (tx) => {
      for (const row of rows) {
        address = row.canonical_address;
        await createUnits([row], { tx, actor: trial.row.actor, say: () => undefined });
      }
      address = undefined;
      throw tried;
    })
    .catch((error: unknown) => {
      if (error !== tried && !(error instanceof Stopped)) throw error;
    });
  return address;
}

async function close(trial: Run): Promise<void> {
  await trial.world.database.transaction("exec", (tx) =>
    tx.one("write/close-run", { run_id: trial.row.run_id, epoch: trial.epoch, kind: "reverted", reason: "rehearsal" }),
  );
}
