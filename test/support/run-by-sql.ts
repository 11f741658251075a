// A run driven by SQL alone, as the runner drives it, so that tests of the database need no runner.
import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import type { FreshDatabase } from "./database.ts";

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
}

export interface RunByHand {
  readonly runId: string;
  readonly documentId: string;
  epoch: string;
  readonly units: readonly UnitByHand[];
}

export const newRunId = (): string => `ictr-20261120T100000Z-${randomBytes(4).toString("hex")}`;

/** A section with `count - 1` articles below it. */
export function unitsOf(documentId: string, count: number): UnitByHand[] {
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
  return { runId, documentId, epoch, units: unitsOf(documentId, count) };
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
  for (const phase of ["source_pin", "mark", "cutplan", "pre_write_backup", "grant_probe"]) {
    await recordPhase(exec, run, phase, sha(`in ${phase}`), phase === "source_pin" ? { source_version_id: "v1" } : {});
  }
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
  readonly units?: readonly UnitByHand[] | null;
}

const defaultsOf = (run: RunByHand, a: AdmissionByHand): readonly unknown[] => [
  a.gate,
  run.runId,
  { run_id: run.runId, sg1_payload_sha: SG_1_SHA, ...a.payload },
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
                                 clock_timestamp() + make_interval(secs => $11), $12)`,
    [...defaultsOf(run, a), units === null ? null : JSON.stringify(units)],
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
    {},
  ]);

export const createUnit = (client: pg.Client, u: UnitByHand): Promise<pg.QueryResult> =>
  client.query(
    `SELECT public.fn_iu_create($1, $2, $3, 'cutter', $4, $5, $6, $7,
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

export const cutLegA = (exec: pg.Client, run: RunByHand): Promise<void> =>
  effect(exec, run, "cut_leg_a", async () => {
    for (const unit of run.units) await createUnit(exec, unit);
  });

/** From an admitted leg A to the recorded judgement of the second principal. */
export async function reachVerified(exec: pg.Client, verify: pg.Client, run: RunByHand): Promise<void> {
  await cutLegA(exec, run);
  await recordPhase(exec, run, "structural_verify");
  await effect(exec, run, "leg_b_record");
  await effect(verify, run, "write_verify");
}

/** An approving review decision of the baseline, good enough for fn_iu_enact. */
export async function anyReviewDecision(db: FreshDatabase): Promise<string> {
  const rows = await db.rows<{ id: string }>(
    "SELECT review_decision_id::text AS id FROM cutter_governance.review_decision WHERE status = 'decided' AND verdict = 'approve' LIMIT 1",
  );
  return String(rows[0]?.id);
}
