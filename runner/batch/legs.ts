// What a worker does with one leg: plans or closes a wave, cuts or enacts a document, and says what becomes of the batch when it stops.
// Every member is carried by the same code as a single run.
import { randomBytes } from "node:crypto";
import type { LookedAgain } from "../aftermath/look-again.ts";
import { legNameOf, type BatchId, type BatchManifest, type LegName, type WaveOutcome } from "../model/batch.ts";
import { canonicalText, digestOf } from "../model/canonical.ts";
import { isRunId, newRunId, type DocumentId, type RunId } from "../model/ids.ts";
import { EXIT_BUG, Stopped } from "../model/stop.ts";
import { inWave, standingOf } from "../rules/batch-progress.ts";
import {
  consequenceOf,
  consequenceOfLook,
  haltAfterCanary,
  haltAfterFailures,
  MAY_BE_THE_MACHINE,
  REFUSED_BY_A_PERSON,
  type Consequence,
  type LegEnd,
} from "../rules/batch-stops.ts";
import { workResume, workVoid, type Work } from "../worker.ts";
import type { LegQueueClient } from "../world/scheduler.ts";
import type { RehearsalGround } from "../world/stage.ts";
import type { World } from "../world.ts";
import { workPlan, workRehearse } from "./plan-together.ts";
import { writeBatchReport } from "./answers.ts";
import { queueLeg, queueNext } from "./queue.ts";
import { machineFault } from "./room-for-files.ts";
import { batchRecord, type BatchRecord } from "./records.ts";

/** The work at one run, and how it ended. */
export interface RunWork {
  readonly work: Work;
  /** The last word of the work that was done with it. */
  readonly end: () => LegEnd;
}

/** All that legs need from outside. `world` belongs to no run. */
export interface LegGround {
  readonly world: World;
  readonly client: LegQueueClient;
  /** What a process of this run would have; runs of one wave share a backup when `shared` is given. */
  readonly runWork: (runId: RunId, manifest: BatchManifest, shared?: SharedWave) => Promise<RunWork>;
  readonly sharedWave: () => Promise<SharedWave>;
  readonly lookAgain: (runId: RunId) => Promise<LookedAgain>;
  /** Returns when the load of the server lets a batch go on, true when it had to wait. */
  readonly untilQuiet: (manifest: BatchManifest, what: string) => Promise<boolean>;
  /** One line for the worker's log. */
  readonly say: (line: string) => void;
}

/** What the runs of a wave share while they are planned. */
export interface SharedWave {
  readonly vault: World["vault"];
  /** Databases made of the copy that was restored from it. */
  readonly ground: RehearsalGround;
  end(): Promise<void>;
}

/** Does one leg to its end and queues what follows. Asked again after a process died in it, it goes on from the records. */
export async function doLeg(ground: LegGround, legId: string): Promise<void> {
  const leg = legNameOf(legId);
  if (!leg) return ground.say(`not ours: ${legId}`);
  const { manifest } = await batchRecord(ground.world, leg.batch_id);
  await ground.untilQuiet(manifest, legId);
  // Read after the pause: the batch may have been halted or closed meanwhile.
  const record = await batchRecord(ground.world, leg.batch_id);
  if (record.batch.closed !== null || record.facts.stopped !== null)
    return ground.say(`${legId}: the batch ${record.facts.stopped === null ? "is closed" : "stands still"}`);
  ground.say(`${legId} begins`);
  if (leg.kind === "plan") await planWave(ground, record, leg, legId);
  else if (leg.kind === "close") await closeWave(ground, record, leg, legId);
  else await carryOn(ground, record, leg, legId);
  await queueNext(ground.world, ground.client, leg.batch_id, { ending: legId });
  ground.say(`${legId} ends`);
}

/** What the wave's rehearsal takes along, and whether a leg carried it there just now. */
type Part =
  | "planned_now"
  /** Its phases 1 to 5 were recorded before, by a process that died meanwhile or broke off. */
  | "planned_before"
  /** It waits for its signatures already and goes along in the rehearsal. */
  | "company";

