// Phase 8: the governance rows of the cut, 2N + 6, written by cutter_exec in one transaction.
import { canonicalText, type Json } from "../model/canonical.ts";
import type { PlanRow } from "../model/cut-plan.ts";
import {
  legBOutput,
  type CutplanOutput,
  type LegAOutput,
  type LegBOutput,
  type MarkOutput,
  type SourcePinOutput,
  type StructuralOutput,
} from "../model/outputs.ts";
import type { ArgumentsOf } from "../model/params.ts";
import type { StatementName } from "../model/rows.ts";
import { Stopped } from "../model/stop.ts";
import { defineEffect, type EffectScope, type Recorded } from "../phase.ts";
import { planOf, type Material } from "../plan.ts";
import {
  affectedRowId,
  ledgerIds,
  ledgerKeys,
  legBRows,
  markedEnvelope,
  sourceSpan,
  supersedingEdge,
  type LedgerIds,
} from "../rules/ledger.ts";

type Input = {
  source: Recorded<SourcePinOutput>;
  marked: Recorded<MarkOutput>;
  plan: Recorded<CutplanOutput>;
  legA: Recorded<LegAOutput>;
  structure: Recorded<StructuralOutput>;
};

/** Who decided: the used SG_1 and EXECUTION admissions. */
interface Decision {
  readonly person: string;
  readonly nonce: string;
  readonly payload_sha: string;
  readonly at: Date;
  readonly execution: { person: string; nonce: string };
}

/** 2N + 6 rows for N units; any other count is STOP_INVARIANT_FAILED. */
export const legBRecord = defineEffect<Input, LegBOutput>({
  name: "leg_b_record",
  role: "exec",
  output: legBOutput,
  rows: (output) => output.total_rows,
  run: async ({ source, plan }, scope) => {
    const material = await planOf(source.output, scope);
    const ids = ledgerIds(scope, plan.output.writer_digest);
    const keys = ledgerKeys(scope.run_id, scope.document_id, plan.output.writer_digest, ids.change_set_id);
    const rows = await record(scope, material, {
      source: source.output,
      plan: plan.output,
      ids,
      keys,
      decision: await decisionOf(scope),
    });
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    if (total !== legBRows(material.rows.length)) {
      throw new Stopped("STOP_INVARIANT_FAILED", {
        saw: `${total} ledger rows`,
        wanted: `${legBRows(material.rows.length)}, two a unit and six`,
      });
    }
    const { entry_id, envelope_id, review_decision_id, executor_signature_id, change_set_id } = ids;
    return {
      entry_id,
      envelope_id,
      review_decision_id,
      executor_signature_id,
      change_set_id,
      ...keys,
      rows,
      total_rows: total,
    };
  },
});

interface Recording {
  readonly source: SourcePinOutput;
  readonly plan: CutplanOutput;
  readonly ids: LedgerIds;
  readonly keys: { readonly rollback_key: string; readonly idempotency_key: string };
  readonly decision: Decision;
}

/** Rows by table, in the order in which they are written. */
async function record(scope: EffectScope, material: Material, recording: Recording): Promise<Record<string, number>> {
  const summary = summaryOf(scope, material, recording);
  const counts: Record<string, number> = {};
  const ledger: Ledger = {
    ...recording,
    material,
    summary,
    text: canonicalText(summary),
    scenario: `governed-cut:${scope.run_id}`,
    emitted: `cutter_exec/DOT-991/${scope.actor}`,
    column: (key) => material.rows.map((row) => row[key]),
    lay: async (table, name, ...params) => {
      counts[table] = (await scope.tx.query(name, ...params)).length;
    },
  };
  await recordManifest(scope, ledger);
  await recordDecision(scope, ledger);
  await recordChangeSet(scope, ledger);
  return counts;
}

/** What every row of this ledger says of the run; as text it stands in four of them. */
type Summary = Record<string, Json>;

function summaryOf(scope: EffectScope, material: Material, { source, plan, decision }: Recording): Summary {
  return {
    run_id: scope.run_id,
    document_id: scope.document_id,
    source_version_id: source.source_version_id,
    region_sha: source.region_sha,
    manifest_digest: material.manifest.manifest_digest,
    writer_digest: plan.writer_digest,
    candidate_count: String(plan.candidate_count),
    sg1_payload_sha: decision.payload_sha,
    sg1_nonce: decision.nonce,
    execution_nonce: decision.execution.nonce,
  };
}

/** What is recorded, the texts that stand in several of its rows, and the way to write and count rows of a table. */
interface Ledger extends Recording {
  readonly material: Material;
  readonly summary: Summary;
  readonly text: string;
  readonly scenario: string;
  readonly emitted: string;
  readonly column: <K extends keyof PlanRow>(key: K) => PlanRow[K][];
  readonly lay: <N extends StatementName>(table: string, name: N, ...params: ArgumentsOf<N>) => Promise<void>;
}

