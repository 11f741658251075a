// What stands at the end of a run; closeout records it, `verify` looks again later.
import type { EnactOutput, LegBOutput } from "../model/outputs.ts";
import { ADMITTED_BY } from "../model/run.ts";
import type { RunFacts } from "../phase.ts";
import type { EndFacts } from "../rules/closeout.ts";
import type { Reader } from "../world/database.ts";

/** Reads as one principal; every number comes from the tables, none from a record of ours. */
export async function lookAtEnd(
  reader: Reader,
  run: Pick<RunFacts, "run_id" | "document_id">,
  recorded: { ledger: LegBOutput; enacted: EnactOutput },
): Promise<EndFacts> {
  const units = await reader.query("verify/written-units", { run_id: run.run_id });
  const admissions = await reader.query("read/admissions", { run_id: run.run_id });
  const verdicts = await reader.one("verify/earlier-verdicts", { change_set_id: recorded.ledger.change_set_id });
  const { now } = await reader.one("read/database-now");
  const phases = (await reader.query("read/phases-done", { run_id: run.run_id })).map((row) => row.phase);
  return {
    units,
    standing: await reader.query("verify/units-of-document", { document_id: run.document_id }),
    ledger_rows: (
      await reader.query("verify/observed-ledger", {
        change_set_id: recorded.ledger.change_set_id,
        entry_id: recorded.ledger.entry_id,
      })
    ).length,
    verdicts: verdicts.verdicts,
    signed_verdicts: verdicts.signed,
    verdict_marks: verdicts.marks,
    log: await reader.one("verify/lifecycle-log", {
      run_id: run.run_id,
      review_decision_id: recorded.enacted.review_decision_id,
    }),
    ledger_differences: (await reader.query("verify/ledger-differences", { run_id: run.run_id })).map(
      (row) => `${row.table}: ${row.difference}`,
    ),
    decisions: (await reader.one("verify/run-decisions", { change_set_id: recorded.ledger.change_set_id })).rows,
    triggers: await reader.query("verify/immutability-triggers"),
    phases,
    usable_admissions: admissions
      .filter((row) => row.used_phase === null && row.use_by > now && !isSpent(row.gate, phases))
      .map((row) => row.nonce),
    counts: await reader.query("verify/ledger-counts"),
  };
}

/** A second signature over the same payload is spent with the phase it would have admitted. */
function isSpent(gate: string, phases: readonly string[]): boolean {
  return Object.entries(ADMITTED_BY).some(
    ([phase, gates]) => phases.includes(phase) && gates.some((name) => name === gate),
  );
}
