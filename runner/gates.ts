// The two pauses of a run: derive what must be signed from live state, find the admission, or ask and stop.
import { ask, askOne } from "./looks/one-statement.ts";
import { randomUUID } from "node:crypto";
import type { Run } from "./engine.ts";
import { digestOf } from "./model/canonical.ts";
import { termOn } from "./model/config.ts";
import { backupProofSchema, type BackupOutput } from "./model/backup-receipt.ts";
import { freshReceipt } from "./fresh-backup.ts";
import type { CutplanOutput, GrantProbeOutput, MarkOutput, SourcePinOutput } from "./model/outputs.ts";
import type { Payload } from "./model/payload.ts";
import { ASKED_IN, type Gate } from "./model/run.ts";
import { insist, Stopped, type Verdict } from "./model/stop.ts";
import type { Recorded } from "./phase.ts";
import { insistNotHalted } from "./looks/halted.ts";
import { requestFor, type AskableGate } from "./aftermath/request-bundle.ts";
import { requestContents, type Asking } from "./aftermath/request-contents.ts";
import { loadRunRecord } from "./looks/run-record.ts";
import { judgeAdmissions } from "./rules/admission.ts";
import { authorizationOf, type Authorization } from "./rules/authorization.ts";
import { judgeProof } from "./rules/backup-proof.ts";
import {
  DECISION_MINTED,
  expectedPayload,
  mintedDecision,
  type AskedGate,
  type RunRecord,
} from "./rules/expected-payload.ts";
import { shellWord } from "./rules/shell-word.ts";

/** Records of phases 1 to 5: what the first signatures cover. */
export interface Planned {
  readonly source: Recorded<SourcePinOutput>;
  readonly marked: Recorded<MarkOutput>;
  readonly plan: Recorded<CutplanOutput>;
  readonly backup: Recorded<BackupOutput>;
  readonly grants: Recorded<GrantProbeOutput>;
}

/** SG_1 and EXECUTION. After leg A both are used up and no longer asked for. */
export async function cutAuthorization(run: Run, planned: Planned): Promise<Authorization> {
  if (run.has("cut_leg_a")) return authorizationOf(planned.grants.output, []);
  await insistFreshBackup(run, planned);
  return insistAdmitted(run, planned, "awaiting_cut_authorization");
}

/** SG_2 over what the second principal observed; the review decision id is minted once, so that a renewed request names the same row. */
export async function enactAuthorization(
  run: Run,
  planned: Planned,
): Promise<{ readonly authorization: Authorization; readonly review_decision_id: string }> {
  const review_decision_id = mintedDecision(await recordOf(run)) ?? (await mintDecision(run));
  const authorization = run.has("lifecycle_enact")
    ? authorizationOf(planned.grants.output, [])
    : await insistAdmitted(run, planned, "awaiting_lifecycle_authorization");
  return { authorization, review_decision_id };
}

/** Mints the id of the enactment's review decision and keeps it in the journal. */
export async function mintDecision(run: Run): Promise<string> {
  const review_decision_id = randomUUID();
  await run.world.database.transaction("exec", (tx) => run.journal(tx, { event: DECISION_MINTED, review_decision_id }));
  return review_decision_id;
}

/** What was authorized when every gate has a usable admission; else the missing ones are requested and the run pauses. */
async function insistAdmitted(run: Run, planned: Planned, state: keyof typeof ASKED_IN): Promise<Authorization> {
  const gates: readonly AskedGate[] = ASKED_IN[state];
  const record = await recordOf(run);
  const rows = await ask(run.world.database, "exec", "read/admissions", { run_id: run.row.run_id });
  const { now } = await askOne(run.world.database, "exec", "read/database-now");
  const cap = run.world.config.caps.phase_minutes * 60;
  const judged = gates.map((gate) => {
    const payload = expectedPayload(record, gate);
    return {
      gate,
      payload_sha: digestOf(payload),
      verdict: judgeAdmissions(rows, { gate, payload: { ...payload } }, now, cap),
    };
  });
  const missing = judged.filter((item) => item.verdict);
  if (missing.length === 0) {
    for (const { gate, payload_sha } of judged) await insistGateSigned(run, gate, payload_sha);
    return authorizationOf(planned.grants.output, judged);
  }
  await insistNotHalted(run.world, run.row.run_id);
  const bundles: string[] = [];
  for (const { gate } of missing)
    bundles.push(await request(run, planned, record, { gate, payload: expectedPayload(record, gate), now }));
  for (const { gate } of missing.slice(0, 1)) await run.requested(gate);
  const stop = pauseStop(
    missing.map((item) => item.verdict),
    bundles,
    run.row.run_id,
  );
  await run.note(state, stop.code);
  throw stop;
}

