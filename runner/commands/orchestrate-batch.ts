// `batch open|status|resume|void|halt|verify|follow`: what people ask of a batch. Its truth is the database that is cut; the scheduler is
// only told what may be done.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Common } from "./call-options.ts";
import { ensureWorker, stopBatch, supervisorLives, withClient } from "./batch-engine.ts";
import { admit } from "./gate-admit.ts";
import { printBatch } from "./print-batch.ts";
import { settleClosed, tellOfBatch } from "./tell-of-batch.ts";
import { writeWhole } from "../adapters/run-files.ts";
import { readOrStop } from "../adapters/safe-file.ts";
import { lookAgain } from "../aftermath/look-again.ts";
import { queueNext } from "../batch/queue.ts";
import { ask } from "../looks/one-statement.ts";
import { batchRecord } from "../batch/records.ts";
import { MANIFEST_CAP, manifestSha, manifestText, wavesOf, type BatchId, type BatchManifest } from "../model/batch.ts";
import { canonicalText } from "../model/canonical.ts";
import { isRunId } from "../model/ids.ts";
import { jsonOf } from "../model/json-text.ts";
import { insist, Stopped, STOPS } from "../model/stop.ts";
import { unhaltCommand } from "../rules/batch-answer.ts";
import {
  judgeBatchId,
  judgeManifest,
  malformedManifest,
  readManifest,
  type ManifestFacts,
} from "../rules/batch-manifest.ts";
import { nextLegs, standingOf } from "../rules/batch-progress.ts";
import { judgeHalt } from "../rules/batch-stops.ts";
import { judgeReason } from "../rules/reason.ts";
import { machineAnswers } from "../rules/machine-answer.ts";
import { stopJson, stopText } from "../terminal/stop-text.ts";
import { machinesText } from "../terminal/batch-text.ts";
import { printJson } from "../terminal/print-json.ts";
import { makeWorld } from "../wire.ts";
import type { World } from "../world.ts";

/** Opens the batch of a manifest, or with `again` puts the legs of one that is open into the queue anew. */
export async function openBatch(common: Common, file: string, again: boolean): Promise<number> {
  const world = await makeWorld(common.config);
  const manifest = await manifestIn(world, file);
  if (!again) await record(world, manifest);
  return goOn(common, world, manifest.batch_id as BatchId, false);
}

/** All faults are told together: of the form, and of the documents that a malformed manifest names. */
async function manifestIn(world: World, file: string): Promise<BatchManifest> {
  const bytes = await readOrStop(file, MANIFEST_CAP, { wanted: "a manifest of a batch" });
  const read = readManifest(jsonOf(bytes.toString("utf8")));
  if (!("faults" in read)) return read;
  const facts = await factsAbout(world, read.items).catch((error: unknown) => {
    // The faults of its form are told also where nobody can be asked about its documents.
    if (error instanceof Stopped) return null;
    throw error;
  });
  throw malformedManifest(read, facts);
}

/** `own`: the batch that may hold the documents already, asked for again. */
async function factsAbout(
  { config, database }: World,
  items: BatchManifest["items"],
  own?: string,
): Promise<ManifestFacts> {
  const document_ids = items.map((item) => item.document_id);
  const { rows, pace } = await database.read("exec", async (reader) => ({
    rows: await reader.query("read/documents-asked-for", { document_ids }),
    pace: await reader.one("read/pace"),
  }));
  const held = rows.flatMap((row) => (row.held_by === null ? [] : [[row.document_id, row.held_by] as const]));
  return {
    registered: new Map(rows.map((row) => [row.document_id, row.newest])),
    enacted: new Set(rows.flatMap((row) => (row.enacted ? [row.document_id] : []))),
    held: new Map(held.filter(([, holder]) => holder !== `batch ${own ?? ""}`)),
    protectedPrefixes: config.protected_prefixes,
    seconds: pace.seconds,
    maxAgeMinutes: config.backup.max_age_minutes,
  };
}

async function record(world: World, manifest: BatchManifest): Promise<void> {
  const { config, here, database } = world;
  const { batch_id } = manifest;
  insist(judgeBatchId(manifest, (await ask(database, "exec", "read/batches", { batch_id }))[0]));
  insist(judgeManifest(manifest, await factsAbout(world, manifest.items, batch_id)));
  await database.transaction("exec", (tx) =>
    tx.one("write/open-batch", {
      batch_id: manifest.batch_id,
      manifest: manifestText(manifest),
      manifest_sha: manifestSha(manifest),
      host: config.host,
      actor: here.actor,
      release: here.release_digest,
      members: canonicalText(wavesOf(manifest).map((member) => ({ ...member }))),
    }),
  );
  await writeWhole(join(config.orchestrator.batch_dir, manifest.batch_id, "manifest.json"), manifestText(manifest));
}

/** Queues what may be done, sees to it that somebody does it, and tells how the batch stands. */
async function goOn(common: Common, world: World, id: BatchId, asked: boolean): Promise<number> {
  const { manifest } = await batchRecord(world, id);
  await withClient(world, async (client) => {
    await client.limit("plan", manifest.limits.plan);
    await queueNext(world, client, id, { asked });
  });
  await ensureWorker(world, common.config);
  return printBatch(common, world, id);
}

