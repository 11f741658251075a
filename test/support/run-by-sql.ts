// A run driven by SQL alone, as the runner drives it, so that tests of the database need no runner.
import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import type { DocumentId, RunId } from "../../runner/model/ids.ts";
import type { SupersededRow } from "../../runner/model/cut-plan.ts";
import { supersededColumns } from "../../runner/rules/supersession.ts";
import { writerDigest } from "../../runner/rules/plan-rows.ts";
import { affectedRowId, ledgerIds, type LedgerIds } from "../../runner/rules/ledger.ts";
import type { FreshDatabase } from "./database.ts";
import { compensate, enactAll, OBSERVED, writeLegB, writeVerdict } from "./ledger-by-sql.ts";

export const sha = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
export const ZEROS = "0".repeat(64);

/** A unit as SG_1 admits it, with the text fn_iu_create gets. */
export interface UnitByHand {
  readonly canonical_address: string;
  readonly ordinal: number;
  readonly title: string;
  readonly body: string;
  readonly title_sha: string;
  readonly content_hash: string;
  readonly section_type: string;
  readonly unit_kind: string;
  readonly owner_ref: string;
  readonly publication_type: string;
  readonly parent_address: string | null;
  readonly source_span: { readonly byte_start: number; readonly byte_end: number; readonly line: number };
  readonly affected_row_id: string;
  /** Of a new version. */
  readonly supersedes?: SupersededRow;
}

/** The plan of a run: its rows, their digest, the ids of its ledger rows, and what its SG_1 says of its source. */
export interface RunByHand {
  readonly runId: string;
  readonly documentId: string;
  epoch: string;
  readonly units: readonly UnitByHand[];
  readonly digest: string;
  readonly ledger: LedgerIds;
  readonly signed: {
    readonly source_version_id: string;
    readonly region_sha: string;
    readonly manifest_digest: string;
    readonly candidate_count: string;
  };
}

/** A run over exactly these units; their ledger ids follow from them. */
export function runOver(
  opened: { readonly runId: string; readonly documentId: string; epoch: string },
  units: readonly Omit<UnitByHand, "source_span" | "affected_row_id">[],
): RunByHand {
  const digest = writerDigest(units.map((unit) => ({ ...unit, idempotency_key: "" })));
  const ids = { run_id: opened.runId as RunId, document_id: opened.documentId as DocumentId };
  return {
    ...opened,
    digest,
    ledger: ledgerIds(ids, digest),
    units: units.map((unit) => ({
      ...unit,
      source_span: { byte_start: unit.ordinal, byte_end: unit.ordinal + 1, line: unit.ordinal },
      affected_row_id: affectedRowId(ids, digest, unit.canonical_address),
    })),
    signed: {
      source_version_id: "v1",
      region_sha: sha("region"),
      manifest_digest: sha("manifest"),
      candidate_count: String(units.length),
    },
  };
}

export const newRunId = (): string => `ictr-20261120T100000Z-${randomBytes(4).toString("hex")}`;

/** A section with `count - 1` articles below it. */
export function unitsOf(documentId: string, count: number): Omit<UnitByHand, "source_span" | "affected_row_id">[] {
  return Array.from({ length: count }, (_, n) => {
    const title = n === 0 ? "Phần một" : `Điều ${n}`;
    const body = `Nội dung ${documentId} ${n}.`;
    const parent = n === 0 ? null : `${documentId}/S-1`;
    return {
      canonical_address: n === 0 ? `${documentId}/S-1` : `${documentId}/S-1/A-${n}`,
      ordinal: n + 1,
      title,
      body,
      title_sha: sha(title),
      content_hash: sha(body),
      section_type: n === 0 ? "section" : "article",
      unit_kind: "law_unit",
      owner_ref: "owner",
      publication_type: "law",
      parent_address: parent,
    };
  });
}

/** `accepted`, the stop code our SQL raised, or the SQLSTATE of any other refusal. */
export async function answerOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "accepted";
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return error.code === "CUT01" ? error.message : (error.code ?? "no SQLSTATE");
  }
}

/** First column of the first row. */
export async function one(client: pg.Client, sql: string, values: readonly unknown[] = []): Promise<string> {
  const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
  return String(Object.values(rows[0] ?? {})[0]);
}

export async function openRun(exec: pg.Client, documentId: string, count = 3, runId = newRunId()): Promise<RunByHand> {
  const epoch = await one(exec, "SELECT cutter_runtime.open_run($1, $2, 'test-host', 'operator', 'r1', 'holder-1')", [
    runId,
    documentId,
  ]);
  return runOver({ runId, documentId, epoch }, unitsOf(documentId, count));
}

