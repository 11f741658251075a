// The rows the database must have: those it had before the cutter, and those that recorded runs have written since.
import type { Baseline } from "../../infra/config.ts";
import type { RowOf } from "./record-facts.ts";

/** The recorded counts of the existing system; a stack may pin others in cutter:baseline. */
export const RECORDED_BASELINE: Baseline = {
  information_unit: 158,
  unit_version: 165,
  iu_lifecycle_log: 60,
  enacted: 60,
  cut_change_set: 2,
  review_decision: 3,
  verify_result: 2,
};

const NONE: Baseline = {
  information_unit: 0,
  unit_version: 0,
  iu_lifecycle_log: 0,
  enacted: 0,
  cut_change_set: 0,
  review_decision: 0,
  verify_result: 0,
};
const TABLES = Object.keys(NONE) as (keyof Baseline)[];

/** What committed phases have added. A revert deletes nothing: it logs every unit, and answers a ledger by one more decision. */
export function writtenByRuns(runs: readonly Pick<RowOf<"run">, "units" | "phases">[]): Baseline {
  const sum = { ...NONE };
  for (const { units, phases } of runs) {
    const done = (phase: string): boolean => phases.includes(phase);
    if (done("cut_leg_a")) {
      sum.information_unit += units;
      sum.unit_version += units;
    }
    if (done("leg_b_record")) {
      sum.cut_change_set += 1;
      sum.review_decision += 1;
    }
    if (done("write_verify")) sum.verify_result += 1;
    if (done("lifecycle_enact")) {
      sum.enacted += units;
      sum.iu_lifecycle_log += units;
      sum.review_decision += 1;
    }
    if (done("revert")) {
      sum.iu_lifecycle_log += units;
      if (done("leg_b_record")) sum.review_decision += 1;
    }
  }
  return sum;
}

/** Every table whose rows are not baseline plus own writes, in words; empty when all are. */
export function countDifferences(found: Baseline, baseline: Baseline, written: Baseline): string[] {
  return TABLES.filter((name) => found[name] !== baseline[name] + written[name]).map(
    (name) =>
      `${name} ${found[name]}, expected ${baseline[name] + written[name]}` +
      (written[name] === 0 ? "" : ` (${baseline[name]} and ${written[name]} of own runs)`),
  );
}

/** Counts on one line. */
export const countsText = (rows: Baseline): string =>
  `${rows.information_unit} units, ${rows.unit_version} versions, ${rows.iu_lifecycle_log} log rows, ` +
  `${rows.enacted} enacted; ${rows.cut_change_set}/${rows.review_decision}/${rows.verify_result} change sets, ` +
  "decisions, verdicts";
