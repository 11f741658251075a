// `cutter gate admit`: verifies signed statements, recomputes the plan, and admits them as cutter_gate. A bad file changes nothing.
import { ask } from "../looks/one-statement.ts";
import { insistChain } from "../signatures/approver-chain.ts";
import { insistStatementSigned, invalid, type SignedStatement } from "../signatures/signed.ts";
import type { Common } from "./call-options.ts";
import { stateAfterDecision } from "./state-after-decision.ts";
import type { ApproverSet } from "../model/approvers.ts";
import { canonicalText, digestOf, type Json } from "../model/canonical.ts";
import type { DocumentId, RunId } from "../model/ids.ts";
import { sourcePinOutput } from "../model/outputs.ts";
import type { ParamsOf } from "../model/params.ts";
import { EVERY_RUN, type Payload } from "../model/payload.ts";
import { SIGNATURE_CAP } from "../model/signature.ts";
import { termOn } from "../model/config.ts";
import { parseStatement, type Statement } from "../model/statement.ts";
import { STATEMENT_CAP } from "../model/strict-json.ts";
import { insist, Stopped } from "../model/stop.ts";
import { planOf, plannedRows, type PlannedRows } from "../plan.ts";
import { escalationPayload } from "../rules/escalation.ts";
import { expectedPayload, type AskedGate, type RunRecord } from "../rules/expected-payload.ts";
import { judgeRevocation } from "../rules/revocation.ts";
import { printable } from "../rules/text-hygiene.ts";
import { judgeUnhalt } from "../rules/unhalt.ts";
import { loadRunRecord } from "../looks/run-record.ts";
import { makeWorld, verifySignature } from "../wire.ts";
import { readOrStop } from "../adapters/safe-file.ts";
import { pinnedApprovers } from "../adapters/pinned-host.ts";
import type { World } from "../world.ts";
import type { Reader } from "../world/database.ts";
import { printStopped } from "../terminal/print-stopped.ts";
import { printJson } from "../terminal/print-json.ts";

/** A file a stranger may have laid. */
export const LAID = { code: "STOP_APPROVAL_INVALID", wanted: "a plain file" } as const;

/** Admits each file; the answer is the first stop's status, but every file is tried. */
export async function admit(common: Common, files: readonly string[]): Promise<number> {
  const world = await makeWorld(common.config);
  const approvers = await approversOf(world);
  let status = 0;
  for (const file of files.filter((name) => !name.endsWith(".sig"))) {
    try {
      const statement = await admitOne(world, approvers, file);
      sayAdmitted(common, statement);
      await stateAfterDecision(world, statement.run_id);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      process.stderr.write(`${printable(file)}: not admitted\n`);
      const stopped = printStopped(error, common.json);
      status = status === 0 ? stopped : status;
    }
  }
  return status;
}

/** Verifies one statement file and its `.sig`, then does what its gate is for. Stops with every STOP_APPROVAL_* and STOP_DRIFT. */
export async function admitOne(world: World, approvers: ApproverSet, file: string): Promise<Statement> {
  const bytes = await readOrStop(file, STATEMENT_CAP, LAID);
  const signature = await readOrStop(file.replace(/(\.json)?$/, ".sig"), SIGNATURE_CAP, LAID);
  const statement = parseStatement(bytes);
  const signed = { statement, bytes, signature };
  switch (statement.gate) {
    case "SG_1_cut_authz":
    case "EXECUTION":
    case "SG_2_lifecycle_authz":
      await admitAsked(world, approvers, signed, statement.gate);
      break;
    case "UNHALT":
      await admitUnhalt(world, approvers, signed, statement.payload);
      break;
    case "REVOCATION":
      await admitRevocation(world, approvers, signed, statement.payload);
      break;
    case "SG_3_failure_escalation":
      await admitEscalation(world, approvers, signed, statement.payload);
      break;
  }
  return statement;
}

/** Signed, and for exactly this payload, which is derived only once the signature is known to be good. */
function insistStatement(
  signed: SignedStatement,
  approvers: ApproverSet,
  { now, term }: { readonly now: Date; readonly term?: number },
  payload: () => Json,
): Promise<void> {
  const { gate, payload: stated } = signed.statement;
  return insistStatementSigned(signed, { approvers, verify: verifySignature, now }, () => ({
    run_id: stated.run_id,
    gate,
    payload_sha: digestOf(payload()),
    ...(term === undefined ? {} : { term }),
  }));
}

async function admitAsked(
  world: World,
  approvers: ApproverSet,
  signed: SignedStatement,
  gate: AskedGate,
): Promise<void> {
  const { statement } = signed;
  const { record, now } = await recordFor(world, statement.run_id);
  await insistStatement(signed, approvers, { now, term: termOn(world.config, gate) }, () =>
    expectedPayload(record, gate),
  );
  const planned = gate === "SG_1_cut_authz" ? await recomputedUnits(world, record) : null;
  await world.database.transaction("gate", (tx) => tx.one("write/admit", admission(signed, planned)));
}

/** Only about a torn run, and only over exactly what it has recorded; the decision is the person's. */
async function admitEscalation(
  world: World,
  approvers: ApproverSet,
  signed: SignedStatement,
  payload: Payload<"SG_3_failure_escalation">,
): Promise<void> {
  const { row, phases } = await world.database.read("gate", async (reader) => {
    const [found] = await reader.query("read/run", { run_id: payload.run_id });
    return { row: found, phases: await reader.query("read/phases-done", { run_id: payload.run_id }) };
  });
  if (row?.state !== "torn") throw invalid("a decision about a run that is not torn", "a torn run of this database");
  await insistStatement(signed, approvers, { now: row.now }, () =>
    escalationPayload(payload.run_id, phases, payload.decision),
  );
  await world.database.transaction("gate", (tx) => tx.one("write/admit", admission(signed, null)));
}

