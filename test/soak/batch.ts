// `npm run soak -- batch [--soaks n] [--documents n] [--seconds n] [--into file]`: batches over three machines on this one while machines,
// lines, disks and the server fail under them. People sign whatever is asked for. Counts rows that stand twice and documents that were lost,
// adds a line for each soak to the record and writes what all of them came to into docs/batch.md (with `--soaks 0` only that).
// `--seconds`: how long a fault lasts, 60 by default. `--into`: another record, of a soak that runs beside this one.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { stayingConnection } from "../support/admin-connection.ts";
import { sitting, writeManifest, type Member, type Sitting } from "../support/batch-ground.ts";
import { governedHost, LAW, type CutterAnswer, type GovernedHost } from "../support/governed-host.ts";
import { fetchedBundles, machinesOf, type Machine, type Machines } from "../support/machines.ts";
import { signOrder } from "../support/signed-orders.ts";
import {
  backupLost,
  cancelAgainstReaper,
  diskFull,
  haltAgainstLate,
  killed,
  lineDown,
  schedulerCrash,
  stopped,
  stopRuleAgainstLate,
  targetCrash,
  type Fault,
  type FaultGround,
  type Happened,
} from "./batch-faults.ts";
import { MOST_SECONDS, record, RECORD, writeNumbers, type Soaked } from "./batch-numbers.ts";

const asked = parseArgs({
  options: {
    soaks: { type: "string", default: "20" },
    documents: { type: "string", default: "100" },
    seconds: { type: "string", default: "60" },
    into: { type: "string", default: RECORD },
  },
}).values;
const SOAKS = Number(asked.soaks);
/** In the manifest; the last of them is refused. */
const DOCUMENTS = Number(asked.documents);
const SECONDS = Number(asked.seconds);
/** Units of each document. */
const UNITS = 3;
/** Documents of a wave: what is rehearsed together begins anew after each fault, so that a wave of fifty is rarely left alone long enough. */
const WAVE = 20;
/** The document that no grammar takes. */
const BAD = "LAW-BAD";
/** Documents of the batch that is given up. */
const SPARE = ["GIVEN-UP-1", "GIVEN-UP-2"];
/** Each once, from the first document that is planned; the work that is signed meanwhile lasts until the last of them. */
const FAULTS: readonly Fault[] = [
  targetCrash,
  killed,
  stopped,
  lineDown,
  backupLost,
  haltAgainstLate,
  stopRuleAgainstLate,
  schedulerCrash,
  diskFull,
  cancelAgainstReaper,
];
/** By chance, one after the other, from then until the batch is closed. */
const AGAIN: readonly Fault[] = [
  targetCrash,
  killed,
  stopped,
  lineDown,
  haltAgainstLate,
  stopRuleAgainstLate,
  schedulerCrash,
  diskFull,
];
/** Milliseconds after which a person looks whether something stands and says resume, as `status` tells them. */
const PATIENCE = 30_000;
/** Milliseconds between two looks of people; each is a program of its own that takes half a second of a core. */
const LOOK_AGAIN = 5_000;
const DISK_BYTES = 192 * 1024 * 1024;
/** A soak that is not done by then is a failure of its own. */
const MOST_MINUTES = 30 + DOCUMENTS;

/** Where the faults of a soak are. People sign a part of what waits for each of them, so that there is work under every one. */
interface Course {
  turn: number;
  left: number;
  /** Faults that did not come about. */
  missed: number;
  /** The batch is closed. */
  ended: boolean;
  readonly people: { wait: boolean };
}

const soaked: Soaked[] = [];

