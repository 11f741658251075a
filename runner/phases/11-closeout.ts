// Phase 11: everything the run promised, looked at once more after it is enacted; nothing is written to the target.
import { digestOf } from "../model/canonical.ts";
import { protectedHash } from "../looks/facts.ts";
import {
  closeoutOutput,
  type CloseoutOutput,
  type CutplanOutput,
  type EnactOutput,
  type GrantProbeOutput,
  type LegBOutput,
  type SourcePinOutput,
} from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import { defineReading, type Recorded } from "../phase.ts";
import { judgeBaseline } from "../rules/baseline.ts";
import { lookAtEnd } from "../looks/end-facts.ts";
import { judgeEnd } from "../rules/closeout.ts";

type Input = {
  source: Recorded<SourcePinOutput>;
  plan: Recorded<CutplanOutput>;
  grants: Recorded<GrantProbeOutput>;
  ledger: Recorded<LegBOutput>;
  enacted: Recorded<EnactOutput>;
};

/** Stops: STOP_VERIFY_FAILED for a point of the list, STOP_DRIFT for a protected document that changed. */
export const closeout = defineReading<Input, CloseoutOutput>({
  name: "closeout",
  output: closeoutOutput,
  run: async ({ source, plan, grants, ledger, enacted }, scope) => {
    const facts = await scope.read("exec", (reader) =>
      lookAtEnd(reader, scope, { ledger: ledger.output, enacted: enacted.output }),
    );
    const { verdict, checks } = judgeEnd(facts, { units: plan.output.candidate_count });
    insist(verdict);
    const hash = await scope.read("exec", (reader) => protectedHash(reader, scope.config.protected_prefixes));
    if (hash !== grants.output.protected_hash)
      throw new Stopped("STOP_DRIFT", {
        saw: "a protected document changed during this run",
        wanted: "protected documents byte-equal",
      });
    const after = await scope.read("backup", (reader) => reader.query("read/baseline"));
    const others = judgeBaseline(source.output.baseline, after, {
      target: scope.document_id,
      protectedPrefixes: scope.config.protected_prefixes,
    });
    insist(others.verdict);
    const findings = [...others.findings, ...grants.output.findings];
    const counts = Object.fromEntries(facts.counts.map((row) => [row.table, row.rows]));
    const summary = {
      run_id: scope.run_id,
      document_id: scope.document_id,
      writer_digest: plan.output.writer_digest,
      observed_digest: enacted.output.observed_digest,
      enacted: enacted.output.enacted,
      review_decision_id: enacted.output.review_decision_id,
      checks: checks ?? {},
      findings,
    };
    return {
      final_state: "closeout_reported" as const,
      summary_sha: digestOf(summary),
      checks: { ...checks, protected_documents_equal: true as const },
      findings,
      counts,
    };
  },
});
