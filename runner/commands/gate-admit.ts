// `cutter gate admit`: verifies signed statements, recomputes the plan, and admits them as cutter_gate. A bad file burns nothing.
import type { Common } from "../cli.ts";
import { holderOf, parseApprovers, type ApproverSet } from "../model/approvers.ts";
import { canonicalText, digestOf } from "../model/canonical.ts";
import { sourcePinOutput } from "../model/outputs.ts";
import { SIGNATURE_CAP } from "../model/signature.ts";
import { parseStatement, type Statement } from "../model/statement.ts";
import { STATEMENT_CAP } from "../model/strict-json.ts";
import { insist, Stopped } from "../model/stop.ts";
import { materialOf } from "../material.ts";
import { judgeStatement } from "../rules/approval.ts";
import { expectedPayload, type AskedGate, type RunRecord } from "../rules/expected-payload.ts";
import { printable } from "../rules/text-hygiene.ts";
import { loadRunRecord } from "../run-record.ts";
import { makeWorld } from "../wire.ts";
import { verifySignature } from "../wire-gate.ts";
import { host } from "../wire-host.ts";
import type { World } from "../world.ts";
import { printStopped } from "./print-stopped.ts";

const ASKED: readonly string[] = ["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz"];

/** Admits each file; the answer is the first stop's status, but every file is tried. */
export async function admit(common: Common, files: readonly string[]): Promise<number> {
  const world = await makeWorld(common.config);
  const approvers = await approversOf(world);
  let status = 0;
  for (const file of files.filter((name) => !name.endsWith(".sig"))) {
    try {
      const statement = await admitFile(world, approvers, file);
      say(common, { event: "admitted", gate: statement.gate, run_id: statement.run_id, person: statement.person, payload_sha: statement.payload_sha, use_by: statement.use_by });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      process.stderr.write(`${printable(file)}: not admitted\n`);
      const stopped = printStopped(error, common.json);
      status = status === 0 ? stopped : status;
    }
  }
  return status;
}

async function admitFile(world: World, approvers: ApproverSet, file: string): Promise<Statement> {
  const bytes = await readOrStop(file, STATEMENT_CAP);
  const signature = await readOrStop(file.replace(/(\.json)?$/, ".sig"), SIGNATURE_CAP);
  const statement = parseStatement(bytes);
  if (!ASKED.includes(statement.gate)) throw new Stopped("STOP_APPROVAL_INVALID", { saw: `a statement for ${statement.gate}`, wanted: `one of ${ASKED.join(", ")}` });
  const holder = holderOf(approvers, statement.fingerprint);
  if (!holder) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "a key that no approver holds", wanted: "a key of approvers.json" });
  const { record, now } = await recordFor(world, statement.run_id);
  const answer = await verifySignature({ bytes, signature, publicKeyArmored: holder.key.public_key_armored, fingerprint: statement.fingerprint, now });
  if (!answer.ok) throw new Stopped("STOP_APPROVAL_INVALID", { saw: answer.reason, wanted: "one detached signature by the pinned key, good for both verifiers" });
  const payload = expectedPayload(record, statement.gate as AskedGate);
  insist(judgeStatement(statement, { now, approvers, expected: { run_id: record.run_id, gate: statement.gate, payload_sha: digestOf(payload) }, signatureTime: answer.signedAt }));
  const planned = statement.gate === "SG_1_cut_authz" ? await plannedUnits(world, record) : null;
  await world.database.transaction("gate", (tx) => tx.one("write/admit", [
    statement.gate, statement.run_id, canonicalText(statement.payload), statement.payload_sha, statement.person, statement.fingerprint, statement.nonce,
    bytes, signature, new Date(statement.signed_utc), new Date(statement.use_by), planned ? canonicalText(planned) : null,
  ]));
  return statement;
}

/** The plan as this gate computes it from the pinned snapshot; it must be the recorded one. */
async function plannedUnits(world: World, record: RunRecord) {
  const source = sourcePinOutput.parse(record.phases.get("source_pin"));
  const bytes = await world.files.artifact(source.source_version_id);
  const material = materialOf(bytes, { run_id: record.run_id, document_id: record.document_id, region_sha: source.region_sha, grammar: source.grammar }, world.config);
  const signed = expectedPayload(record, "SG_1_cut_authz");
  if (!("writer_digest" in signed) || signed.writer_digest !== material.writer_digest || signed.manifest_digest !== material.manifest.manifest_digest) {
    throw new Stopped("STOP_DRIFT", { saw: "the snapshot plans other rows than the run recorded", wanted: "the recorded manifest and plan" });
  }
  return material.rows.map(({ ordinal, canonical_address, title_sha, content_hash, section_type, unit_kind, parent_address }) => ({
    ordinal, canonical_address, title_sha, content_hash, section_type, unit_kind, parent_address,
  }));
}

async function recordFor(world: World, runId: string): Promise<{ record: RunRecord; now: Date }> {
  return world.database.read("gate", async (reader) => {
    const [row] = await reader.query("read/run", [runId]);
    if (!row) throw new Stopped("STOP_APPROVAL_INVALID", { saw: "a statement for a run this database does not know", wanted: "a run of this database" });
    return { record: await loadRunRecord(reader, row, world), now: row.now };
  });
}

async function approversOf(world: World): Promise<ApproverSet> {
  const bytes = await readOrStop(world.config.approvers.file, 1024 * 1024);
  const { set, sha } = parseApprovers(bytes);
  if (sha !== world.config.approvers.sha) throw new Stopped("STOP_DRIFT", { saw: "approvers.json changed", wanted: "the pinned set" });
  return set;
}

async function readOrStop(path: string, cap: number): Promise<Buffer> {
  const answer = await host.readSafely(path, cap);
  if (!answer.ok) throw new Stopped("STOP_APPROVAL_INVALID", { saw: `${printable(path)}: ${answer.reason}`, wanted: "a plain file" });
  return answer.bytes;
}

function say(common: Common, event: Record<string, string>): void {
  if (common.json) process.stdout.write(`${JSON.stringify(event)}\n`);
  process.stderr.write(`admitted ${event["gate"] ?? ""} for ${event["run_id"] ?? ""}, signed by ${event["person"] ?? ""}, usable until ${event["use_by"] ?? ""}\n`);
}
