// A recorded run as the runner would meet it again: rows, files and configuration come from the recording, and nothing
// else answers. Every phase that reads or computes runs again; of a phase that writes the recorded output is taken.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cut, plan } from "../../runner/cut.ts";
import type { Run } from "../../runner/engine.ts";
import { environmentFacts } from "../../runner/looks/facts.ts";
import type { Planned } from "../../runner/gates.ts";
import { digestOf, sha256, type Json } from "../../runner/model/canonical.ts";
import type { Config } from "../../runner/model/config.ts";
import type { EnvironmentScope } from "../../runner/model/environment.ts";
import { sourcePinOutput } from "../../runner/model/outputs.ts";
import type { Inputs, Phase, PureScope, ReadScope, Recorded } from "../../runner/phase.ts";
import { environmentHash } from "../../runner/rules/environment-hash.ts";
import type { RunRecord } from "../../runner/rules/expected-payload.ts";
import type { JournalEntry } from "../../runner/rules/journal.ts";
import { inputSha } from "../../runner/rules/resume.ts";
import type { World } from "../../runner/world.ts";
import type { Reader } from "../../runner/world/database.ts";
import { HOST_ROOT, readRows, type Outputs } from "./recorded.ts";

/** What the present code makes of one phase. */
export interface Step {
  readonly phase: string;
  readonly input_sha: string;
  readonly output_sha: string;
  readonly output: unknown;
}

/** Names of files of the run and the sha256 of what was written under them. */
type Written = Record<string, string>;

export interface Replayed {
  readonly world: World;
  /** The whole flow; every step in order, and the files that its phases write. */
  flow(): Promise<{ readonly steps: readonly Step[]; readonly written: Written }>;
  /** What a gate derives payloads from, at the moment the journal of its bundle ends; `used` after leg A used its admissions. */
  recordAt(journal: readonly JournalEntry[], used: boolean): RunRecord;
  /** The files that `work` writes into the run, where the host's history is `index`. */
  written(index: string, work: (run: Run, planned: Planned) => Promise<unknown>): Promise<Written>;
}

type Rows = Readonly<Record<string, readonly unknown[]>>;
const ENDED = "closeout";
const AFTER_WRITING: ReadonlySet<string> = new Set(["structural_verify"]);

/** `folder` is the recorded run, `snapshot` the bytes that were cut. */
export function replayed(
  folder: string,
  outputs: Outputs,
  journal: readonly JournalEntry[],
  snapshot: Uint8Array,
): Replayed {
  const { run, phases } = outputs;
  const { grammar } = sourcePinOutput.parse(phases.find((row) => row.phase === "source_pin")?.output);
  const indexAtStart = readFileSync(join(folder, "requests", "SG_1_cut_authz-1", "runs-index.jsonl"), "utf8");
  const seen = readRows(folder);
  const kept: Rows = {
    "read/run": [run],
    "read/phases-done": phases,
    "read/receipts": outputs.receipts,
    "read/admissions": outputs.admissions,
    "read/journal": journal,
    "read/journal-tail": journal.slice(-1),
    "read/halts": [],
    "read/orders": [],
  };
  // The environment was kept as one list; its first statement answers all of it.
  const environment: Rows = {
    ...Object.fromEntries(ENVIRONMENT.map((name) => [name, []])),
    "read/environment/server": JSON.parse(readFileSync(join(folder, "..", "environment.json"), "utf8")) as unknown[],
  };
  const rowsFor = (phase: string): Rows => {
    if (phase === ENDED)
      return { ...kept, ...seen.ended, "read/phases-done": phases.filter((row) => row.phase !== ENDED) };
    return AFTER_WRITING.has(phase)
      ? { ...kept, ...seen.written }
      : { ...kept, ...environment, ...seen.planned, "read/taken-addresses": [] };
  };
  const runIn = (world: World, steps: Step[]): Run => runOver({ outputs, world, rowsFor, indexAtStart, steps });
  const world = worldOf(folder, outputs, kept, snapshot);
  return {
    world,
    flow: async () => {
      const steps: Step[] = [];
      const { writing, written } = catching(world, indexAtStart);
      await cut(runIn(writing, steps), grammar, () => Promise.resolve());
      return { steps, written };
    },
    recordAt: (known, used) => ({
      run_id: run.run_id,
      document_id: run.document_id,
      ...outputs.here,
      config: world.config,
      journal: known,
      receipt: outputs.receipts[0],
      phases: new Map(
        phases
          .filter((row) => known.some(({ entry }) => phaseOf(entry) === row.phase))
          .map((row) => [row.phase, row.output]),
      ),
      before: undefined,
      admissions: used ? outputs.admissions : [],
    }),
    written: async (index, work) => {
      const planned = await plan(runIn(catching(world, indexAtStart).writing, []), grammar);
      const { writing, written } = catching(world, index);
      await work(runIn(writing, []), planned);
      return written;
    },
  };
}