async function recordManifest({ document_id, run_id }: EffectScope, ledger: Ledger): Promise<void> {
  const { source, plan, ids, decision, material, text, scenario, emitted, column, lay } = ledger;
  await lay("decision_backlog_entry", "write/leg-b-entry", {
    entry_id: ids.entry_id,
    payload: text,
    scenario_ref: scenario,
  });
  await lay("decision_backlog_history", "write/leg-b-history", {
    history_id: ids.history_id,
    entry_id: ids.entry_id,
    change_diff: text,
    changed_by: emitted,
    rationale: `cut of ${document_id} under run ${run_id}`,
  });
  await lay("manifest_envelope", "write/leg-b-envelope", {
    envelope_id: ids.envelope_id,
    source_doc_ref: source.source_document_ref,
    change_set_id: ids.change_set_id,
    created_by: emitted,
    reviewer: decision.person,
    manifest_version: plan.writer_digest,
    manifest_digest: material.manifest.manifest_digest,
  });
  await lay("manifest_unit_block", "write/leg-b-unit-blocks", {
    envelope_id: ids.envelope_id,
    ordinals: column("ordinal"),
    spans: material.manifest.units.map((unit) => canonicalText(sourceSpan(unit))),
    addresses: column("canonical_address"),
    unit_kinds: column("unit_kind"),
    section_types: column("section_type"),
    parent_addresses: column("parent_address"),
    content_hashes: column("content_hash"),
    authority: "non_authoritative",
    edges: material.rows.map((row) => (row.supersedes ? canonicalText([supersedingEdge(row.supersedes)]) : null)),
  });
}

async function recordDecision({ release }: EffectScope, ledger: Ledger): Promise<void> {
  const { plan, ids, decision, text, scenario, lay } = ledger;
  await lay("review_decision", "write/review-decision", {
    review_decision_id: ids.review_decision_id,
    event_kind: "cut_governed",
    manifest_id: ids.envelope_id,
    manifest_version: plan.writer_digest,
    review_scope: "manifest",
    verdict: "approve",
    findings: text,
    reviewer_identity: decision.person,
    decision_at: decision.at,
    decided_by: decision.person,
    prior: null,
    change_set_id: ids.change_set_id,
    tool_revision: release,
    scenario_ref: scenario,
    independence: canonicalText({
      execution_person: decision.execution.person,
      execution_nonce: decision.execution.nonce,
    }),
  });
}

async function recordChangeSet(scope: EffectScope, ledger: Ledger): Promise<void> {
  const { plan, ids, keys, summary, text, scenario, emitted, column, lay } = ledger;
  const { rows } = ledger.material;
  const executor = `${scope.release}/executor`;
  const marked = markedEnvelope({
    ...summary,
    change_set_id: ids.change_set_id,
    review_decision_id: ids.review_decision_id,
    principal: "cutter_exec",
  });
  await lay("dot_pair_signature", "write/signature", {
    signature_id: ids.executor_signature_id,
    kind: "executor",
    dot_id: "DOT-991",
    tool_revision: executor,
    payload_hash: marked.payload_hash,
    envelope: canonicalText(marked.envelope),
    change_set_id: ids.change_set_id,
    verify_result_id: null,
    scenario_ref: scenario,
  });
  await lay("cut_change_set", "write/leg-b-change-set", {
    change_set_id: ids.change_set_id,
    rollback_key: keys.rollback_key,
    idempotency_key: keys.idempotency_key,
    manifest_id: ids.envelope_id,
    manifest_version: plan.writer_digest,
    review_decision_id: ids.review_decision_id,
    executor_tool_revision: executor,
    executor_signature_id: ids.executor_signature_id,
    affected_unit_count: rows.length,
    payload_summary: text,
    scenario_ref: scenario,
    emitted_by: emitted,
  });
  await lay("cut_change_set_affected_row", "write/leg-b-affected-rows", {
    ids: rows.map((row) => affectedRowId(scope, plan.writer_digest, row.canonical_address)),
    addresses: column("canonical_address"),
    change_set_id: ids.change_set_id,
    after_states: rows.map(({ content_hash, section_type }) =>
      canonicalText({ lifecycle_status: "draft", content_hash, section_type }),
    ),
  });
}

async function decisionOf(scope: EffectScope): Promise<Decision> {
  const admissions = await scope.tx.query("read/admissions", { run_id: scope.run_id });
  const used = (gate: string) => admissions.find((row) => row.gate === gate && row.used_phase === "cut_leg_a");
  const [sg1, execution] = [used("SG_1_cut_authz"), used("EXECUTION")];
  if (!sg1 || !execution)
    throw new Stopped("STOP_TORN", {
      saw: "leg A is recorded without both used admissions",
      wanted: "SG_1 and EXECUTION in admission_use",
    });
  return {
    person: sg1.person,
    nonce: sg1.nonce,
    payload_sha: sg1.payload_sha,
    at: sg1.valid_from,
    execution: { person: execution.person, nonce: execution.nonce },
  };
}
