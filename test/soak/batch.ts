// `npm run soak -- batch [--soaks n] [--documents n] [--seconds n]`: batches over three machines on this one while machines, lines, disks and
// the server fail under them. People sign whatever is asked for. Counts rows that stand twice and documents that were lost, and writes the
// numbers into docs/batch.md. `--seconds`: how long a fault lasts, 60 by default.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { projectRoot } from "../../infra/place.ts";
import { sitting, writeManifest, type Member } from "../support/batch-ground.ts";
import { governedHost, LAW, type CutterAnswer, type GovernedHost } from "../support/governed-host.ts";
import { machinesOf, newestBundle, type Machine, type Machines } from "../support/machines.ts";
import { signOrder } from "../support/signed-orders.ts";
import {
  backupLost,
  diskFull,
  haltAgainstLate,
  killed,
  lineDown,
  schedulerCrash,
  stopped,
  targetCrash,
  type Fault,
  type FaultGround,
  type Happened,
} from "./batch-faults.ts";

const asked = parseArgs({
  options: {
    soaks: { type: "string", default: "20" },
    documents: { type: "string", default: "100" },
    seconds: { type: "string", default: "60" },
  },
}).values;
const SOAKS = Number(asked.soaks);
const DOCUMENTS = Number(asked.documents);
const SECONDS = Number(asked.seconds);
/** Units of each document. */
const UNITS = 3;
/** The document that no grammar takes. */
const BAD = "LAW-BAD";
/** While the documents are planned, written and enacted; the order is that of the issue. */
const FAULTS: readonly Fault[] = [
  targetCrash,
  killed,
  stopped,
  lineDown,
  haltAgainstLate,
  schedulerCrash,
  diskFull,
  backupLost,
];
const DISK_BYTES = 192 * 1024 * 1024;
/** A soak that is not done by then is a failure of its own. */
const MOST_MINUTES = 30 + DOCUMENTS;

/** What one soak came to. */
interface Soaked {
  readonly minutes: number;
  readonly enacted: number;
  readonly quarantined: number;
  readonly lost: readonly string[];
  readonly twice: number;
  readonly otherCounts: readonly string[];
  readonly closed: string | null;
  readonly happened: readonly Happened[];
}

const soaked: Soaked[] = [];

