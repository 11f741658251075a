// What must be true at the end of a run, as the requirements list it: one named check a point.
import { PHASES } from "../model/run.ts";
import type { Verdict } from "../model/stop.ts";
import { legBRows } from "./ledger.ts";
import { judgeStructure, type WrittenUnit } from "./structural.ts";

/** What one principal read at the end of a run; every number counted in the tables. */
export interface EndFacts {
  readonly units: readonly WrittenUnit[];
  readonly standing: readonly { address: string; lifecycle_status: string }[];
  readonly ledger_rows: number;
  /** verify_result rows of the change set, those of them that pass under their own verifier's mark, and marks on any of them. */
  readonly verdicts: number;
  readonly signed_verdicts: number;
  readonly verdict_marks: number;
  /** Log rows that cite the enactment, those that say of it what the run says, and units that name another author. */
  readonly log: { readonly rows: number; readonly as_planned: number; readonly other_authors: number };
  /** Where the ledger is otherwise than planned, a line each. */
  readonly ledger_differences: readonly string[];
  readonly decisions: number;
  readonly triggers: readonly { trigger: string; relation: string; mode: string }[];
  readonly phases: readonly string[];
  readonly usable_admissions: readonly string[];
  readonly counts: readonly { table: string; rows: number }[];
}

/** All failures at once; `units` is N. Immutability triggers pass in mode O and A. */
export function judgeEnd(facts: EndFacts, run: { units: number }): { verdict: Verdict; checks?: Record<string, true> } {
  const structure = judgeStructure(facts.units, run.units, facts.standing, "enacted");
  const done = PHASES.filter((phase) => phase !== "closeout");
  const checks: Record<string, [boolean, string]> = {
    every_phase_recorded: [done.every((phase) => facts.phases.includes(phase)), `recorded: ${facts.phases.join(", ")}`],
    units_enacted: [
      structure.verdict === undefined,
      structure.verdict?.facts.saw ?? "every unit as planned and enacted",
    ],
    ledger_rows: [
      facts.ledger_rows === legBRows(run.units),
      `${facts.ledger_rows} ledger rows of leg B, wanted ${legBRows(run.units)}`,
    ],
    one_verdict: [
      facts.verdicts === 1 && facts.signed_verdicts === 1 && facts.verdict_marks === 1,
      `${facts.verdicts} verify_result rows, ${facts.signed_verdicts} passed and signed by their ` +
        `verifier, ${facts.verdict_marks} marks on them`,
    ],
    ledger_as_planned: [facts.ledger_differences.length === 0, facts.ledger_differences.join("; ")],
    log_rows: [
      facts.log.rows === run.units && facts.log.as_planned === run.units,
      `${facts.log.rows} lifecycle log rows, ${facts.log.as_planned} of them with the run's own ` +
        `actor, reason and decision, wanted ${run.units}`,
    ],
    authors: [facts.log.other_authors === 0, `${facts.log.other_authors} units name another author than the run`],
    two_review_decisions: [facts.decisions === 2, `${facts.decisions} review decisions of this change set`],
    triggers_enabled: [
      facts.triggers.length === 2 && facts.triggers.every((item) => item.mode === "O" || item.mode === "A"),
      facts.triggers.map((item) => `${item.trigger} ${item.mode}`).join(", "),
    ],
    no_usable_admission: [
      facts.usable_admissions.length === 0,
      `${facts.usable_admissions.length} admitted statements still usable`,
    ],
  };
  const failed = Object.entries(checks)
    .filter(([, [ok]]) => !ok)
    .map(([name, [, saw]]) => `${name}: ${saw}`);
  const [first] = failed;
  if (first)
    return {
      verdict: {
        code: "STOP_VERIFY_FAILED",
        facts: { saw: first, wanted: "every point of the post-run list", details: failed },
      },
    };
  return {
    verdict: undefined,
    checks: Object.fromEntries(Object.keys(checks).map((name): [string, true] => [name, true])),
  };
}