/** Parameters of write/admit. */
function admission(
  { statement, bytes, signature }: SignedStatement,
  planned: PlannedRows | null,
): ParamsOf<"write/admit"> {
  const { gate, run_id, payload, payload_sha, person, fingerprint, nonce, signed_utc, use_by } = statement;
  return {
    gate,
    run_id,
    payload: canonicalText(payload),
    payload_sha,
    person,
    fingerprint,
    nonce,
    statement: bytes,
    signature,
    valid_from: new Date(signed_utc),
    use_by: new Date(use_by),
    planned_units: planned && canonicalText(planned.units),
    planned_ledger: planned && canonicalText({ ...planned.ledger }),
  };
}

async function admitUnhalt(
  world: World,
  approvers: ApproverSet,
  signed: SignedStatement,
  payload: Payload<"UNHALT">,
): Promise<void> {
  const { statement, bytes, signature } = signed;
  const { now, halts } = await world.database.read("gate", async (reader) => {
    await refuseRevoked(reader, statement);
    return {
      ...(await reader.one("read/database-now")),
      halts: await reader.query("read/halts", { run_id: payload.run_id === EVERY_RUN ? null : payload.run_id }),
    };
  });
  await insistStatement(signed, approvers, { now }, () => payload);
  insist(judgeUnhalt(payload, halts, world.config.host));
  await world.database.transaction("gate", (tx) =>
    tx.one("write/lift-halt", {
      halt_ids: payload.halt_ids,
      statement: bytes,
      signature,
      person: statement.person,
    }),
  );
}

async function admitRevocation(
  world: World,
  approvers: ApproverSet,
  signed: SignedStatement,
  payload: Payload<"REVOCATION">,
): Promise<void> {
  const { statement, bytes, signature } = signed;
  const { now, target } = await world.database.read("gate", async (reader) => {
    await refuseRevoked(reader, statement);
    return {
      ...(await reader.one("read/database-now")),
      target: await reader.one("read/revocation-target", { kind: payload.kind, value: payload.value }),
    };
  });
  await insistStatement(signed, approvers, { now }, () => payload);
  insist(judgeRevocation(payload, target.run_id, approvers));
  // Said twice it is still one revocation.
  if (target.revoked) return;
  await world.database.transaction("gate", (tx) =>
    tx.one("write/revoke", {
      kind: payload.kind,
      value: payload.value,
      person: statement.person,
      fingerprint: statement.fingerprint,
      statement: bytes,
      signature,
    }),
  );
}

/** A revoked key or statement lifts and revokes nothing; for the gates of a run the database itself says so. */
async function refuseRevoked(reader: Reader, statement: Statement): Promise<void> {
  for (const [kind, value] of [
    ["key", statement.fingerprint],
    ["nonce", statement.nonce],
  ] as const) {
    const { revoked } = await reader.one("read/revocation-target", { kind, value });
    if (revoked)
      throw new Stopped("STOP_APPROVAL_REVOKED", {
        saw: `the ${kind} of this ${statement.gate} is revoked`,
        wanted: "a statement nobody revoked",
      });
  }
}

/** The plan as this gate computes it from the pinned snapshot; it must be the recorded one. */
async function recomputedUnits(world: World, record: RunRecord): Promise<PlannedRows> {
  const source = sourcePinOutput.parse(record.phases.get("source_pin"));
  const material = await planOf(source, {
    files: world.files,
    run_id: record.run_id,
    document_id: record.document_id,
    config: world.config,
  });
  const signed = expectedPayload(record, "SG_1_cut_authz");
  if (
    !("writer_digest" in signed) ||
    signed.writer_digest !== material.writer_digest ||
    signed.manifest_digest !== material.manifest.manifest_digest
  ) {
    throw new Stopped("STOP_DRIFT", {
      saw: "the snapshot plans other rows than the run recorded",
      wanted: "the recorded manifest and plan",
    });
  }
  return plannedRows(material, { run_id: record.run_id as RunId, document_id: record.document_id as DocumentId });
}

async function recordFor(world: World, runId: string): Promise<{ record: RunRecord; now: Date }> {
  return world.database.read("gate", async (reader) => {
    const [row] = await reader.query("read/run", { run_id: runId });
    if (!row) throw invalid("a statement for a run this database does not know", "a run of this database");
    return { record: await loadRunRecord(reader, row, world), now: row.now };
  });
}

/** The set on disk; STOP_DRIFT when it is not the pinned one, STOP_APPROVAL_INVALID when its predecessors did not make it. */
export async function approversOf(world: World): Promise<ApproverSet> {
  const { sha, set: parsed } = await pinnedApprovers(world.config);
  const set = parsed();
  await insistChain({ set, sha }, await ask(world.database, "gate", "read/approver-sets"), verifySignature);
  return set;
}

/** Says what was admitted, for people and with --json for programs. */
export function sayAdmitted(common: Common, { gate, run_id, person, payload_sha, use_by }: Statement): void {
  if (common.json) printJson({ event: "admitted", gate, run_id, person, payload_sha, use_by });
  const whose = run_id === EVERY_RUN ? "every run" : run_id;
  const until = gate === "UNHALT" || gate === "REVOCATION" ? "in force from now on" : `usable until ${use_by}`;
  process.stderr.write(`admitted ${gate} for ${whose}, signed by ${person}, ${until}\n`);
}