/** Admits signed files, then lets every member go on that may; also whoever waited for a halt to be lifted or a request to be renewed. */
export async function resumeBatch(common: Common, id: string, files: readonly string[]): Promise<number> {
  const world = await makeWorld(common.config);
  const { facts } = await batchRecord(world, id);
  const admitted = files.length === 0 ? 0 : await admit(common, files);
  const status = await goOn(common, world, facts.batch_id, true);
  return admitted === 0 ? status : admitted;
}

/** With an id that batch, without one every batch. Reads the database that is cut and nothing else. */
export async function batchStatus(common: Common, id: string | undefined): Promise<number> {
  const world = await makeWorld(common.config);
  const rows = await world.database.read("exec", (reader) => reader.query("read/batches", { batch_id: id ?? null }));
  await settleClosed(common, world, rows);
  if (id !== undefined) {
    await printBatch(common, world, id);
    return tellMachines(common, world);
  }
  for (const { batch_id } of rows)
    await printBatch(common, world, batch_id).catch((error: unknown) => {
      if (!(error instanceof Stopped)) throw error;
      process.stderr.write(`${batch_id}\n${stopText(error)}`);
    });
  if (rows.length === 0) process.stderr.write("no batches in this database\n");
  return tellMachines(common, world);
}

async function tellMachines(common: Common, world: World): Promise<number> {
  const machines = machineAnswers(await ask(world.database, "exec", "read/host-beats"), world.config.machines?.names);
  if (common.json) for (const answer of machines) printJson(answer);
  else process.stdout.write(machinesText(machines));
  return 0;
}

/** Looks, two a second, without a leg that waits or is worked at while one may be done. */
const IDLE_LOOKS = 60;
/** Between two processes that are begun to keep a worker alive: one that ends at once says why in its log. */
const BEGIN_AGAIN_MILLISECONDS = 10_000;

/** Waits until nothing is left to do without people. Exit 0 when the batch is closed, 3 when it waits for signatures, 4 when it stands still. */
export async function followBatch(common: Common, id: string): Promise<number> {
  const world = await makeWorld(common.config);
  let [told, begun] = ["", 0];
  for (let idle = 0; ; idle += 1) {
    const known = await batchRecord(world, id);
    const lines = known.members.map((member) => `${member.document_id} ${standingOf(member)}`);
    for (const line of lines) if (!told.includes(`${line}\n`)) process.stderr.write(`${line}\n`);
    told = lines.map((line) => `${line}\n`).join("");
    const rests = known.facts.stopped !== null || nextLegs(known.facts).length === 0;
    const busy = (rests || idle % 20 === 19) && (await isBusy(world, known.facts.batch_id));
    if (busy) idle = 0;
    // Legs that were tried as often as they may come again when a person asks (`batch resume`).
    if (known.batch.closed !== null || (rests && !busy) || idle > IDLE_LOOKS) {
      await printBatch(common, world, id);
      if (known.batch.closed !== null) return 0;
      return STOPS[known.facts.stopped === null ? "STOP_APPROVAL_REQUIRED" : "STOP_HALTED"].exit;
    }
    if (Date.now() - begun > BEGIN_AGAIN_MILLISECONDS && !(await supervisorLives(world))) {
      await ensureWorker(world, common.config);
      begun = Date.now();
    }
    await sleep(500);
  }
}

const isBusy = (world: World, id: BatchId): Promise<boolean> =>
  withClient(world, async (client) =>
    (await client.legs(`${id}/`)).some(({ state }) => state === "queued" || state === "working"),
  );

/** A halt row for every open run of the batch. */
export async function haltOneBatch(common: Common, id: string, reason: string): Promise<number> {
  insist(judgeReason(reason));
  const world = await makeWorld(common.config);
  const { facts, members } = await batchRecord(world, id);
  insist(judgeHalt(facts.batch_id, members));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const halts = await stopBatch(world, facts.batch_id, reason, say);
  await tellOfBatch(common, world, facts.batch_id);
  for (const halt_id of halts)
    if (common.json) printJson({ event: "halted", halt_id, run_id: null, acknowledged: true });
  const { batch } = await batchRecord(world, id);
  say(
    `halts ${halts.join(", ")} recorded and acknowledged; each is lifted by a statement of its own, then batch resume`,
  );
  for (const halt of batch.halts_in_force) say(unhaltCommand(halt));
  return 0;
}

/** Looks at every enacted document again; documents of the same batch count as own runs. */
export async function verifyBatch(common: Common, id: string): Promise<number> {
  const world = await makeWorld(common.config);
  const { members } = await batchRecord(world, id);
  let worst = 0;
  for (const member of members) {
    if (member.close_kind !== "closeout" || !member.run_id || !isRunId(member.run_id)) continue;
    const seen = await lookAgain(await makeWorld(common.config, member.run_id), member.run_id).catch(
      (error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
        return error;
      },
    );
    if (seen instanceof Stopped) {
      worst = Math.max(worst, seen.exit);
      if (common.json)
        printJson({
          event: "not_verified",
          document_id: member.document_id,
          run_id: member.run_id,
          stop: stopJson(seen),
        });
      process.stderr.write(`${member.document_id} does not hold\n${stopText(seen)}`);
      continue;
    }
    if (common.json) printJson({ event: "verified", ...seen.found });
    const { units, findings } = seen.found;
    process.stderr.write(
      `${member.document_id}: ${units} units hold\n${findings.map((one) => `  finding  ${one}\n`).join("")}`,
    );
  }
  return worst;
}
