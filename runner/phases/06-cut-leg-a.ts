// Phase 6: the planned units, born as drafts through the guarded function. All or nothing.
import { legAOutput, type CutplanOutput, type LegAOutput, type SourcePinOutput } from "../model/outputs.ts";
import type { PlanRow } from "../model/cut-plan.ts";
import { Stopped } from "../model/stop.ts";
import { defineEffect, type EffectScope, type Recorded } from "../phase.ts";
import { creationBatches } from "../rules/creation.ts";
import { planOf } from "../plan-of-run.ts";

type Input = { source: Recorded<SourcePinOutput>; plan: Recorded<CutplanOutput> };

/** Stops: STOP_DRIFT when the snapshot plans other rows, STOP_INVARIANT_FAILED for any answer but `created`. */
export const cutLegA = defineEffect<Input, LegAOutput>({
  name: "cut_leg_a",
  role: "exec",
  output: legAOutput,
  rows: (output) => output.units + output.versions + output.births,
  run: async ({ source, plan }, scope) => {
    const material = await planOf(source.output, scope);
    if (material.writer_digest !== plan.output.writer_digest) {
      throw new Stopped("STOP_DRIFT", {
        saw: "the snapshot plans other rows than were signed",
        wanted: plan.output.writer_digest,
      });
    }
    await scope.tx.query("write/plan-for-bulk");
    const created = await createUnits(material.rows, scope);
    return { units: created, versions: created, births: created, created };
  },
});

/** Creates the rows in batches a statement each; any status but `created` undoes the whole transaction. */
export async function createUnits(
  rows: readonly PlanRow[],
  scope: Pick<EffectScope, "tx" | "actor" | "say">,
): Promise<number> {
  let done = 0;
  for (const batch of creationBatches(rows)) {
    const answers = await scope.tx.query("write/create-units", {
      ordinals: batch.map((row) => row.ordinal),
      addresses: batch.map((row) => row.canonical_address),
      titles: batch.map((row) => row.title),
      bodies: batch.map((row) => row.body),
      actor: scope.actor,
      unit_kinds: batch.map((row) => row.unit_kind),
      section_types: batch.map((row) => row.section_type),
      owner_refs: batch.map((row) => row.owner_ref),
      publication_types: batch.map((row) => row.publication_type),
      parent_addresses: batch.map((row) => row.parent_address),
    });
    const refused = answers.find((answer) => answer.status !== "created");
    if (refused || answers.length !== batch.length) {
      throw new Stopped("STOP_INVARIANT_FAILED", {
        saw: refused
          ? `fn_iu_create answered ${refused.status ?? "nothing"} for ${refused.address}`
          : `${answers.length} answers for ${batch.length} units`,
        wanted: "created for every unit; nothing was kept",
      });
    }
    done += batch.length;
    scope.say({ event: "progress", phase: "cut_leg_a", done, of: rows.length, what: "units" });
  }
  return done;
}