async function soak(number: number): Promise<Soaked> {
  const governed = await governedHost();
  const looking = stayingConnection(governed.sandbox);
  const host: GovernedHost = { ...governed, sql: looking.sql };
  let machines: Machines | undefined;
  try {
    const names = Array.from({ length: DOCUMENTS - 1 }, (_, n) => `LAW-${n + 1}`);
    for (const name of [...names, BAD, ...SPARE]) await host.register(name, LAW);
    machines = await machinesOf(host, ["law-1", "law-2", "law-3"], { rootBytes: DISK_BYTES });
    for (const machine of machines.all) machine.work();
    const batchId = `ictb-20261129T120000Z-${String(number).padStart(8, "0")}`;
    return await carried({ host, machines, batchId, names });
  } finally {
    machines?.remove();
    await looking.end();
    await governed.remove();
  }
}

interface Ground {
  readonly host: GovernedHost;
  readonly machines: Machines;
  readonly batchId: string;
  readonly names: readonly string[];
}

async function carried({ host, machines, batchId, names }: Ground): Promise<Soaked> {
  const began = performance.now();
  const items = [
    ...names.map((document_id) => ({ document_id })),
    { document_id: BAD, grammar: { profile: "vn-law-1" } },
  ];
  const file = writeManifest(host, batchId, { items, canary: names.slice(0, 1), wave_size: WAVE });
  await open(machines, file);
  const happened: Happened[] = [];
  const violations: string[] = [];
  const course: Course = { turn: 0, left: FAULTS.length, missed: 0, ended: false, people: { wait: false } };
  const keeper = (): Machine | undefined => keeperOf(machines);
  const troubled = trouble(
    { host, machines, batchId, seconds: SECONDS, keeper, people: course.people, violations, spare: SPARE },
    happened,
    course,
  );
  const closed = await people({ host, machines, batchId }, began, course);
  course.ended = true;
  await troubled;
  const minutes = (performance.now() - began) / 60_000;
  return { minutes, closed, happened, missed: course.missed, violations, ...(await counted(host, batchId)) };
}

/** One fault after the other until the batch is closed: some under the canary, the others from when the wave behind it is planned. */
async function trouble(ground: FaultGround, happened: Happened[], course: Course): Promise<void> {
  for (const fault of FAULTS) {
    if (fault === lineDown) await untilTheWave(ground, course);
    await befalls(fault, { ground, happened, course }, { least: 5_000, more: 10_000 });
    course.left -= 1;
  }
  while (!course.ended) {
    const fault = AGAIN[Math.floor(Math.random() * AGAIN.length)];
    // Every fault is aimed at who works: a wave of fifty is planned whole only if it is left alone for a few minutes.
    if (fault) await befalls(fault, { ground, happened, course }, { least: 90_000, more: 90_000 });
  }
}

interface Befalls {
  readonly ground: FaultGround;
  readonly happened: Happened[];
  readonly course: Course;
}

/** After a pause of `least` milliseconds and up to `more` by chance. */
async function befalls(
  fault: Fault,
  { ground, happened, course }: Befalls,
  { least, more }: { readonly least: number; readonly more: number },
): Promise<void> {
  await pause(course, least + Math.random() * more);
  if (course.ended) return;
  course.turn += 1;
  console.log(`  ${new Date().toISOString()} ${fault.name}`);
  try {
    const what = { fault: fault.name, ...(await fault.happen(ground)) };
    console.log(`  ${new Date().toISOString()} over: ${JSON.stringify(what)}`);
    happened.push(what);
  } catch (error) {
    console.log(`  ${fault.name} did not come about: ${String(error)}`);
    course.missed += 1;
  }
  course.people.wait = false;
}

async function untilTheWave({ host, batchId }: FaultGround, course: Course): Promise<void> {
  const planned = "SELECT FROM cutter_runtime.batch_member WHERE batch_id = $1 AND wave = 1 AND run_id IS NOT NULL";
  for (; !course.ended; await sleep(5_000)) {
    if ((await host.sql(planned, [batchId]).catch(() => [])).length > 0) return;
    course.turn += 1;
  }
}

async function pause(course: Readonly<Course>, milliseconds: number): Promise<void> {
  for (let waited = 0; waited < milliseconds && !course.ended; waited += 200) await sleep(200);
}

