// The two pauses of a run: derive what must be signed from live state, find the admission, or ask and stop.
import { randomUUID } from "node:crypto";
import type { Run } from "./engine.ts";
import { digestOf, type Json } from "./model/canonical.ts";
import type { BackupOutput } from "./model/backup.ts";
import type { CutplanOutput, GrantProbeOutput, MarkOutput, SourcePinOutput, WriteVerifyOutput } from "./model/outputs.ts";
import type { Payload } from "./model/payload.ts";
import type { Gate, RunState } from "./model/run.ts";
import { insist, Stopped, type Verdict } from "./model/stop.ts";
import type { Recorded } from "./phase.ts";
import { planJson, planOf } from "./plan-of-run.ts";
import { requestFor, type BundleContents } from "./request-bundle.ts";
import { judgeAdmissions, type AdmissionRow } from "./rules/admission.ts";
import { judgeChain, type JournalEntry } from "./rules/journal.ts";
import { executionPayload, sg1Payload, sg2Payload } from "./rules/payload.ts";
import { backupTooOld } from "./rules/times.ts";

/** What an admitted effect is handed: payload digests by gate and the environment people signed. */
export interface Authorization {
  readonly payload_shas: Partial<Record<Gate, string>>;
  readonly environment_hash: string;
}

export interface Planned {
  readonly source: Recorded<SourcePinOutput>;
  readonly marked: Recorded<MarkOutput>;
  readonly plan: Recorded<CutplanOutput>;
  readonly backup: Recorded<BackupOutput>;
  readonly grants: Recorded<GrantProbeOutput>;
}

type Ask = { [G in "SG_1_cut_authz" | "EXECUTION" | "SG_2_lifecycle_authz"]: { gate: G; payload: Payload<G> } }["SG_1_cut_authz" | "EXECUTION" | "SG_2_lifecycle_authz"];

/** SG_1 and EXECUTION. After leg A both are used up and no longer asked for. */
export async function cutAuthorization(run: Run, planned: Planned): Promise<Authorization> {
  const environment_hash = planned.grants.output.environment_hash;
  if (run.has("cut_leg_a")) return { payload_shas: {}, environment_hash };
  const receipt = await freshReceipt(run, planned.backup.output);
  const journal = await journalOf(run);
  const sg1 = sg1Payload({
    ...run.row, ...run.world.here, source: planned.source.output, marked: planned.marked.output, plan: planned.plan.output,
    grants: planned.grants.output, system_identifier: run.world.config.database.system_identifier,
    journal_head: headAt(journal, "grant_probe"), config: run.world.config,
  });
  const sg1_payload_sha = digestOf(sg1);
  const execution = executionPayload({ run_id: run.row.run_id, sg1_payload_sha, receipt, environment_hash });
  await insistAdmitted(run, planned, "awaiting_cut_authorization", [{ gate: "SG_1_cut_authz", payload: sg1 }, { gate: "EXECUTION", payload: execution }]);
  return { payload_shas: { SG_1_cut_authz: sg1_payload_sha, EXECUTION: digestOf(execution) }, environment_hash };
}

/** SG_2 over what the second principal observed. */
export async function enactAuthorization(run: Run, planned: Planned, verified: Recorded<WriteVerifyOutput>): Promise<Authorization & { review_decision_id: string }> {
  const environment_hash = planned.grants.output.environment_hash;
  const review_decision_id = await mintedDecision(run);
  if (run.has("lifecycle_enact")) return { payload_shas: {}, environment_hash, review_decision_id };
  const admissions = await admissionsOf(run);
  const used = admissions.find((row) => row.gate === "SG_1_cut_authz" && row.used_phase === "cut_leg_a");
  if (!used) throw new Stopped("STOP_TORN", { saw: "leg A is recorded without a used SG_1 admission", wanted: "its row in admission_use" });
  const payload = sg2Payload({ run_id: run.row.run_id, sg1_payload_sha: used.payload_sha, observed_digest: verified.output.observed_digest, review_decision_id, environment_hash });
  await insistAdmitted(run, planned, "awaiting_lifecycle_authorization", [{ gate: "SG_2_lifecycle_authz", payload }]);
  return { payload_shas: { SG_2_lifecycle_authz: digestOf(payload) }, environment_hash, review_decision_id };
}

async function insistAdmitted(run: Run, planned: Planned, state: RunState, asks: readonly Ask[]): Promise<void> {
  const rows = await admissionsOf(run);
  const { now } = await run.world.database.read("exec", (reader) => reader.one("read/database-now"));
  const cap = run.world.config.caps.phase_minutes * 60;
  const missing = asks.map((ask) => ({ ask, verdict: judgeAdmissions(rows, ask.gate, digestOf(ask.payload), now, cap) })).filter((item) => item.verdict);
  if (missing.length === 0) return;
  const bundles: string[] = [];
  for (const { ask } of missing) bundles.push(await request(run, planned, ask, now));
  const stop = pauseStop(missing.map((item) => item.verdict), bundles, run.row.run_id);
  await run.note(state, stop.code);
  throw stop;
}

