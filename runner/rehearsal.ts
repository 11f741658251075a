// THE REHEARSAL: the same flow, carried to its end and back again in databases restored from this run's backup, before anyone signs.
import { randomBytes } from "node:crypto";
import { enact, plan, recordAndVerify, writeUnits } from "./cut.ts";
import { Run, type RunWatcher } from "./engine.ts";
import { freshReceipt, oneMoreReceipt } from "./fresh-backup.ts";
import { mintDecision, type Planned } from "./gates.ts";
import { canonicalText, digestOf, sha256, type Json } from "./model/canonical.ts";
import { isRunId, type RunId } from "./model/ids.ts";
import { REHEARSED, rehearsalSchema, type CountedEffect, type Rehearsal } from "./model/rehearsal.ts";
import { termOn } from "./model/config.ts";
import { insist, Stopped, STOPS } from "./model/stop.ts";
import { createUnits } from "./phases/06-cut-leg-a.ts";
import { revertRun } from "./phases/revert.ts";
import { planOf, plannedRows } from "./plan.ts";
import { orderRevert } from "./aftermath/revert-order.ts";
import { htmlOf } from "./reports/html.ts";
import { markdownOf } from "./reports/markdown.ts";
import { rehearsalReport } from "./reports/rehearsal-report.ts";
import { loadRunRecord } from "./looks/run-record.ts";
import { expectedPayload, type AskedGate } from "./rules/expected-payload.ts";
import { judgeCounted, judgeOtherRows, standingRehearsal } from "./rules/rehearsed-changes.ts";
import type { RehearsalGround, RowCounts, Stage } from "./world/stage.ts";

const HOLDER = "rehearsal";
/** Nobody's key: the database of a rehearsal takes it, the gate of a host never would. */
const NO_FINGERPRINT = "0".repeat(40);
const SILENT: RunWatcher = { step: () => Promise.resolve(), requested: () => Promise.resolve() };
const PROVED = [
  "cut_verified_enacted_closed",
  "reverted_after_leg_b",
  "cut_again_after_revert",
  "reverted_after_leg_a",
  "every_other_row_unchanged",
];

/**
 * Rehearses the run unless its journal holds a rehearsal of this plan over this content, and records the facts in the journal. Every
 * stop of the flow, named as met in the rehearsal; STOP_DRIFT when a backup taken for it holds content that no record explains.
 * Production is only read.
 */
export async function rehearse(run: Run, planned: Planned, ground: RehearsalGround): Promise<void> {
  if (run.has("cut_leg_a")) return;
  const { content_digests_sha } = await freshReceipt(run, planned);
  const of = { run_id: run.row.run_id, writer_digest: planned.plan.output.writer_digest, content_digests_sha };
  const record = await run.world.database.read("exec", (reader) => loadRunRecord(reader, run.row, run.world));
  const standing = standingRehearsal(record.journal, of);
  if (standing) return keepFiles(run, standing);
  if (!ground.ready()) of.content_digests_sha = (await oneMoreReceipt(run, planned)).content_digests_sha;
  const counts = recorder(planned.plan.output.candidate_count);
  try {
    await bothWays(run, planned, ground, counts);
  } catch (error) {
    throw inRehearsal(error);
  }
  const facts = rehearsalSchema.parse({
    version: "1",
    ...of,
    units: planned.plan.output.candidate_count,
    proved: PROVED,
    counts: Object.fromEntries(counts.seen),
  });
  await run.world.database.transaction("exec", (tx) => run.journal(tx, { event: REHEARSED, rehearsal: facts }));
  await keepFiles(run, facts);
}

/** Projections of the journal entry, for people. */
async function keepFiles(run: Run, facts: Rehearsal): Promise<void> {
  await run.world.files.writeRun(run.row.run_id, "rehearsal.json", canonicalText(facts));
  const report = rehearsalReport(facts, digestOf(facts));
  await run.world.files.writeRun(run.row.run_id, "rehearsal.md", markdownOf(report));
  await run.world.files.writeRun(run.row.run_id, "rehearsal.html", htmlOf(report));
  run.world.events.emit({ event: "report", file: `runs/${run.row.run_id}/rehearsal.md` });
}

interface Recorder extends RowCounts {
  readonly seen: Map<CountedEffect, Rehearsal["counts"][CountedEffect]>;
}