/** Signs what is asked for, lifts what was halted, until the batch is closed; answers how. */
async function people(of: Hands, began: number, course: Course): Promise<string | null> {
  const { host, machines, batchId } = of;
  let [signedIn, asked] = [-1, performance.now()];
  for (; performance.now() - began < MOST_MINUTES * 60_000; await sleep(LOOK_AGAIN)) {
    if (course.people.wait) continue;
    const status = await anywhere(machines, "status", batchId);
    const batch = status.events.find(({ event }) => event === "batch");
    if (!batch) continue;
    if (typeof batch["close_kind"] === "string") return batch["close_kind"];
    try {
      if (typeof batch["stopped"] === "string") {
        console.log(`  people: it stands still: ${batch["stopped"]}`);
        await lift(of);
      } else if ((course.left === 0 || signedIn !== course.turn) && (await signed(of, status, course)))
        signedIn = course.turn;
      else if (performance.now() - asked < PATIENCE) continue;
      asked = performance.now();
      await anywhere(machines, "resume", batchId);
    } catch (error) {
      // A machine or the server is away just now; what is asked for is asked for again.
      console.log(`  people: ${String(error).split("\n", 1)[0] ?? ""}`);
    }
  }
  const rows = await host.sql<{ close_kind: string | null }>(
    "SELECT close_kind FROM cutter_runtime.batch WHERE batch_id = $1",
    [batchId],
  );
  return rows[0]?.close_kind ?? null;
}

type Hands = Pick<Ground, "host" | "machines" | "batchId">;

/** Signs a part of what waits, all of it once no fault is left; false when nothing waits or the wave is still planned. */
async function signed(of: Hands, { events, by }: Answered, { left }: Course): Promise<boolean> {
  const wave = events.find(({ event }) => event === "batch")?.["wave"];
  const members = events.filter(({ event }) => event === "batch_member");
  if (members.some((one) => one["wave"] === wave && ["planning", "waiting"].includes(String(one["standing"]))))
    return false;
  const part = (wanted: string): Member[] => {
    const all = members.flatMap(({ document_id, run_id, standing }) =>
      standing === wanted && typeof run_id === "string" ? [{ document_id: String(document_id), run_id }] : [],
    );
    return all.slice(0, Math.ceil(all.length / (left + 1)));
  };
  const [cut, enact] = [part("asks_cut"), part("asks_enact")];
  if (!by || cut.length + enact.length === 0) return false;
  const bundle = await fetchedBundles(
    by,
    [...cut, ...enact].map(({ run_id }) => run_id),
  );
  await sign(of, { gate: "SG_1_cut_authz", person: "linh", bundle }, cut);
  await sign(of, { gate: "EXECUTION", person: "minh", bundle }, cut);
  if (cut.length === 0 || left === 0) await sign(of, { gate: "SG_2_lifecycle_authz", person: "hoa", bundle }, enact);
  return true;
}

async function sign({ host, batchId }: Hands, who: Omit<Sitting, "batch_id">, runs: Member[]): Promise<void> {
  if (runs.length === 0) return;
  const signed = await sitting(host, { batch_id: batchId, ...who }, runs);
  const answer = await host.cutter("gate", "admit", ...signed);
  if (answer.status !== 0)
    console.log(`  ${who.gate}: not every statement admitted, ${answer.stderr.split("\n")[0] ?? ""}`);
}

async function lift({ host, batchId }: Hands): Promise<void> {
  const [batch] = await host.sql<{ halts: string[] }>(
    `SELECT ARRAY(SELECT DISTINCT h.halt_id::text || ' ' || h.run_id FROM cutter_runtime.batch_stop s JOIN cutter_runtime.halt h ON h.halt_id = ANY (s.halt_ids)
        WHERE s.batch_id = $1 AND NOT EXISTS (SELECT FROM cutter_runtime.halt l WHERE l.kind = 'lift' AND h.halt_id = ANY (l.lifts))) AS halts`,
    [batchId],
  );
  for (const halt of batch?.halts ?? []) {
    const [id = "", run = ""] = halt.split(" ");
    await host.cutter("gate", "admit", await signOrder(host, "hoa", "unhalt", id, "--run", run));
  }
}