export const recordPhase = (
  exec: pg.Client,
  run: RunByHand,
  phase: string,
  input = sha(`in ${phase}`),
  output: object = {},
): Promise<unknown> =>
  exec.query("SELECT cutter_runtime.record_phase($1, $2, $3, $4, $5, $6)", [
    run.runId,
    phase,
    run.epoch,
    input,
    sha(`out ${phase}`),
    output,
  ]);

/** Phases 1 to 5. */
export async function reachGate(exec: pg.Client, run: RunByHand): Promise<void> {
  const outputs: Record<string, object> = {
    source_pin: { source_version_id: "v1", source_document_ref: "a document" },
    cutplan: { writer_digest: run.digest, candidate_count: run.units.length },
  };
  for (const phase of ["source_pin", "mark", "cutplan", "pre_write_backup", "grant_probe"])
    await recordPhase(exec, run, phase, sha(`in ${phase}`), outputs[phase] ?? {});
}

export const SG_1_SHA = sha("SG_1 payload");
export const EXECUTION_SHA = sha("EXECUTION payload");
export const SG_2_SHA = sha("SG_2 payload");
export const PAYLOAD_SHAS = { SG_1_cut_authz: SG_1_SHA, EXECUTION: EXECUTION_SHA, SG_2_lifecycle_authz: SG_2_SHA };

export interface AdmissionByHand {
  readonly gate: string;
  readonly person: string;
  readonly payload_sha: string;
  readonly payload?: object;
  readonly nonce?: string;
  readonly fingerprint?: string;
  /** Seconds from now; negative is past. */
  readonly validFrom?: number;
  readonly useBy?: number;
  readonly units?: readonly Omit<UnitByHand, "source_span" | "affected_row_id">[] | null;
}

/** The decision that SG_2 of a run by hand names. */
export const DECISION = "0d0d0d0d-0000-4000-8000-000000000001";

const defaultsOf = (run: RunByHand, a: AdmissionByHand): readonly unknown[] => [
  a.gate,
  run.runId,
  {
    run_id: run.runId,
    sg1_payload_sha: SG_1_SHA,
    ...(a.gate === "SG_1_cut_authz" ? { document_id: run.documentId, writer_digest: run.digest, ...run.signed } : {}),
    ...(a.gate === "SG_2_lifecycle_authz" ? { review_decision_id: DECISION, observed_digest: OBSERVED } : {}),
    ...a.payload,
  },
  a.payload_sha,
  a.person,
  a.fingerprint ?? sha(a.person).slice(0, 40).toUpperCase(),
  a.nonce ?? randomBytes(16).toString("hex"),
  Buffer.from("statement"),
  Buffer.from("signature"),
  a.validFrom ?? 0,
  a.useBy ?? 3600,
];

/** Through the gate's function, as `gate admit` does. */
export async function admit(gate: pg.Client, run: RunByHand, a: AdmissionByHand): Promise<void> {
  const units = a.units === undefined ? (a.gate === "SG_1_cut_authz" ? run.units : null) : a.units;
  await gate.query(
    `SELECT cutter_runtime.admit($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + make_interval(secs => $10),
                                 clock_timestamp() + make_interval(secs => $11), $12, $13)`,
    [
      ...defaultsOf(run, a),
      units === null
        ? null
        : JSON.stringify(units.map(({ supersedes, ...unit }) => ({ ...unit, ...supersededColumns(supersedes) }))),
      a.gate === "SG_1_cut_authz" ? JSON.stringify(run.ledger) : null,
    ],
  );
}

/** Straight into the table as superuser, for times and persons the gate itself would refuse. */
export async function plantAdmission(superuser: pg.Client, run: RunByHand, a: AdmissionByHand): Promise<void> {
  await superuser.query(
    `INSERT INTO cutter_runtime.admission (gate, run_id, payload, payload_sha, person, fingerprint, nonce, statement, signature, valid_from, use_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + make_interval(secs => $10), clock_timestamp() + make_interval(secs => $11))`,
    [...defaultsOf(run, a)],
  );
}

export async function admitCut(gate: pg.Client, run: RunByHand): Promise<void> {
  await admit(gate, run, { gate: "SG_1_cut_authz", person: "an", payload_sha: SG_1_SHA });
  await admit(gate, run, { gate: "EXECUTION", person: "binh", payload_sha: EXECUTION_SHA });
}

