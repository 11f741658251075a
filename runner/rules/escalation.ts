// When a run is torn, and what SG_3 binds: docs/decisions/0052-escalation.md.
import type { RowOf } from "../model/rows.ts";
import type { Payload } from "../model/payload.ts";
import { PHASES, type RecordedPhase } from "../model/run.ts";
import type { Verdict } from "../model/stop.ts";
import { sha256 } from "../model/canonical.ts";

/** The three ways on from a torn run. */
export type Decision = Payload<"SG_3_failure_escalation">["decision"];

/** A recorded phase as SG_3 names it. */
export interface Committed {
  readonly phase: string;
  readonly output_sha: string;
}

/** A planned unit beside what stands at its address; absent columns are null. */
export type StandingUnit = Pick<
  RowOf<"verify/written-units">,
  "address" | "planned_title_sha" | "planned_content_hash" | "unit_id" | "title" | "body"
>;

/**
 * STOP_TORN when rows and records contradict each other: units of the signed plan with no record of leg A, or a record of leg A or of the
 * ledger with none of its rows. A single row that changed or is missing is told by the phase that reads it, as drift or a failed verify.
 */
export function judgeWhole(
  units: readonly StandingUnit[],
  recorded: { readonly legA: boolean; readonly ledgerRows: number | undefined; readonly reverted: boolean },
): Verdict {
  if (recorded.reverted || units.length === 0) return undefined;
  const standing = units.filter((unit) => unit.unit_id !== null);
  const planned = standing.filter(
    (unit) =>
      sha256(unit.title ?? "") === unit.planned_title_sha && sha256(unit.body ?? "") === unit.planned_content_hash,
  );
  const [first] = planned;
  if (!recorded.legA && first)
    return torn(
      `${planned.length} units of the signed plan stand, among them ${first.address}, and no leg A is recorded`,
      "no unit without its record",
    );
  if (recorded.legA && standing.length === 0)
    return torn(`leg A is recorded and none of its ${units.length} units stands at its address`, "the recorded units");
  if (recorded.legA && recorded.ledgerRows === 0)
    return torn("leg B is recorded and none of its ledger rows stands", "the recorded ledger rows");
  return undefined;
}

/** What SG_3 must cover: everything recorded, and the phase the run did not get past. */
export function escalationPayload(
  runId: string,
  committed: readonly Committed[],
  decision: Decision,
): Payload<"SG_3_failure_escalation"> {
  const order: readonly RecordedPhase[] = [...PHASES, "revert"];
  const done = order.flatMap((phase) =>
    committed.filter((item) => item.phase === phase).map(({ output_sha }) => ({ phase, output_sha })),
  );
  const failed = PHASES.find((phase) => !done.some((item) => item.phase === phase)) ?? "closeout";
  return { run_id: runId, failed_phase: failed, decision, committed: done };
}

function torn(saw: string, wanted: string): Verdict {
  return {
    code: "STOP_TORN",
    facts: { saw, wanted, hint: "do nothing by hand: SG_3 decides hold, compensate or void" },
  };
}
