// Phase 7: the rows as they stand, against the plan; and the lossless proof again, from the bodies in the database.
import {
  structuralOutput,
  type CutplanOutput,
  type LegAOutput,
  type SourcePinOutput,
  type StructuralOutput,
} from "../model/outputs.ts";
import { insist, Stopped } from "../model/stop.ts";
import { defineReading, type Recorded } from "../phase.ts";
import { losslessFromRows } from "../plan.ts";
import { judgeStructure } from "../rules/structural.ts";

type Input = { source: Recorded<SourcePinOutput>; plan: Recorded<CutplanOutput>; legA: Recorded<LegAOutput> };

/** Stops: STOP_VERIFY_FAILED, STOP_INVARIANT_FAILED. */
export const structuralVerify = defineReading<Input, StructuralOutput>({
  name: "structural_verify",
  output: structuralOutput,
  rows: (output) => output.units,
  run: async ({ source, plan }, scope) => {
    const { units, standing } = await scope.read("exec", async (reader) => ({
      units: await reader.query("verify/written-units", { run_id: scope.run_id }),
      standing: await reader.query("verify/units-of-document", { document_id: scope.document_id }),
    }));
    const { verdict, checks } = judgeStructure(units, plan.output.candidate_count, standing, "draft");
    insist(verdict);
    if (!checks) throw new Stopped("STOP_VERIFY_FAILED", { saw: "no checks", wanted: "eleven" });
    return { checks, lossless_bytes: await losslessFromRows(source.output, units, scope), units: units.length };
  },
});