/** STOP_APPROVAL_INVALID when an admission of this gate that could be used was written past the gate; `payload_sha` null is any payload. */
export async function insistGateSigned(run: Run, gate: Gate, payload_sha: string | null): Promise<void> {
  const { rows, sets } = await run.world.database.read("exec", async (reader) => ({
    rows: await reader.query("read/unused-statements", { run_id: run.row.run_id, gate, payload_sha }),
    sets: await reader.query("read/approver-sets"),
  }));
  await run.world.approvals.insistSigned(run.row.run_id, rows, sets);
}

/** Writes the request bundle unless the newest one still serves, tells of it, and answers its folder. */
export async function request<G extends AskableGate>(
  run: Run,
  planned: Planned,
  record: RunRecord,
  what: { gate: G; payload: Payload<G>; now: Date },
): Promise<string> {
  const { request: asked, folder } = await requestFor(
    run.world.files,
    { ...what, term: termOn(run.world.config, what.gate) },
    () => requestContents(askingOf(run, planned), record, what.gate),
  );
  const bundle = `${run.world.files.root}/runs/${run.row.run_id}/${folder}`;
  run.world.events.emit({
    event: "request",
    gate: asked.gate,
    bundle,
    payload_sha: asked.payload_sha,
    approve_by: asked.approve_by,
  });
  return bundle;
}

/** Waiting for a first signature is the ordinary pause; anything else that is wrong with what was admitted is named first. */
function pauseStop(verdicts: readonly Verdict[], bundles: readonly string[], runId: string): Stopped {
  const known = verdicts.filter((verdict) => verdict !== undefined);
  const worst = known.find(
    (verdict) => verdict.code !== "STOP_APPROVAL_REQUIRED" && verdict.code !== "STOP_EXECUTION_NOT_AUTHORIZED",
  );
  // One of the two signatures is there: what is missing has a name of its own. None is there: the ordinary pause.
  const code = worst?.code ?? (known.length === 1 && known[0] ? known[0].code : "STOP_APPROVAL_REQUIRED");
  return new Stopped(code, {
    saw: known.map((verdict) => verdict.facts.saw).join("; "),
    wanted: known.map((verdict) => verdict.facts.wanted).join("; "),
    next: `npm run approve -- ${shellWord(bundles[0] ?? "<bundle>")}`,
    or: `cutter orchestrate resume ${runId}`,
    details: bundles.map((bundle) => `request: ${bundle}`),
  });
}

/** The newest proven backup is young enough, its content is accounted for, and it lies unchanged on disk; an old one is taken again. */
async function insistFreshBackup(run: Run, planned: Planned): Promise<void> {
  const newest = await freshReceipt(run, planned);
  insist(judgeProof(newest));
  await run.world.vault.verify({
    file: `${run.row.run_id}.sql.gpg`,
    file_sha: newest.file_sha,
    size_bytes: Number(newest.size_bytes),
    proof: backupProofSchema.parse(newest.proof),
  });
}

const askingOf = ({ row, world }: Run, { source, grants }: Planned): Asking => ({
  ...{ run_id: row.run_id, document_id: row.document_id, world },
  ...{ source: source.output, grants: grants.output },
});

const recordOf = (run: Run): Promise<RunRecord> =>
  run.world.database.read("exec", (reader) => loadRunRecord(reader, run.row, run.world));
