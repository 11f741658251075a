// Makes the fixtures of the golden tests, as test/golden/record.mjs asks: from real runs on a host of its own, and from
// the documents.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { loadConfig } from "../../runner/adapters/configuration.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { DEFAULT_REQUEST, type GrammarRequest } from "../../runner/model/grammar-request.ts";
import { readBundle } from "../../scripts/signing/bundle.ts";
import { registerDocument } from "../../scripts/operator/register-document.ts";
import { readingOf } from "../../scripts/reading/reading.ts";
import { requestReading } from "../../scripts/signing/request-reading.ts";
import { asAdministrator } from "../support/admin-connection.ts";
import { projectRoot } from "../../infra/place.ts";
import { ensureSandbox, type Sandbox } from "../../scripts/sandbox/sandbox.ts";
import { signAs } from "../../scripts/sandbox/throw-away-approver.ts";
import { removeSandbox } from "../../scripts/sandbox/verbs.ts";
import { layHost } from "../support/lay-host.ts";
import { digestTable } from "./digest-table.ts";
import { takePictures } from "./pictures.ts";
import { HOST_ROOT, SIGNERS, type KeptConfig, type SeenRows } from "./recorded.ts";

interface Recorded {
  readonly name: string;
  readonly file: string;
  readonly prefix: string;
  readonly asked: Partial<GrammarRequest>;
}

/** The second run follows the first on the same host, so that its history is not empty. */
const RUNS: readonly Recorded[] = [
  { name: "generic", file: "house-rules.md", prefix: "GOLDEN-1", asked: {} },
  {
    name: "vn-law-diem",
    file: "vn/luat-thu-vien.txt",
    prefix: "GOLDEN-2",
    asked: { profile: "vn-law-1", depth: "diem" },
  },
];

/** Protected documents of the sandbox host; the recording is refused when its configuration names others. */
const PROTECTED = ["ICX-CONST", "DIEU*"];

const documents = (): string => join(projectRoot(), "test", "fixtures", "documents");
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const writeJson = (file: string, value: unknown): void => writeFileSync(file, `${JSON.stringify(value, null, 1)}\n`);

