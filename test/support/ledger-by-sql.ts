// The ledger rows of a run that tests drive by SQL, written with the product's own statements as the runner writes them.
import type pg from "pg";
import { statement } from "../../runner/adapters/statements.ts";
import { canonicalText, digestOf, type Json } from "../../runner/model/canonical.ts";
import { STRUCTURAL_CHECKS } from "../../runner/model/outputs.ts";
import type { StatementName } from "../../runner/model/rows.ts";
import { ledgerKeys, markedEnvelope, supersedingEdge } from "../../runner/rules/ledger.ts";
import type { RunByHand } from "./run-by-sql.ts";

const RELEASE = "r1";
const CHECKS = [
  ...STRUCTURAL_CHECKS,
  "lossless_from_database",
  "ledger_rows_2n_plus_6",
  "ledger_as_planned",
  "no_earlier_verdict",
];
/** What the verifier of a run by hand says it saw. */
export const OBSERVED = "0b".repeat(32);

interface Used {
  readonly gate: string;
  readonly nonce: string;
  readonly person: string;
  readonly payload_sha: string;
  readonly valid_from: Date;
  readonly payload: Record<string, Json>;
}

/** A statement of the product with its parameters, to be run or altered. */
export interface Step {
  readonly name: StatementName;
  params: unknown[];
}

const run = async (client: pg.Client, steps: readonly Step[]): Promise<void> => {
  for (const { name, params } of steps) await client.query(statement(name).text, params);
};

async function usedOf(client: pg.Client, { runId }: RunByHand): Promise<(gate: string) => Used> {
  const { rows } = await client.query<Used>(
    "SELECT a.gate, a.nonce, a.person, a.payload_sha, a.valid_from, a.payload FROM cutter_runtime.admission a JOIN cutter_runtime.admission_use u USING (nonce) WHERE a.run_id = $1",
    [runId],
  );
  return (gate) => {
    const found = rows.find((row) => row.gate === gate);
    if (!found) throw new Error(`no ${gate} was used`);
    return found;
  };
}

/** Leg B, 2N + 6 rows, each as a step that a test may alter or leave out. */
export async function legBSteps(client: pg.Client, of: RunByHand): Promise<Step[]> {
  const { runId, documentId, ledger: ids, digest, units } = of;
  const used = await usedOf(client, of);
  const [sg1, execution] = [used("SG_1_cut_authz"), used("EXECUTION")];
  const keys = ledgerKeys(runId, documentId, digest, ids.change_set_id);
  const scenario = `governed-cut:${runId}`;
  const emitted = "cutter_exec/DOT-991/operator";
  const { source_version_id, region_sha, manifest_digest, candidate_count } = of.signed;
  const summary: Record<string, Json> = {
    run_id: runId,
    document_id: documentId,
    source_version_id,
    region_sha,
    manifest_digest,
    writer_digest: digest,
    candidate_count,
    sg1_payload_sha: sg1.payload_sha,
    sg1_nonce: sg1.nonce,
    execution_nonce: execution.nonce,
  };
  const text = canonicalText(summary);
  const marked = markedEnvelope({
    ...summary,
    change_set_id: ids.change_set_id,
    review_decision_id: ids.review_decision_id,
    principal: "cutter_exec",
  });
  const column = <K extends keyof (typeof units)[number]>(key: K): unknown[] => units.map((unit) => unit[key]);
  return [
    { name: "write/leg-b-entry", params: [ids.entry_id, text, scenario] },
    {
      name: "write/leg-b-history",
      params: [ids.history_id, ids.entry_id, text, emitted, `cut of ${documentId} under run ${runId}`],
    },
    {
      name: "write/leg-b-envelope",
      params: [ids.envelope_id, "a document", ids.change_set_id, emitted, sg1.person, digest, manifest_digest],
    },
    {
      name: "write/leg-b-unit-blocks",
      params: [
        ids.envelope_id,
        column("ordinal"),
        units.map((unit) => canonicalText(unit.source_span)),
        column("canonical_address"),
        column("unit_kind"),
        column("section_type"),
        column("parent_address"),
        column("content_hash"),
        "non_authoritative",
        units.map(({ supersedes }) => (supersedes ? canonicalText([supersedingEdge(supersedes)]) : null)),
      ],
    },
    {
      name: "write/review-decision",
      params: [
        ids.review_decision_id,
        "cut_governed",
        ids.envelope_id,
        digest,
        "manifest",
        "approve",
        text,
        sg1.person,
        sg1.valid_from,
        sg1.person,
        null,
        ids.change_set_id,
        RELEASE,
        scenario,
        canonicalText({ execution_person: execution.person, execution_nonce: execution.nonce }),
      ],
    },
    {
      name: "write/signature",
      params: [
        ids.executor_signature_id,
        "executor",
        "DOT-991",
        `${RELEASE}/executor`,
        marked.payload_hash,
        canonicalText(marked.envelope),
        ids.change_set_id,
        null,
        scenario,
      ],
    },
    {
      name: "write/leg-b-change-set",
      params: [
        ids.change_set_id,
        keys.rollback_key,
        keys.idempotency_key,
        ids.envelope_id,
        digest,
        ids.review_decision_id,
        `${RELEASE}/executor`,
        ids.executor_signature_id,
        units.length,
        text,
        scenario,
        emitted,
      ],
    },
    {
      name: "write/leg-b-affected-rows",
      params: [
        column("affected_row_id"),
        column("canonical_address"),
        ids.change_set_id,
        units.map((unit) =>
          canonicalText({
            lifecycle_status: "draft",
            content_hash: unit.content_hash,
            section_type: unit.section_type,
          }),
        ),
      ],
    },
  ];
}