/** A document of a wave that is planned. */
interface InPlanning extends RunWork {
  readonly document_id: string;
  readonly runId: RunId;
  readonly part: Part;
}

/**
 * Every member that has not asked for its signatures yet: phases 1 to 5 of each, one rehearsal of all together, then their requests. What
 * stops one document leaves the others alone; a stop that halts the batch ends the leg.
 */
async function planWave(ground: LegGround, record: BatchRecord, leg: LegName, legId: string): Promise<void> {
  const ends: Consequence[] = [];
  /** Those that ended well, each end written down; none when the batch is halted. */
  const heard = async (some: readonly InPlanning[]): Promise<InPlanning[]> => {
    const well: InPlanning[] = [];
    for (const one of some) {
      const consequence = await note(ground, record, one.document_id, one.end());
      ends.push(consequence);
      if (consequence.kind === "halt") return [];
      if (consequence.kind === "goes_on") well.push(one);
    }
    return well;
  };
  const shared = await ground.sharedWave();
  try {
    const members = await planMembers(ground, record, legId, shared);
    const well = await heard(members.filter(({ part }) => part === "planned_now"));
    const planned = members.filter((one) => one.part !== "planned_now" || well.includes(one));
    const fresh = planned.filter(({ part }) => part !== "company");
    if (fresh.length > 0 && !ends.some(({ kind }) => kind === "halt")) {
      await ground.untilQuiet(record.manifest, `${legId} before the rehearsal`);
      await workRehearse(planned, shared.ground);
      const rehearsed = await heard(fresh);
      for (const { work, runId } of rehearsed) await workResume(work, runId);
      await heard(rehearsed);
    }
  } finally {
    await shared.end();
  }
  const delays = ends.flatMap((end) => (end.kind === "again" ? [end.seconds] : []));
  if (delays.length === 0 || ends.some(({ kind }) => kind === "halt")) return;
  await queueLeg(ground.client, leg, { ending: legId, priority: 0, delay: Math.max(...delays) });
}

/** Phases 1 to 5 of the documents of this leg's wave. */
async function planMembers(
  ground: LegGround,
  record: BatchRecord,
  legId: string,
  shared: SharedWave,
): Promise<InPlanning[]> {
  const members: InPlanning[] = [];
  for (const member of inWave(record.facts, Number(legNameOf(legId)?.what))) {
    const { document_id, run_id } = member;
    const standing = standingOf(member);
    if (standing === "asks_cut" && run_id !== null && isRunId(run_id))
      members.push({
        document_id,
        runId: run_id,
        part: "company",
        ...(await ground.runWork(run_id, record.manifest, shared)),
      });
    if (standing !== "waiting" && standing !== "planning") continue;
    await ground.untilQuiet(record.manifest, `${legId} before ${document_id}`);
    const one = await planMember(ground, record, document_id, shared);
    if (one) members.push({ document_id, ...one });
  }
  return members;
}

/** Undefined when the document was set aside meanwhile. */
async function planMember(
  ground: LegGround,
  record: BatchRecord,
  document: string,
  shared: SharedWave,
): Promise<Omit<InPlanning, "document_id"> | undefined> {
  const { world } = ground;
  const runId = await assign(ground, record.facts.batch_id, document);
  if (runId === undefined) return undefined;
  const { known, phases } = await world.database.read("exec", async (reader) => ({
    known: (await reader.query("read/run", { run_id: runId }))[0],
    phases: await reader.query("read/phases-done", { run_id: runId }),
  }));
  const runWork = await ground.runWork(runId, record.manifest, shared);
  // Whoever takes a wave of fifty over would look at each of them for a quarter of a second before it goes on where the other one was.
  if (phases.some(({ phase }) => phase === "grant_probe")) return { ...runWork, runId, part: "planned_before" };
  if (known && !phases.some(({ phase }) => phase === "source_pin")) {
    // A process died before the run had pinned anything: there is nothing to go on from.
    await workVoid(runWork.work, runId, "interrupted before phase 1");
    return planMember(ground, record, document, shared);
  }
  const item = record.manifest.items.find((one) => one.document_id === document);
  if (!item) throw new Error(`${document} is no item of its own manifest`);
  await workPlan(
    runWork.work,
    runId,
    known ? undefined : { document, version: item.source_version_id, grammar: item.grammar },
  );
  return { ...runWork, runId, part: "planned_now" };
}