/** `golden` is this folder; `what` names the parts to record. */
export async function record(golden: string, what: readonly string[]): Promise<void> {
  if (what.includes("digests")) writeJson(join(golden, "digests.json"), digestTable(documents()));
  if (what.includes("pictures")) await takePictures(join(projectRoot(), "docs", "images"));
  if (!what.includes("runs")) return;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "golden-")));
  try {
    const sandbox = await ensureSandbox({ folder: join(folder, "sandbox"), say });
    await layHost(sandbox.stack);
    for (const run of RUNS) await recordRun(sandbox, run, join(golden, run.name));
    cpSync(sandbox.place.approversFile, join(golden, "approvers.json"));
  } finally {
    await removeSandbox(join(folder, "sandbox"));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function recordRun(sandbox: Sandbox, run: Recorded, to: string): Promise<void> {
  const { runtimeRoot } = sandbox.place;
  const request = { ...DEFAULT_REQUEST, ...run.asked };
  const words = run.asked.profile === undefined ? [] : ["--profile", request.profile, "--depth", request.depth];
  const choice = { request, versionLabel: "v1" };
  await registerDocument(sandbox.stack, join(documents(), run.file), run.prefix, choice);
  const runId = await cutter(sandbox, 3, ["orchestrate", "cut", run.prefix, ...words]);
  say(`${run.name}: ${runId}`);
  const planned = await rowsOf(sandbox, PLANNED(run.prefix, runId));
  const files = [await sign(sandbox, runId, "SG_1_cut_authz"), await sign(sandbox, runId, "EXECUTION")];
  await cutter(sandbox, 0, ["gate", "admit", ...files]);
  await cutter(sandbox, 3, ["orchestrate", "resume", runId]);
  // Enacting changes these rows.
  const written = await rowsOf(sandbox, WRITTEN(run.prefix, runId, await outputOf(sandbox, runId, "leg_b_record")));
  files.push(await sign(sandbox, runId, "SG_2_lifecycle_authz"));
  await cutter(sandbox, 0, ["gate", "admit", ...files.slice(2)]);
  await cutter(sandbox, 0, ["orchestrate", "resume", runId]);
  rmSync(to, { recursive: true, force: true });
  mkdirSync(join(to, "statements"), { recursive: true });
  const from = join(runtimeRoot, "runs", runId);
  for (const name of ["requests", "cut_plan.json", "rehearsal.json", "journal.ndjson"])
    cpSync(join(from, name), join(to, name), { recursive: true });
  cpSync(join(runtimeRoot, "runs", "runs-index.jsonl"), join(to, "runs-index.jsonl"));
  // The largest file; both runs find the same environment, and a test says so.
  cpSync(join(from, "environment.json"), join(to, "..", "environment.json"));
  for (const file of files)
    for (const part of [file, file.replace(/[.]json$/, ".sig")]) cpSync(part, join(to, "statements", basename(part)));
  const ended = await rowsOf(
    sandbox,
    ENDED(
      run.prefix,
      runId,
      await outputOf(sandbox, runId, "leg_b_record"),
      await outputOf(sandbox, runId, "lifecycle_enact"),
    ),
  );
  const seen: SeenRows = { planned, written, ended };
  writeJson(join(to, "rows.json"), seen);
  writeJson(join(to, "outputs.json"), await recordOf(sandbox, runId));
  writeJson(join(to, "texts.json"), await textsOf(sandbox, runId));
}

/** Runs the host's program; answers the run id of the run it opened. */
async function cutter(sandbox: Sandbox, wanted: number, words: readonly string[]): Promise<string> {
  const result = await execa(sandbox.launchers.cutter, ["--json", ...words], { reject: false, stdin: "ignore" });
  if (result.exitCode !== wanted)
    throw new Error(`cutter ${words.join(" ")} ended with ${result.exitCode}: ${result.stderr}`);
  return (
    /"event":"opened"[^\n]*?"run_id":"([^"]+)"/.exec(result.stdout)?.[1] ??
    /"run_id":"([^"]+)"/.exec(result.stdout)?.[1] ??
    ""
  );
}

const bundleOf = (sandbox: Sandbox, runId: string, gate: string): string =>
  join(sandbox.place.runtimeRoot, "runs", runId, "requests", `${gate}-1`);

async function sign(sandbox: Sandbox, runId: string, gate: keyof typeof SIGNERS): Promise<string> {
  const person = sandbox.persons.find((one) => one.id === SIGNERS[gate]);
  if (person === undefined) throw new Error(`no person ${SIGNERS[gate]}`);
  return signAs(person, bundleOf(sandbox, runId, gate), join(sandbox.place.runtimeRoot, "approvals"));
}

/** Rows of a named statement of sql/, as the database administrator. */
async function query(sandbox: Sandbox, name: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  const text = readFileSync(join(projectRoot(), "sql", `${name}.sql`), "utf8");
  return asAdministrator(sandbox, async (admin) => (await admin.query<Record<string, unknown>>(text, values)).rows);
}

type Asked = Readonly<Record<string, readonly unknown[]>>;
type Output = Readonly<Record<string, unknown>>;