/** An answer, and the machine that gave it. */
type Answered = CutterAnswer & { readonly by?: Machine };

/** The verb of a batch on the first machine that lives and answers. */
async function anywhere({ all }: Machines, ...words: string[]): Promise<Answered> {
  let answer: CutterAnswer | undefined;
  for (const machine of all.filter((one) => one.lives())) {
    answer = await Promise.race([machine.cutter("orchestrate", "batch", ...words), late()]);
    if (answer && (answer.status === 0 || answer.status === 3)) return { ...answer, by: machine };
  }
  return answer ?? { status: -1, events: [], stderr: "no machine answers", stop: undefined };
}

/** A machine whose line is down answers nobody. */
const late = (): Promise<undefined> => sleep(40_000, undefined);

async function open(machines: Machines, file: string): Promise<void> {
  let answer: CutterAnswer | undefined;
  for (let tries = 0; tries < 10; tries += 1) {
    answer = await anywhere(machines, "open", file);
    if (answer.status === 0) return;
    await sleep(2_000);
  }
  throw new Error(`the batch could not be opened: ${answer?.stderr ?? ""}`);
}

function keeperOf({ all }: Machines): Machine | undefined {
  const newest = (machine: Machine): number =>
    !existsSync(join(machine.root, "backups"))
      ? 0
      : Math.max(
          0,
          ...readdirSync(join(machine.root, "backups")).map(
            (name) => statSync(join(machine.root, "backups", name)).mtimeMs,
          ),
        );
  return all.filter((machine) => machine.lives()).sort((one, other) => newest(other) - newest(one))[0];
}

async function counted(
  host: GovernedHost,
  batchId: string,
): Promise<Pick<Soaked, "enacted" | "quarantined" | "lost" | "twice" | "otherCounts">> {
  const members = await host.sql<{
    document_id: string;
    close_kind: string | null;
    reason: string | null;
    aside: boolean;
    units: number;
    addresses: number;
    enacted: number;
  }>(
    `SELECT m.document_id, r.close_kind, m.reason, m.quarantined IS NOT NULL AS aside, u.units, u.addresses, u.enacted
       FROM cutter_runtime.batch_member m LEFT JOIN cutter_runtime.run r USING (run_id)
      CROSS JOIN LATERAL (SELECT count(*)::int AS units, count(DISTINCT i.canonical_address)::int AS addresses,
                                 count(*) FILTER (WHERE i.lifecycle_status = 'enacted')::int AS enacted
                            FROM public.information_unit i WHERE split_part(i.canonical_address, '/', 1) = m.document_id) u
      WHERE m.batch_id = $1 ORDER BY m.ordinal`,
    [batchId],
  );
  const done = members.filter((one) => one.close_kind === "closeout");
  const aside = members.filter((one) => one.aside && one.reason !== null);
  return {
    enacted: done.length,
    quarantined: aside.length,
    lost: members.filter((one) => !done.includes(one) && !aside.includes(one)).map((one) => one.document_id),
    twice: members.reduce((sum, one) => sum + one.units - one.addresses, 0),
    otherCounts: done.filter((one) => one.units !== UNITS || one.enacted !== UNITS).map((one) => one.document_id),
  };
}

for (let number = 1; number <= SOAKS; number += 1) {
  const one = await soak(number);
  soaked.push(one);
  console.log(`soak ${number}: ${JSON.stringify(one)}`);
  record(asked.into, { documents: DOCUMENTS, units: UNITS, seconds: SECONDS }, one);
}
writeNumbers();
const failed = soaked.filter(
  ({ lost, twice, otherCounts, violations, closed, happened }) =>
    lost.length + twice + otherCounts.length + violations.length > 0 ||
    closed === null ||
    happened.some(({ takenOverSeconds }) => (takenOverSeconds ?? 0) > MOST_SECONDS),
);
process.exit(failed.length === 0 ? 0 : 1);