/** Leg B as it is planned. */
export const writeLegB = async (exec: pg.Client, of: RunByHand): Promise<void> => run(exec, await legBSteps(exec, of));

/** The verifier's mark and verdict. */
export function verdictSteps({ runId, digest, ledger: ids, units }: RunByHand): Step[] {
  const marked = markedEnvelope({
    run_id: runId,
    change_set_id: ids.change_set_id,
    observed_digest: OBSERVED,
    verdict: "pass",
    principal: "cutter_verify",
  });
  const scenario = `governed-cut:${runId}`;
  const meta = canonicalText({ ...Object.fromEntries(CHECKS.map((name) => [name, true])), observed_digest: OBSERVED });
  return [
    {
      name: "write/signature",
      params: [
        ids.verifier_signature_id,
        "verifier",
        "DOT-992",
        `${RELEASE}/verifier`,
        marked.payload_hash,
        canonicalText(marked.envelope),
        null,
        ids.verify_result_id,
        scenario,
      ],
    },
    {
      name: "write/verify-result",
      params: [
        ids.verify_result_id,
        ids.change_set_id,
        ids.envelope_id,
        digest,
        ids.review_decision_id,
        ids.executor_signature_id,
        ids.verifier_signature_id,
        `${RELEASE}/executor`,
        `${RELEASE}/verifier`,
        meta,
        units.length,
        scenario,
        canonicalText({ ledger_rows: String(2 * units.length + 6) }),
      ],
    },
  ];
}

export const writeVerdict = (verify: pg.Client, of: RunByHand): Promise<void> => run(verify, verdictSteps(of));

/** Review decision no. 2, by whoever signed SG_2. */
export async function enactmentSteps(exec: pg.Client, of: RunByHand): Promise<Step[]> {
  const { runId, documentId, ledger: ids, digest } = of;
  const sg2 = (await usedOf(exec, of))("SG_2_lifecycle_authz");
  const findings = canonicalText({
    run_id: runId,
    observed_digest: OBSERVED,
    sg2_payload_sha: sg2.payload_sha,
    sg2_nonce: sg2.nonce,
  });
  return [
    {
      name: "write/review-decision",
      params: [
        sg2.payload["review_decision_id"],
        "lifecycle_enactment",
        ids.envelope_id,
        digest,
        `lifecycle_enactment:${documentId}`,
        "approve",
        findings,
        sg2.person,
        sg2.valid_from,
        sg2.person,
        ids.review_decision_id,
        ids.change_set_id,
        RELEASE,
        `governed-cut:${runId}`,
        canonicalText({ verified_by: "cutter_verify", verify_result_id: ids.verify_result_id }),
      ],
    },
  ];
}

/** The decision and every planned unit. */
export async function enactAll(exec: pg.Client, of: RunByHand): Promise<void> {
  const [decision] = await enactmentSteps(exec, of);
  if (!decision) throw new Error("no decision");
  await run(exec, [decision]);
  await exec.query(statement("write/enact-units").text, [
    of.runId,
    "operator",
    decision.params[0],
    of.ledger.change_set_id,
    `run ${of.runId}`,
    RELEASE,
  ]);
}

/** The decision that answers leg B when the run is undone, in the words of its order. */
export async function compensate(exec: pg.Client, { runId, ledger: ids, digest }: RunByHand): Promise<void> {
  const { rows } = await exec.query<{ actor: string; reason: string; at: Date }>(
    "SELECT actor, reason, at FROM cutter_runtime.revert_order WHERE run_id = $1 ORDER BY order_id DESC LIMIT 1",
    [runId],
  );
  const [order] = rows;
  if (!order) throw new Error("no order");
  await run(exec, [
    {
      name: "write/review-decision",
      params: [
        ids.compensating_decision_id,
        "cut_reverted",
        ids.envelope_id,
        digest,
        `revert:${runId}`,
        "revert",
        canonicalText({ run_id: runId, reason: order.reason }),
        order.actor,
        order.at,
        order.actor,
        ids.review_decision_id,
        ids.change_set_id,
        RELEASE,
        `governed-cut:${runId}`,
        canonicalText({ within: "SG_1" }),
      ],
    },
  ]);
}

/** Runs some steps. */
export const runSteps = run;

/** One entry that extends the chain, with its own digest. `time` is the database's. */
export async function appendEntry(
  client: pg.Client,
  { runId, epoch }: RunByHand,
  entry: Record<string, Json>,
  altered: { seq?: number; prev?: string; sha?: string } = {},
): Promise<void> {
  const { rows } = await client.query<{ seq: string; sha: string; utc: Date }>(
    `SELECT coalesce(max(seq), 0)::text AS seq, coalesce((SELECT j.entry_sha FROM cutter_runtime.journal j WHERE j.run_id = $1 ORDER BY j.seq DESC LIMIT 1), repeat('0', 64)) AS sha, clock_timestamp() AS utc
       FROM cutter_runtime.journal WHERE run_id = $1`,
    [runId],
  );
  const [tail] = rows;
  if (!tail) throw new Error("no answer");
  const [seq, prev] = [altered.seq ?? Number(tail.seq) + 1, altered.prev ?? tail.sha];
  const whole = { utc: tail.utc.toISOString(), ...entry };
  const sha = altered.sha ?? digestOf({ run_id: runId, seq: String(seq), prev_sha: prev, entry: whole });
  await client.query("SELECT cutter_runtime.append_journal($1, $2, $3, $4, $5, $6)", [
    runId,
    epoch,
    seq,
    prev,
    sha,
    canonicalText(whole),
  ]);
}