const phaseOf = (entry: Json): unknown =>
  typeof entry === "object" && entry !== null && "phase" in entry ? entry["phase"] : undefined;

interface Over {
  readonly outputs: Outputs;
  readonly world: World;
  readonly rowsFor: (phase: string) => Rows;
  readonly indexAtStart: string;
  /** Every step is added here. */
  readonly steps: Step[];
}

/** A run whose phases are all recorded, so that its gates ask for nothing. */
function runOver({ outputs, world, rowsFor, indexAtStart, steps }: Over): Run {
  const { run, phases, receipts } = outputs;
  const { run_id, document_id, release, opened } = run;
  const { here, config, files, environment } = world;
  const scopeOf = (phase: string): ReadScope =>
    ({
      ...{ run_id, document_id, release, opened, here, config, files, environment },
      say: () => undefined,
      read: readerOf(rowsFor(phase)).read,
      runsIndex: () => Promise.resolve(indexAtStart),
      readRun: () => Promise.resolve(undefined),
      takeBackup: () => Promise.resolve(receipts[0]),
    }) as unknown as ReadScope;
  const step = async <I extends Inputs, O extends Json>(phase: Phase<I, O>, input: I): Promise<Recorded<O>> => {
    const row = phases.find((one) => one.phase === phase.name);
    const made =
      phase.access === "writes" ? row?.output : await phase.run(input, scopeOf(phase.name) as PureScope & ReadScope);
    const output = phase.output.parse(made);
    const output_sha = digestOf((phase.digest?.(output) ?? output) as Json);
    const input_sha = inputSha(phase.name, run_id, release, Object.values(input));
    steps.push({ phase: phase.name, input_sha, output_sha, output });
    return { phase: phase.name, output, output_sha, at: row?.at ?? new Date(Number.NaN) };
  };
  return { row: run, world, has: () => true, step, admitted: step, readScope: () => scopeOf("") } as unknown as Run;
}

const ENVIRONMENT = [
  "configuration",
  "roles",
  "role-settings",
  "memberships",
  "powers",
  "grants",
  "relations",
  "triggers",
  "functions",
  "types",
].map((name) => `read/environment/${name}`);

/** A database that knows these rows; a statement that was not recorded is an error of the recording. */
function readerOf(rows: Rows): Pick<World["database"], "read"> {
  const query = (name: string): Promise<unknown[]> => {
    const answer = rows[name];
    return answer === undefined ? Promise.reject(new Error(`${name} was not recorded`)) : Promise.resolve([...answer]);
  };
  const reader = { role: "exec", query, one: async (name: string) => (await query(name))[0] };
  return { read: (_role: string, work: (from: typeof reader) => Promise<unknown>) => work(reader) } as unknown as Pick<
    World["database"],
    "read"
  >;
}

/** The world with files that keep what is written, and a run that has none yet. */
function catching(world: World, index: string): { writing: World; written: Written } {
  const written: Written = {};
  const files: World["files"] = {
    ...world.files,
    readRun: () => Promise.resolve(undefined),
    runsIndex: () => Promise.resolve(index),
    writeRun: (_run, relative, data) => {
      written[relative] = sha256(data);
      return Promise.resolve();
    },
  };
  return { writing: { ...world, files }, written };
}

function worldOf(folder: string, outputs: Outputs, rows: Rows, snapshot: Uint8Array): World {
  const readRun = (_run: string, relative: string): Promise<Uint8Array | undefined> => {
    try {
      return Promise.resolve(readFileSync(join(folder, relative)));
    } catch {
      return Promise.resolve(undefined);
    }
  };
  return {
    config: outputs.config as unknown as Config,
    here: { ...outputs.here, host: outputs.run.host, actor: outputs.run.actor },
    environment: async (reader: Reader) => {
      const facts = await environmentFacts(reader, {} as EnvironmentScope);
      return { facts, hash: environmentHash(facts) };
    },
    database: readerOf(rows),
    files: {
      root: HOST_ROOT,
      artifact: () => Promise.resolve(snapshot),
      registration: () => Promise.resolve(undefined),
      readRun,
    },
    events: { emit: () => undefined },
    reporter: { takesPages: false },
  } as unknown as World;
}
