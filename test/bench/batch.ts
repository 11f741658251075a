// A wave of documents from its opening to its last enactment, beside the same texts cut by single runs in turn: whole programs on one
// host, as an operator calls them. What people need is not in the numbers. Prints seconds a document and ratios, never judges.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sitting, writeManifest, type Member } from "../support/batch-ground.ts";
import { loadLine, sizes } from "../support/bench-ground.ts";
import { ownProcessor } from "../support/cpu-seconds.ts";
import { governedHost, type GovernedHost } from "../support/governed-host.ts";

const PLAN_REACH = 3.6;
const WRITE_REACH = 2;
const clause = (n: number): string => `## Điều ${n}\n\n1. Người giữ sách chịu trách nhiệm về việc ${n}.\n`;
const law = (n: number): string => `# Luật ${n}\n\nVề sách.\n\n${[1, 2, 3, 4].map(clause).join("\n")}`;
const SIGNERS = { SG_1_cut_authz: "linh", EXECUTION: "minh", SG_2_lifecycle_authz: "hoa" } as const;

type Gate = keyof typeof SIGNERS;
const ID = "ictb-20261129T120000Z-0000000a";
const sign = (host: GovernedHost, gate: Gate, runs: readonly Member[]): Promise<string[]> =>
  sitting(host, { batch_id: ID, gate, person: SIGNERS[gate] }, runs);

/** What a stretch of work took: by the clock, and of all processors. */
interface Took {
  readonly wall: number;
  readonly cpu: number;
}
/** Planning, writing and enacting, for all documents. */
type Stretches = readonly [plan: Took, write: Took, enact: Took];
const processor = ownProcessor();

console.log(loadLine());
for (const documents of sizes([10, 50])) console.log(await compare(documents));
console.log(loadLine());
processor.end();

async function compare(documents: number): Promise<string> {
  const host = await governedHost();
  try {
    const names = (prefix: string): string[] => Array.from({ length: documents }, (_, n) => `${prefix}-${n + 1}`);
    for (const prefix of ["SOLO", "WAVE"])
      for (const [n, name] of names(prefix).entries()) await host.register(name, law(n + 1));
    const alone = await inTurn(host, names("SOLO"));
    const together = await inWave(host, names("WAVE"));
    return told(documents, alone, together);
  } finally {
    await host.remove();
  }
}

function told(documents: number, alone: Stretches, together: Stretches): string {
  const each = ({ wall, cpu }: Took): string =>
    `${(wall / documents).toFixed(2)} s${Number.isNaN(cpu) ? "" : ` (${(cpu / documents).toFixed(2)} s of processor)`}`;
  const line = (what: string, at: 0 | 1 | 2, reach = ""): string => {
    const [wave, solo] = [together[at], alone[at]];
    const ratios = `${(wave.wall / solo.wall).toFixed(2)} by the clock, ${(wave.cpu / solo.cpu).toFixed(2)} by the processor`;
    return `  ${what} a document: ${each(wave)} in the wave, ${each(solo)} alone; wave / alone = ${ratios}${reach}`;
  };
  return [
    `${documents} documents of 5 units`,
    line("planned", 0, `; reach ${PLAN_REACH} s, that is a wave of 50 in 3 minutes`),
    line("written", 1, `; reach ${WRITE_REACH} s`),
    line("enacted", 2),
  ].join("\n");
}

async function took(work: () => Promise<unknown>): Promise<Took> {
  const [start, before] = [performance.now(), processor.seconds()];
  await work();
  return { wall: (performance.now() - start) / 1_000, cpu: (processor.seconds() ?? NaN) - (before ?? NaN) };
}

/** One run after the other, each to its next pause. */
async function inTurn(host: GovernedHost, names: readonly string[]): Promise<Stretches> {
  const runs: Member[] = [];
  const plan = await took(async () => {
    for (const document_id of names) runs.push({ document_id, run_id: await host.cut(document_id) });
  });
  const resumeAll = async (status: number): Promise<void> => {
    for (const { run_id } of runs) expectStatus(await host.cutter("orchestrate", "resume", run_id), status);
  };
  const admit = async (...gates: Gate[]): Promise<void> => {
    for (const gate of gates) expectStatus(await host.cutter("gate", "admit", ...(await sign(host, gate, runs))), 0);
  };
  await admit("SG_1_cut_authz", "EXECUTION");
  const write = await took(() => resumeAll(3));
  await admit("SG_2_lifecycle_authz");
  return [plan, write, await took(() => resumeAll(0))];
}

/** All documents in one wave. */
async function inWave(host: GovernedHost, names: readonly string[]): Promise<Stretches> {
  const batch = async (status: number, ...words: string[]): Promise<void> =>
    expectStatus(await host.cutter("orchestrate", "batch", ...words), status);
  const items = names.map((document_id) => ({ document_id }));
  const file = writeManifest(host, ID, { items, canary: [], wave_size: Math.max(50, names.length) });
  const plan = await took(async () => {
    await batch(0, "open", file);
    await batch(3, "follow", ID);
  });
  const runs = await host.sql<Member & { [column: string]: unknown }>(
    "SELECT document_id, run_id FROM cutter_runtime.batch_member WHERE batch_id = $1 ORDER BY ordinal",
    [ID],
  );
  const resumed = async (status: number, ...gates: Gate[]): Promise<Took> => {
    for (const gate of gates) expectStatus(await host.cutter("gate", "admit", ...(await sign(host, gate, runs))), 0);
    return took(async () => {
      await batch(0, "resume", ID);
      await batch(status, "follow", ID);
    });
  };
  const write = await resumed(3, "SG_1_cut_authz", "EXECUTION");
  const enact = await resumed(0, "SG_2_lifecycle_authz");
  if (process.env["BENCH_LOG"] !== undefined)
    process.stderr.write(readFileSync(join(host.sandbox.place.runtimeRoot, "batches", "worker.log"), "utf8"));
  return [plan, write, enact];
}

function expectStatus(answer: { readonly status: number; readonly stderr: string }, wanted: number): void {
  if (answer.status !== wanted) throw new Error(`status ${answer.status}, not ${wanted}: ${answer.stderr}`);
}