async function assign({ world }: LegGround, batch_id: BatchId, document_id: string): Promise<RunId | undefined> {
  const offered = newRunId(new Date(), randomBytes(4).toString("hex"));
  const { run_id } = await world.database.transaction("exec", (tx) =>
    tx.one("write/assign-member", { batch_id, document_id, run_id: offered }),
  );
  return run_id !== null && isRunId(run_id) ? run_id : undefined;
}

/** A cut or an enactment: the run is resumed and goes as far as its signatures carry it. */
async function carryOn(ground: LegGround, record: BatchRecord, leg: LegName, legId: string): Promise<void> {
  const member = record.members.find(({ document_id }) => document_id === leg.what);
  if (!member?.run_id || !isRunId(member.run_id) || member.quarantined || member.close_kind !== null) return;
  const { work, end } = await ground.runWork(member.run_id, record.manifest);
  await workResume(work, member.run_id);
  const consequence = await note(ground, record, member.document_id, end());
  if (consequence.kind !== "again") return;
  await queueLeg(ground.client, leg, { ending: legId, priority: member.ordinal, delay: consequence.seconds });
}

/** Writes down how a member's leg ended, sets its document aside where the table says so, and halts the batch where that says so. */
async function note(ground: LegGround, record: BatchRecord, document_id: string, ended: LegEnd): Promise<Consequence> {
  const { world } = ground;
  const end = MAY_BE_THE_MACHINE.includes(ended.exit) ? { ...ended, machineFault: await machineFault(world) } : ended;
  const { batch_id } = record.facts;
  const member = record.members.find((one) => one.document_id === document_id);
  const judge = member?.close_kind === "closeout" ? consequenceOfLook : consequenceOf;
  const consequence =
    member?.revoked === true && end.code === "STOP_APPROVAL_REVOKED"
      ? REFUSED_BY_A_PERSON
      : judge(end, member?.failures ?? 0);
  const quarantine = consequence.kind === "quarantine" ? consequence.reason : null;
  await world.database.transaction("exec", (tx) =>
    tx.one("write/note-member", {
      batch_id,
      document_id,
      last_stop: end.code,
      failed:
        (quarantine !== null && consequence !== REFUSED_BY_A_PERSON) ||
        (consequence.kind === "again" && consequence.failed),
      quarantine,
    }),
  );
  const own = end.machineFault === undefined ? "" : `, this machine cannot keep files: ${end.machineFault}`;
  ground.say(`${document_id}: ${end.code ?? "done"}, ${consequence.kind}${own}`);
  if (consequence.kind === "quarantine") await setAside(ground, record, document_id as DocumentId, consequence.reason);
  const why =
    consequence.kind === "halt" ? `${document_id}: ${consequence.reason}` : await tooManyFailures(ground, record);
  if (why === undefined) return consequence;
  await haltBatch(ground, batch_id, why);
  return { kind: "halt", reason: why };
}

/** A run that wrote nothing is voided, so that its document is free; one that wrote stays for a person's revert. */
async function setAside(ground: LegGround, record: BatchRecord, document: DocumentId, reason: string): Promise<void> {
  const { members } = await batchRecord(ground.world, record.facts.batch_id);
  const run = members.find(({ document_id }) => document_id === document)?.run_id;
  if (!run || !isRunId(run)) return;
  const { work } = await ground.runWork(run, record.manifest);
  await workVoid(work, run, `set aside: ${reason}`.slice(0, 400));
}

async function tooManyFailures({ world }: LegGround, { facts }: BatchRecord): Promise<string | undefined> {
  const now = await batchRecord(world, facts.batch_id);
  return notSaidBefore(now, haltAfterFailures(now.manifest.stop, now.members));
}