export const beginEffect = (
  client: pg.Client,
  run: RunByHand,
  phase: string,
  shas: object = PAYLOAD_SHAS,
  cap = 60,
): Promise<pg.QueryResult> =>
  client.query("SELECT cutter_runtime.begin_effect($1, $2, $3, $4, $5, $6) AS admitted", [
    run.runId,
    phase,
    run.epoch,
    sha(`in ${phase}`),
    shas,
    cap,
  ]);

export const endEffect = (client: pg.Client, run: RunByHand, phase: string): Promise<pg.QueryResult> =>
  client.query("SELECT cutter_runtime.end_effect($1, $2, $3, $4, $5)", [
    run.runId,
    phase,
    run.epoch,
    sha(`out ${phase}`),
    phase === "write_verify" ? { observed_digest: OBSERVED } : {},
  ]);

export const createUnit = (
  client: pg.Client,
  u: Omit<UnitByHand, "source_span" | "affected_row_id">,
): Promise<pg.QueryResult> =>
  client.query(
    `SELECT public.fn_iu_create($1, $2, $3, 'operator', $4, $5, $6, $7,
                                (SELECT p.id FROM public.information_unit p WHERE p.canonical_address = $8))`,
    [
      u.canonical_address,
      u.title,
      u.body,
      u.unit_kind,
      u.section_type,
      u.owner_ref,
      u.publication_type,
      u.parent_address,
    ],
  );

/** One whole effect: begin, work, end, COMMIT; rolls back and throws what was refused. */
export async function effect(
  client: pg.Client,
  run: RunByHand,
  phase: string,
  work: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  await transaction(client, async () => {
    await beginEffect(client, run, phase);
    await work();
    await endEffect(client, run, phase);
  });
}

/** BEGIN, work, COMMIT; a COMMIT that answers ROLLBACK counts as a failure of this file. */
export async function transaction(client: pg.Client, work: () => Promise<unknown>): Promise<void> {
  await client.query("BEGIN");
  try {
    await work();
    const done = await client.query("COMMIT");
    if (done.command !== "COMMIT") throw new Error(`COMMIT answered ${done.command}`);
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** Every planned unit, as the run's actor makes it. */
export async function createUnits(exec: pg.Client, run: RunByHand): Promise<void> {
  for (const unit of run.units) await createUnit(exec, unit);
}

export const cutLegA = (exec: pg.Client, run: RunByHand): Promise<void> =>
  effect(exec, run, "cut_leg_a", () => createUnits(exec, run));

/** From an admitted leg A to the recorded judgement of the second principal. */
export async function reachVerified(exec: pg.Client, verify: pg.Client, run: RunByHand): Promise<void> {
  await cutLegA(exec, run);
  await recordPhase(exec, run, "structural_verify");
  await effect(exec, run, "leg_b_record", () => writeLegB(exec, run));
  await effect(verify, run, "write_verify", () => writeVerdict(verify, run));
}

/** The whole enactment: the decision of SG_2 and every unit. */
export const enact = (exec: pg.Client, run: RunByHand): Promise<void> =>
  effect(exec, run, "lifecycle_enact", () => enactAll(exec, run));

/** What a revert does: units aside, and the compensating decision when leg B stands. */
export async function setAside(exec: pg.Client, run: RunByHand, status = "superseded"): Promise<void> {
  await exec.query("SELECT public.fn_iu_revert_run($1, 'operator', 'wrong text', $2)", [run.runId, status]);
  const ledger = await one(
    exec,
    "SELECT count(*) FROM cutter_runtime.phase_done WHERE run_id = $1 AND phase = 'leg_b_record'",
    [run.runId],
  );
  if (ledger === "1") await compensate(exec, run);
}

/** Ordered by an operator and carried out. */
export async function revert(exec: pg.Client, halter: pg.Client, run: RunByHand, status = "superseded"): Promise<void> {
  await orderRevert(halter, run, status);
  await effect(exec, run, "revert", () => setAside(exec, run, status));
}

/** An operator orders a written run to be undone. */
export const orderRevert = (
  halter: pg.Client,
  run: RunByHand,
  status = "superseded",
  actor = "operator",
  reason = "wrong text",
): Promise<unknown> =>
  halter.query("SELECT cutter_runtime.order_revert($1, $2, $3, $4)", [run.runId, actor, reason, status]);

/** An approving review decision of the baseline, good enough for fn_iu_enact. */
export async function anyReviewDecision(db: FreshDatabase): Promise<string> {
  const rows = await db.rows<{ id: string }>(
    "SELECT review_decision_id::text AS id FROM cutter_governance.review_decision WHERE status = 'decided' AND verdict = 'approve' LIMIT 1",
  );
  return String(rows[0]?.id);
}
