// What a run leaves alone: every other document, compared with how it stood when the run began.
import type { BaselineRow } from "../model/outputs.ts";
import type { Verdict } from "../model/stop.ts";
import { isProtected } from "./protected.ts";

/** A passed or failed comparison with one finding for each unprotected document that others changed meanwhile. */
export interface BaselineJudgement {
  readonly verdict: Verdict;
  readonly findings: readonly string[];
}

/**
 * Compares everything but the target. A protected document that changed, appeared or vanished is STOP_DRIFT; any other is a
 * finding that names document, time and person: colleagues keep working while a run waits.
 */
export function judgeBaseline(
  before: readonly BaselineRow[],
  after: readonly BaselineRow[],
  run: {
    readonly target: string;
    readonly protectedPrefixes: readonly string[];
    /** Documents that other runs of the cutter changed last, by their own records: counted in one line. */
    readonly recorded?: ReadonlySet<string>;
  },
): BaselineJudgement {
  const differences = differing(before, after).filter(({ document }) => document !== run.target);
  const drifted = differences
    .filter(({ document }) => isProtected(document, run.protectedPrefixes))
    .map(({ text }) => text);
  const free = differences.filter(({ document }) => !isProtected(document, run.protectedPrefixes));
  const own = free.filter(({ document }) => run.recorded?.has(document) === true);
  const findings = [
    ...free.filter((one) => !own.includes(one)).map(({ text }) => text),
    ...(own.length === 0 ? [] : [`own runs: ${new Set(own.map(({ document }) => document)).size} other documents`]),
  ];
  if (drifted.length === 0) return { verdict: undefined, findings };
  return {
    verdict: {
      code: "STOP_DRIFT",
      facts: {
        saw: drifted.join("; "),
        wanted: "every protected document as it stood when the run began",
        details: drifted,
      },
    },
    findings,
  };
}

function differing(
  before: readonly BaselineRow[],
  after: readonly BaselineRow[],
): { document: string; text: string }[] {
  const key = (row: BaselineRow): string => `${row.document}\0${row.set_aside}`;
  const was = new Map(before.map((row) => [key(row), row]));
  const is = new Map(after.map((row) => [key(row), row]));
  const found: { document: string; text: string }[] = [];
  for (const row of after) {
    const old = was.get(key(row));
    if (old === undefined)
      found.push({
        document: row.document,
        text: `${named(row)} appeared: ${row.units} units, last changed ${when(row)}`,
      });
    else if (old.content_sha !== row.content_sha)
      found.push({
        document: row.document,
        text: `${named(row)} changed: ${counted(old, row)}, last changed ${when(row)}`,
      });
  }
  for (const row of before) {
    if (!is.has(key(row)))
      found.push({
        document: row.document,
        text: `${named(row)} is gone: had ${row.units} units, last changed ${when(row)}`,
      });
  }
  return found;
}

function named(row: BaselineRow): string {
  return row.set_aside ? `document ${row.document} (units set aside by a revert)` : `document ${row.document}`;
}

function counted(old: BaselineRow, row: BaselineRow): string {
  return old.units === row.units && old.versions === row.versions
    ? `${row.units} units as before, other content`
    : `${old.units} units in ${old.versions} versions before, ${row.units} in ${row.versions} now`;
}

function when(row: BaselineRow): string {
  return `${row.newest_updated_at ?? "at an unknown time"} by ${row.updated_by ?? "an unknown person"}`;
}