async function request(run: Run, planned: Planned, ask: Ask, now: Date): Promise<string> {
  const { request: asked, folder } = await requestFor(run.world.files, run.row.run_id, ask.gate, ask.payload as Payload<typeof ask.gate>, now, () => bundleContents(run, planned));
  const bundle = `${run.world.files.root}/runs/${run.row.run_id}/${folder}`;
  run.world.events.emit({ event: "request", gate: ask.gate, bundle, payload_sha: asked.payload_sha, approve_by: asked.approve_by });
  return bundle;
}

/** Waiting for a first signature is the ordinary pause; anything else that is wrong with what was admitted is named first. */
function pauseStop(verdicts: readonly Verdict[], bundles: readonly string[], runId: string): Stopped {
  const known = verdicts.filter((verdict) => verdict !== undefined);
  const worst = known.find((verdict) => verdict.code !== "STOP_APPROVAL_REQUIRED" && verdict.code !== "STOP_EXECUTION_NOT_AUTHORIZED");
  const code = worst?.code ?? "STOP_APPROVAL_REQUIRED";
  return new Stopped(code, {
    saw: known.map((verdict) => verdict.facts.saw).join("; "), wanted: known.map((verdict) => verdict.facts.wanted).join("; "),
    next: `npm run approve -- ${bundles[0] ?? "<bundle>"}`, or: `cutter orchestrate resume ${runId}`, details: [...bundles],
  });
}

async function freshReceipt(run: Run, recorded: BackupOutput) {
  const read = () => run.world.database.read("exec", (reader) => reader.query("read/receipts", [run.row.run_id]));
  let [newest] = await read();
  if (!newest || backupTooOld(newest.at, newest.now, run.world.config.backup.max_age_minutes)) {
    await run.takeBackup();
    [newest] = await read();
  }
  if (!newest) throw new Stopped("STOP_BACKUP_FAILED", { saw: "no backup receipt", wanted: "a proven backup of this run" });
  if (newest.content_digests_sha !== recorded.content_digests_sha) {
    throw new Stopped("STOP_DRIFT", { saw: "the tables changed since they were first backed up", wanted: "content equal to the recorded digests", hint: "void the run and cut again: what was signed rests on other content" });
  }
  await run.world.vault.insistUnchanged(run.row.run_id, newest.file_sha);
  return newest;
}

async function journalOf(run: Run): Promise<JournalEntry[]> {
  const rows = await run.world.database.read("exec", (reader) => reader.query("read/journal", [run.row.run_id]));
  const entries = rows.map((row) => ({ run_id: run.row.run_id, seq: row.seq, prev_sha: row.prev_sha, entry: row.entry as Json, entry_sha: row.entry_sha }));
  insist(judgeChain(run.row.run_id, entries));
  return entries;
}

function headAt(entries: readonly JournalEntry[], phase: string): string {
  const found = entries.find((item) => isRecord(item.entry) && item.entry["event"] === "phase" && item.entry["phase"] === phase);
  if (!found) throw new Stopped("STOP_TORN", { saw: `no journal entry of ${phase}`, wanted: "an entry beside its phase_done row" });
  return found.entry_sha;
}

/** The review decision of the enactment: minted once a run, kept in the journal so that a renewed request names the same row. */
async function mintedDecision(run: Run): Promise<string> {
  const kept = (await journalOf(run)).find((item) => isRecord(item.entry) && item.entry["event"] === "review_decision_minted");
  if (kept && isRecord(kept.entry)) return String(kept.entry["review_decision_id"]);
  const review_decision_id = randomUUID();
  await run.world.database.transaction("exec", (tx) => run.journal(tx, { event: "review_decision_minted", review_decision_id }));
  return review_decision_id;
}

const admissionsOf = (run: Run): Promise<AdmissionRow[]> => run.world.database.read("exec", (reader) => reader.query("read/admissions", [run.row.run_id]));

const isRecord = (value: Json): value is { readonly [key: string]: Json } => typeof value === "object" && value !== null && !Array.isArray(value);

async function bundleContents(run: Run, planned: Planned): Promise<BundleContents> {
  const material = await planOf(planned.source.output, run.readScope());
  const receipts = await run.world.database.read("exec", (reader) => reader.query("read/receipts", [run.row.run_id]));
  const { region } = material.manifest;
  return {
    snapshot: material.bytes, region: material.bytes.subarray(region.byte_start, region.byte_end),
    cut_plan: planJson(material, planned.source.output, run.row), grammar: { ...planned.source.output.grammar, options: { ...planned.source.output.grammar.options } } as Json,
    receipts: receipts.map((row) => ({ attempt: String(row.attempt), file_sha: row.file_sha, size_bytes: row.size_bytes, content_digests: row.content_digests as Json, content_digests_sha: row.content_digests_sha, recipient: row.recipient, proof_sha: row.proof_sha, at: row.at.toISOString() })),
    findings: { document: material.manifest.findings.map((finding) => ({ ...finding })), environment: [...planned.grants.output.findings], baseline: planned.source.output.baseline.map((row) => ({ ...row })) },
    journal: (await journalOf(run)).map((entry) => ({ ...entry })), runs_index: await run.world.files.runsIndex(),
  };
}