async function soak(number: number): Promise<Soaked> {
  const host = await governedHost();
  let machines: Machines | undefined;
  try {
    const names = Array.from({ length: DOCUMENTS }, (_, n) => `LAW-${n + 1}`);
    for (const name of [...names, BAD]) await host.register(name, LAW);
    machines = await machinesOf(host, ["law-1", "law-2", "law-3"], { ownLines: true, rootBytes: DISK_BYTES });
    for (const machine of machines.all) machine.work();
    const batchId = `ictb-20261129T120000Z-${String(number).padStart(8, "0")}`;
    return await carried({ host, machines, batchId, names });
  } finally {
    machines?.remove();
    await host.remove();
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
  const file = writeManifest(host, batchId, { items, canary: names.slice(0, 1) });
  await open(machines, file);
  const happened: Happened[] = [];
  const ground: FaultGround = { host, machines, batchId, seconds: SECONDS, keeper: () => keeperOf(machines) };
  const faults = { ended: false };
  const troubled = trouble(ground, happened, faults);
  const closed = await people({ host, machines, batchId }, began);
  faults.ended = true;
  await troubled;
  return { minutes: (performance.now() - began) / 60_000, closed, happened, ...(await counted(host, batchId)) };
}

/** One fault after the other, each once, then again from the first while the batch goes on; the lost machine only once. */
async function trouble(ground: FaultGround, happened: Happened[], faults: { ended: boolean }): Promise<void> {
  for (const fault of FAULTS) {
    await pause(faults, 5_000 + Math.random() * 10_000);
    if (faults.ended) return;
    console.log(`  ${new Date().toISOString()} ${fault.name}`);
    const what = await fault.happen(ground).catch((error: unknown) => {
      console.log(`  ${fault.name}: ${String(error)}`);
      if (String(error).includes("after the acknowledged halt")) throw error;
      return { machine: null, takenOverSeconds: null };
    });
    happened.push({ fault: fault.name, ...what });
  }
}

async function pause(faults: { readonly ended: boolean }, milliseconds: number): Promise<void> {
  for (let waited = 0; waited < milliseconds && !faults.ended; waited += 200) await sleep(200);
}

/** Signs what is asked for, lifts what was halted, until the batch is closed; answers how. */
async function people(of: Pick<Ground, "host" | "machines" | "batchId">, began: number): Promise<string | null> {
  const { host, machines, batchId } = of;
  for (; performance.now() - began < MOST_MINUTES * 60_000; await sleep(1_000)) {
    const status = await anywhere(machines, "status", batchId);
    const batch = status.events.find(({ event }) => event === "batch");
    if (!batch) continue;
    if (typeof batch["close_kind"] === "string") return batch["close_kind"];
    const members = status.events.filter(({ event }) => event === "batch_member");
    const standing = (wanted: string): Member[] =>
      members.flatMap(({ document_id, run_id, standing: stands }) =>
        stands === wanted && typeof run_id === "string" ? [{ document_id: String(document_id), run_id }] : [],
      );
    const planning = members.some(
      (one) => one["wave"] === batch["wave"] && ["planning", "waiting"].includes(String(one["standing"])),
    );
    try {
      if (typeof batch["stopped"] === "string") await lift(of);
      else if (!planning) {
        await sign(of, "SG_1_cut_authz", "linh", standing("asks_cut"));
        await sign(of, "EXECUTION", "minh", standing("asks_cut"));
        await sign(of, "SG_2_lifecycle_authz", "hoa", standing("asks_enact"));
      }
      if (typeof batch["stopped"] === "string" || standing("asks_cut").length + standing("asks_enact").length > 0)
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

async function sign({ host, machines, batchId }: Omit<Ground, "names">, gate: string, person: string, runs: Member[]) {
  if (runs.length === 0) return;
  const bundle = (run: string, of: string): string => newestBundle(machines, run, of);
  const signed = await sitting(host, { batch_id: batchId, gate, person, bundle }, runs);
  const answer = await host.cutter("gate", "admit", ...signed);
  if (answer.status !== 0)
    console.log(`  ${gate}: not every statement admitted, ${answer.stderr.split("\n")[0] ?? ""}`);
}

async function lift({ host, batchId }: Omit<Ground, "names">): Promise<void> {
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

/** The verb of a batch on the first machine that lives and answers. */
async function anywhere({ all }: Machines, ...words: string[]): Promise<CutterAnswer> {
  let answer: CutterAnswer | undefined;
  for (const machine of all.filter((one) => one.lives())) {
    answer = await Promise.race([machine.cutter("orchestrate", "batch", ...words), late()]);
    if (answer && (answer.status === 0 || answer.status === 3)) return answer;
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

function writeNumbers(): void {
  const file = join(projectRoot(), "docs", "batch.md");
  const [begin, end] = ["<!-- soak: begin -->", "<!-- soak: end -->"];
  const text = readFileSync(file, "utf8");
  if (!text.includes(begin) || !text.includes(end)) throw new Error("docs/batch.md has no place for the numbers");
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  writeFileSync(file, `${before}\n\n${told()}\n\n${text.slice(text.indexOf(end))}`);
}

function told(): string {
  const sum = (of: (one: Soaked) => number): number => soaked.reduce((all, one) => all + of(one), 0);
  const happened = soaked.flatMap((one) => one.happened);
  const over = happened
    .flatMap((one) => (one.takenOverSeconds === null ? [] : [one.takenOverSeconds]))
    .sort((a, b) => a - b);
  const seconds = (value: number | undefined): string => (value === undefined ? "none" : `${value.toFixed(1)} s`);
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: projectRoot(), encoding: "utf8" }).trim();
  const cores = readFileSync("/proc/cpuinfo", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("processor")).length;
  const faults = FAULTS.map(({ name }) => {
    const of = happened.filter((one) => one.fault === name);
    const times = of.flatMap((one) => (one.takenOverSeconds === null ? [] : [one.takenOverSeconds]));
    return `| ${name} | ${of.length} | ${times.length === 0 ? "" : seconds(Math.max(...times))} |`;
  });
  return [
    `${soaked.length} soaks of ${DOCUMENTS} documents of ${UNITS} units and one that is refused, over three machines, a fault of ${SECONDS} s each; ${cores} cores, ` +
      `load ${loadavg()[0]?.toFixed(0) ?? "?"} at the end; commit ${commit}.`,
    "",
    `- rows that stand twice: ${sum(({ twice }) => twice)}; documents lost: ${sum(({ lost }) => lost.length)}; with other than their own rows: ${sum(({ otherCounts }) => otherCounts.length)}`,
    `- enacted ${sum(({ enacted }) => enacted)}, set aside with their reason ${sum(({ quarantined }) => quarantined)}; batches closed ${soaked.filter(({ closed }) => closed !== null).length} of ${soaked.length}`,
    `- minutes a soak: ${soaked.map(({ minutes }) => minutes.toFixed(1)).join(", ")}`,
    `- taken over ${over.length} times, median ${seconds(over[Math.floor(over.length / 2)])}, worst ${seconds(over.at(-1))}`,
    "",
    "| fault | times | worst take-over |",
    "| --- | --- | --- |",
    ...faults,
  ].join("\n");
}

for (let number = 1; number <= SOAKS; number += 1) {
  const one = await soak(number);
  soaked.push(one);
  console.log(`soak ${number}: ${JSON.stringify(one)}`);
  writeNumbers();
}
const failed = soaked.filter(({ lost, twice, otherCounts }) => lost.length + twice + otherCounts.length > 0);
process.exit(failed.length === 0 ? 0 : 1);
