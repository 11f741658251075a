// Phase 10: draft to enacted, for exactly what the second principal saw.
import { canonicalText } from "../model/canonical.ts";
import {
  enactOutput,
  type CutplanOutput,
  type EnactOutput,
  type LegBOutput,
  type WriteVerifyOutput,
} from "../model/outputs.ts";
import { Stopped } from "../model/stop.ts";
import { observe } from "../looks/observed.ts";
import { defineEffect, type Recorded } from "../phase.ts";

type Input = { plan: Recorded<CutplanOutput>; ledger: Recorded<LegBOutput>; verified: Recorded<WriteVerifyOutput> };

/** Stops: STOP_DRIFT when rows changed since the verdict, STOP_INVARIANT_FAILED for any answer but `enacted`. */
export const lifecycleEnact = (reviewDecisionId: string) =>
  defineEffect<Input, EnactOutput>({
    name: "lifecycle_enact",
    role: "exec",
    output: enactOutput,
    // Enacted units with their log rows, and review_decision no. 2.
    rows: (output) => output.enacted + output.log_rows + 1,
    run: async ({ plan, ledger, verified }, scope) => {
      const { tx, actor } = scope;
      const observed_digest = await observe(
        tx,
        scope.run_id,
        { ledger: ledger.output, units: plan.output.candidate_count },
        "STOP_DRIFT",
      );
      if (observed_digest !== verified.output.observed_digest) {
        throw new Stopped("STOP_DRIFT", {
          saw: "the written rows changed after the second principal read them",
          wanted: `observed digest ${verified.output.observed_digest.slice(0, 12)}`,
        });
      }
      const admissions = await tx.query("read/admissions", { run_id: scope.run_id });
      const sg2 = admissions.find((row) => row.gate === "SG_2_lifecycle_authz" && row.used_phase === "lifecycle_enact");
      if (!sg2)
        throw new Stopped("STOP_TORN", {
          saw: "the effect began without an SG_2 admission",
          wanted: "its row in admission_use",
        });
      await tx.query("write/review-decision", {
        review_decision_id: reviewDecisionId,
        event_kind: "lifecycle_enactment",
        manifest_id: ledger.output.envelope_id,
        manifest_version: plan.output.writer_digest,
        review_scope: `lifecycle_enactment:${scope.document_id}`,
        verdict: "approve",
        findings: canonicalText({
          run_id: scope.run_id,
          observed_digest,
          sg2_payload_sha: sg2.payload_sha,
          sg2_nonce: sg2.nonce,
        }),
        reviewer_identity: sg2.person,
        decision_at: sg2.valid_from,
        decided_by: sg2.person,
        prior: ledger.output.review_decision_id,
        change_set_id: ledger.output.change_set_id,
        tool_revision: scope.release,
        scenario_ref: `governed-cut:${scope.run_id}`,
        independence: canonicalText({
          verified_by: "cutter_verify",
          verify_result_id: verified.output.verify_result_id,
        }),
      });
      const answers = await tx.query("write/enact-units", {
        run_id: scope.run_id,
        actor,
        review_decision_id: reviewDecisionId,
        change_set_id: ledger.output.change_set_id,
        reason: `run ${scope.run_id}`,
        tool_revision: scope.release,
      });
      const refused = answers.find((answer) => answer.status !== "enacted");
      if (refused || answers.length !== plan.output.candidate_count) {
        throw new Stopped("STOP_INVARIANT_FAILED", {
          saw: refused
            ? `fn_iu_enact answered ${refused.status ?? "nothing"} for ${refused.address}`
            : `${answers.length} answers`,
          wanted: `enacted for each of ${plan.output.candidate_count} units; nothing was kept`,
        });
      }
      return {
        review_decision_id: reviewDecisionId,
        prior_review_decision_id: ledger.output.review_decision_id,
        enacted: answers.length,
        log_rows: answers.length,
        observed_digest,
      };
    },
  });