/** Whoever lifted a halt knew its reason: the same one does not halt the batch again. */
const notSaidBefore = ({ batch }: BatchRecord, reason: string | undefined): string | undefined =>
  reason !== undefined && batch.stop_reasons.includes(reason) ? undefined : reason;

async function haltBatch({ world, client, say }: LegGround, batch_id: BatchId, reason: string): Promise<void> {
  await recordHalt(world, batch_id, reason);
  say(`${batch_id} stands still: ${reason}`);
  await cancelQueued(client, batch_id);
}

/** A halt row for each open run of the batch; answers their ids. */
export async function recordHalt(
  world: Pick<World, "database" | "here">,
  batch_id: BatchId,
  reason: string,
): Promise<readonly string[]> {
  const { halt_ids } = await world.database.transaction("halt", (tx) =>
    tx.one("write/stop-batch", { batch_id, reason: reason.slice(0, 400), actor: world.here.actor }),
  );
  return halt_ids;
}

/** No leg of the batch that waits is handed out any more. */
export async function cancelQueued(client: Pick<LegQueueClient, "legs" | "cancel">, batch_id: BatchId): Promise<void> {
  const queued = (await client.legs(`${batch_id}/`)).filter(({ state }) => state === "queued");
  await client.cancel(queued.map(({ id }) => id));
}

/** Every enacted member is looked at again; the outcome of the wave is recorded, and the last wave closes the batch. */
async function closeWave(ground: LegGround, record: BatchRecord, leg: LegName, legId: string): Promise<void> {
  const wave = Number(leg.what);
  const { batch_id, ended_waves } = record.facts;
  if (!ended_waves.includes(wave)) {
    const canary = wave === 0 ? notSaidBefore(record, haltAfterCanary(record.manifest, record.members)) : undefined;
    if (canary !== undefined) return void (await haltBatch(ground, batch_id, canary));
    if (!(await endWave(ground, record, leg, legId))) return;
  }
  const left = record.members.some((member) => member.wave !== wave && !ended_waves.includes(member.wave));
  if (!left) await closeBatch(ground, record);
}

/** False when a document could not be looked at, or does not hold. */
async function endWave(ground: LegGround, record: BatchRecord, leg: LegName, legId: string): Promise<boolean> {
  const wave = Number(leg.what);
  const { batch_id } = record.facts;
  const outcome: WaveOutcome = [];
  for (const member of inWave(record.facts, wave)) {
    if (!member.run_id || !isRunId(member.run_id) || member.quarantined) {
      outcome.push([member.document_id, member.run_id ?? "", "quarantined", "", ""]);
      continue;
    }
    const seen = await ground.lookAgain(member.run_id).catch((error: unknown) => endOf(error));
    if ("exit" in seen) {
      const end = await note(ground, record, member.document_id, seen);
      if (end.kind === "again") await queueLeg(ground.client, leg, { ending: legId, priority: 0, delay: end.seconds });
      return false;
    }
    outcome.push([member.document_id, member.run_id, "closeout", seen.observed_digest, seen.found.summary_sha]);
  }
  const outcome_digest = digestOf(outcome);
  await ground.world.database.transaction("exec", (tx) =>
    tx.one("write/end-wave", { batch_id, wave, outcome_digest, outcome: canonicalText(outcome) }),
  );
  ground.say(`wave ${wave} of ${batch_id}: outcome ${outcome_digest}`);
  return true;
}

async function closeBatch({ world }: LegGround, { facts, members }: BatchRecord): Promise<void> {
  const enacted = members.filter((member) => member.close_kind === "closeout").length;
  await world.database.transaction("exec", (tx) =>
    tx.one("write/close-batch", {
      batch_id: facts.batch_id,
      kind: enacted === 0 ? "failed" : "done",
      reason: `${enacted} of ${members.length} documents enacted, ${members.length - enacted} set aside`,
    }),
  );
  await writeBatchReport(world, facts.batch_id);
}

const endOf = (error: unknown): LegEnd => {
  if (error instanceof Stopped) return { exit: error.exit, code: error.code };
  return { exit: EXIT_BUG, code: "BUG" };
};
