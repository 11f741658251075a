// Phase 9: the second principal reads everything on its own connection, then records its verdict and its mark.
import { canonicalText } from "../model/canonical.ts";
import {
  writeVerifyOutput,
  type CutplanOutput,
  type LegBOutput,
  type SourcePinOutput,
  type WriteVerifyOutput,
} from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import { observe } from "../looks/observed.ts";
import { defineEffect, type EffectScope, type Recorded } from "../phase.ts";
import { losslessFromRows } from "../plan.ts";
import { ledgerIds, markedEnvelope } from "../rules/ledger.ts";
import { judgeStructure } from "../rules/structural.ts";

type Input = { source: Recorded<SourcePinOutput>; plan: Recorded<CutplanOutput>; ledger: Recorded<LegBOutput> };

/** Stops: STOP_VERIFY_FAILED and STOP_INVARIANT_FAILED for rows, STOP_REPLAY_CONFLICT for an earlier verdict. */
export const writeVerify = defineEffect<Input, WriteVerifyOutput>({
  name: "write_verify",
  role: "verify",
  output: writeVerifyOutput,
  // The verdict and its signature row.
  rows: () => 2,
  run: async ({ source, plan, ledger }, scope) => {
    const { tx } = scope;
    const units = await tx.query("verify/written-units", { run_id: scope.run_id });
    const { verdict, checks } = judgeStructure(
      units,
      plan.output.candidate_count,
      await tx.query("verify/units-of-document", { document_id: scope.document_id }),
      "draft",
    );
    insist(verdict);
    await losslessFromRows(source.output, units, scope);
    const observed_digest = await observe(
      tx,
      scope.run_id,
      { ledger: ledger.output, units: plan.output.candidate_count },
      "STOP_VERIFY_FAILED",
    );
    await insistAsPlanned(scope, ledger.output.change_set_id);
    const ids = ledgerIds(scope, plan.output.writer_digest);
    const all = {
      ...checks,
      lossless_from_database: true as const,
      ledger_rows_2n_plus_6: true as const,
      ledger_as_planned: true as const,
      no_earlier_verdict: true as const,
    };
    const marked = markedEnvelope({
      run_id: scope.run_id,
      change_set_id: ledger.output.change_set_id,
      observed_digest,
      verdict: "pass",
      principal: "cutter_verify",
    });
    const scenario = `governed-cut:${scope.run_id}`;
    await tx.query("write/signature", {
      signature_id: ids.verifier_signature_id,
      kind: "verifier",
      dot_id: "DOT-992",
      tool_revision: `${scope.release}/verifier`,
      payload_hash: marked.payload_hash,
      envelope: canonicalText(marked.envelope),
      change_set_id: null,
      verify_result_id: ids.verify_result_id,
      scenario_ref: scenario,
    });
    await tx.query("write/verify-result", {
      verify_result_id: ids.verify_result_id,
      change_set_id: ledger.output.change_set_id,
      manifest_id: ledger.output.envelope_id,
      manifest_version: plan.output.writer_digest,
      review_decision_id: ledger.output.review_decision_id,
      executor_signature_id: ledger.output.executor_signature_id,
      verifier_signature_id: ids.verifier_signature_id,
      executor_tool_revision: `${scope.release}/executor`,
      verifier_tool_revision: `${scope.release}/verifier`,
      verify_meta: canonicalText({ ...all, observed_digest }),
      unit_count: units.length,
      scenario_ref: scenario,
      axis_2_detail: canonicalText({ ledger_rows: String(ledger.output.total_rows) }),
    });
    return {
      observed_digest,
      verify_result_id: ids.verify_result_id,
      verifier_signature_id: ids.verifier_signature_id,
      checks: all,
    };
  },
});

/** The ledger holds exactly the rows that follow from what was signed, and no verdict stands on them yet. */
async function insistAsPlanned({ tx, run_id }: EffectScope, change_set_id: string): Promise<void> {
  const differing = await tx.query("verify/ledger-differences", { run_id });
  if (differing[0])
    throw new Stopped("STOP_VERIFY_FAILED", {
      saw: `${differing[0].table}: ${differing[0].difference}`,
      wanted: "the ledger rows that follow from what was signed",
      details: differing.map((row) => `${row.table}: ${row.difference}`),
    });
  const earlier = await tx.one("verify/earlier-verdicts", { change_set_id });
  if (earlier.verdicts !== 0)
    throw new Stopped("STOP_REPLAY_CONFLICT", {
      saw: `${earlier.verdicts} verdicts on this change set`,
      wanted: "none before this one",
    });
}
