// Undoing a written, not enacted run: drafts set aside, addresses freed, the ledger answered by one compensating decision.
import { canonicalText } from "../model/canonical.ts";
import { revertOutput, type CutplanOutput, type LegBOutput, type RevertOutput } from "../model/outputs.ts";
import { Stopped } from "../model/stop.ts";
import { defineEffect, type Inputs, type Recorded } from "../phase.ts";
import { ledgerIds } from "../rules/ledger.ts";

/**
 * In the words of its order (write/order-revert). `ledger` is leg B's record when it is committed; before that the log
 * and this record are all there is to say.
 */
export const revertRun = (plan: Recorded<CutplanOutput>, ledger: Recorded<LegBOutput> | undefined) =>
  defineEffect<Inputs, RevertOutput>({
    name: "revert",
    role: "exec",
    output: revertOutput,
    rows: (output) => output.reverted + output.log_rows + (output.review_decision_id === null ? 0 : 1),
    run: async (_input, scope) => {
      const { tx } = scope;
      const order = await tx.one("read/revert-order", { run_id: scope.run_id });
      const { actor, reason, soft_status } = order;
      const { answer } = await tx.one("revert/run-units", { run_id: scope.run_id, actor, reason, soft_status });
      if (answer.units !== plan.output.candidate_count) {
        throw new Stopped("STOP_INVARIANT_FAILED", {
          saw: `${answer.units} units set aside`,
          wanted: `${plan.output.candidate_count}; nothing was kept`,
        });
      }
      const review_decision_id = ledger ? ledgerIds(scope, plan.output.writer_digest).compensating_decision_id : null;
      if (ledger && review_decision_id) {
        await tx.query("write/review-decision", {
          review_decision_id,
          event_kind: "cut_reverted",
          manifest_id: ledger.output.envelope_id,
          manifest_version: plan.output.writer_digest,
          review_scope: `revert:${scope.run_id}`,
          verdict: "revert",
          findings: canonicalText({ run_id: scope.run_id, reason }),
          reviewer_identity: actor,
          decision_at: order.at,
          decided_by: actor,
          prior: ledger.output.review_decision_id,
          change_set_id: ledger.output.change_set_id,
          tool_revision: scope.release,
          scenario_ref: `governed-cut:${scope.run_id}`,
          independence: canonicalText({ within: "SG_1" }),
        });
      }
      return { reverted: answer.units, log_rows: answer.units, soft_status, review_decision_id, reason };
    },
  });