// What the reading phases ask of the database, at the three moments at which nothing of it changes between them and the recording.
const PLANNED = (document: string, runId: string): Asked => ({
  "read/source-document": [document],
  "read/earlier-runs-of-day": [runId],
  "read/baseline": [],
  "read/vocabulary": [],
  "read/lock-room": [],
  "read/grant-matrix": [],
  "read/two-grant": [],
  "read/protected-hash": [PROTECTED],
  "read/server-identity": [],
});
const WRITTEN = (document: string, runId: string, ledger: Output): Asked => ({
  "verify/written-units": [runId],
  "verify/units-of-document": [document],
  "verify/observed-units": [runId],
  "verify/observed-ledger": [ledger["change_set_id"], ledger["entry_id"]],
});
const ENDED = (document: string, runId: string, ledger: Output, enacted: Output): Asked => ({
  "verify/written-units": [runId],
  "verify/units-of-document": [document],
  "verify/observed-ledger": [ledger["change_set_id"], ledger["entry_id"]],
  "verify/earlier-verdicts": [ledger["change_set_id"]],
  "verify/ledger-differences": [runId],
  "verify/lifecycle-log": [runId, enacted["review_decision_id"]],
  "verify/run-decisions": [ledger["change_set_id"]],
  "verify/immutability-triggers": [],
  "verify/ledger-counts": [],
  "read/database-now": [],
  "read/protected-hash": [PROTECTED],
  "read/baseline": [],
});

async function rowsOf(sandbox: Sandbox, asked: Asked): Promise<Record<string, Record<string, unknown>[]>> {
  const rows: Record<string, Record<string, unknown>[]> = {};
  for (const [name, values] of Object.entries(asked)) rows[name] = await query(sandbox, name, [...values]);
  return rows;
}

async function outputOf(sandbox: Sandbox, runId: string, phase: string): Promise<Output> {
  return (await query(sandbox, "read/phases-done", [runId])).find((row) => row["phase"] === phase)?.[
    "output"
  ] as Output;
}

/** Everything the database keeps of a run, and what the payloads take from the host; nothing that names a folder of this machine. */
async function recordOf(sandbox: Sandbox, runId: string): Promise<unknown> {
  const { config, config_sha } = await loadConfig(sandbox.place.configFile);
  const { host, database, backup, plan, caps, protected_prefixes, target_policy } = config;
  if (protected_prefixes.join() !== PROTECTED.join()) throw new Error(`the host protects ${protected_prefixes.join()}`);
  const kept: KeptConfig = {
    host,
    plan,
    caps,
    protected_prefixes,
    target_policy,
    orchestrator: { expected_grant_matrix_sha: config.orchestrator.expected_grant_matrix_sha },
    database: { name: database.name, system_identifier: database.system_identifier },
    backup: {
      tables: backup.tables,
      context_tables: backup.context_tables,
      recipient_fingerprint: backup.recipient_fingerprint,
      max_age_minutes: backup.max_age_minutes,
      adapter: backup.adapter,
    },
  };
  const [run] = await query(sandbox, "read/run", [runId]);
  return {
    run: { ...run, holder: null },
    here: { release_digest: run?.["release"], approvers_sha: config.approvers.sha, config_sha },
    config: kept,
    phases: await query(sandbox, "read/phases-done", [runId]),
    receipts: await query(sandbox, "read/receipts", [runId]),
    admissions: await query(sandbox, "read/admissions", [runId]),
  };
}

/** sha256 of every text people read, with the host's root written as {@link HOST_ROOT}. */
async function textsOf(sandbox: Sandbox, runId: string): Promise<unknown> {
  const { runtimeRoot } = sandbox.place;
  const textSha = (file: string): string => sha256(readFileSync(file, "utf8").replaceAll(runtimeRoot, HOST_ROOT));
  const reports = join(runtimeRoot, "reports");
  // Both runs deliver into one tree; the reports of this one name it.
  const delivered = readdirSync(reports, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .sort()
    .filter((name) => readFileSync(join(reports, name), "utf8").includes(runId));
  const readings: Record<string, string> = {};
  for (const [gate, id] of Object.entries(SIGNERS)) {
    const name = sandbox.persons.find((one) => one.id === id)?.name ?? "";
    readings[gate] = sha256(
      requestReading(readingOf(await readBundle(bundleOf(sandbox, runId, gate)), name), "/page.html"),
    );
  }
  return {
    rehearsal: textSha(join(runtimeRoot, "runs", runId, "rehearsal.md")),
    readings,
    reports: Object.fromEntries(delivered.map((name) => [name, textSha(join(reports, name))])),
  };
}