function recorder(units: number): Recorder {
  const seen: Recorder["seen"] = new Map();
  return {
    seen,
    judge: (_reader, { effect }, changes) => {
      // The same effect twice, before and after a revert, must count the same.
      const before = seen.get(effect);
      if (before !== undefined && digestOf(before) !== digestOf(changes)) {
        return Promise.resolve({
          code: "STOP_INVARIANT_FAILED",
          facts: {
            saw: `${effect} changed other numbers of rows the second time`,
            wanted: "the same counts every time",
          },
        });
      }
      seen.set(effect, changes);
      return Promise.resolve(judgeCounted(effect, units, changes));
    },
  };
}

/** Both ways at once, each in a database of its own; of two failures the way forward tells its own. */
async function bothWays(run: Run, planned: Planned, ground: RehearsalGround, counts: Recorder): Promise<void> {
  const say = (done: number, what: string): void =>
    run.world.events.emit({ event: "progress", phase: "rehearsal", done, of: 2, what });
  say(0, "in two restored copies: cut, verify and enact; cut, revert and cut again");
  const own = run.row.run_id.slice(-8);
  const ahead = await ground.stage(`rehearsal_forward_${own}`, counts);
  const back = await ground.stage(`rehearsal_back_${own}`, counts);
  const ways = await Promise.allSettled([forward(run, planned, ahead), backward(run, planned, back)]);
  await Promise.all([ahead.end(), back.end()]);
  for (const way of ways) if (way.status === "rejected") throw way.reason;
  say(2, "both passed, and every other row stands as it was");
}

/** Cut, verified, enacted, closed out. */
async function forward(run: Run, planned: Planned, stage: Stage): Promise<void> {
  const trial = await open(run, stage, run.row.run_id);
  const mine = await prepare(trial, planned);
  const written = await recordAndVerify(trial, mine, await writeNaming(trial, mine));
  await mintDecision(trial);
  await admit(trial, mine, "SG_2_lifecycle_authz");
  await enact(trial, mine, written);
  insist(
    judgeOtherRows(
      await stage.look(),
      ["cut_leg_a", "leg_b_record", "write_verify", "lifecycle_enact"],
      mine.plan.output.candidate_count,
    ),
  );
}

/** Cut and reverted after leg B; cut again by another run and reverted after leg A. */
async function backward(run: Run, planned: Planned, stage: Stage): Promise<void> {
  const first = await open(run, stage, run.row.run_id);
  const mine = await prepare(first, planned);
  const { ledger } = await recordAndVerify(first, mine, await writeUnits(first, mine));
  await orderRevert(stage.world, first.row.run_id, "rehearsal");
  await first.step(revertRun(mine.plan, ledger), {});
  await close(first);
  const again = await open(run, stage, secondRunId(run.row.run_id));
  const anew = await prepare(again, planned);
  await writeUnits(again, anew);
  await orderRevert(stage.world, again.row.run_id, "rehearsal");
  await again.step(revertRun(anew.plan, undefined), {});
  insist(
    judgeOtherRows(
      await stage.look(),
      ["cut_leg_a", "leg_b_record", "write_verify", "revert_ledger", "cut_leg_a", "revert"],
      mine.plan.output.candidate_count,
    ),
  );
}

async function open(run: Run, stage: Stage, runId: RunId): Promise<Run> {
  const { database, config } = stage.world;
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
  return new Run({ row, world: stage.world, holder: HOLDER, done: [], after: SILENT });
}

/** A run id of the same form that is another one: the restored copy knows no run but the rehearsal's. */
function secondRunId(runId: RunId): RunId {
  const other = `${runId.slice(0, -8)}${sha256(`rehearsal of ${runId}`).slice(0, 8)}`;
  if (!isRunId(other)) throw new Error("a run id out of form");
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

/** Codes about a person's signature or about who holds a run would say something untrue about the run itself. */
function inRehearsal(error: unknown): unknown {
  if (!(error instanceof Stopped)) return error;
  const { code, facts } = error;
  const own =
    code === "STOP_HALTED" ||
    ![3, 4, 10].includes(STOPS[code].exit) ||
    ["STOP_REFUSED_INPUT", "STOP_TARGET_POLICY", "STOP_PRECHECK_FAILED", "STOP_DOCUMENT_UNKNOWN"].includes(code);
  return new Stopped(
    own ? code : "STOP_INVARIANT_FAILED",
    {
      ...facts,
      saw: `in the rehearsal: ${own ? "" : `${code}: `}${facts.saw}`,
      hint: "nothing was signed and nothing is written: mend what is named, void this run and cut again",
    },
    error,
  );
}
