// What a refusal must look like from outside: the stop, the status of its table, its words, and no row anywhere.
import { expect } from "vitest";
import { STOPS, type StopCode } from "../../runner/model/stop.ts";
import type { CutterAnswer, GovernedHost } from "./governed-host.ts";

const TABLES = [
  "cutter_runtime.run",
  "cutter_runtime.admission",
  "cutter_runtime.admission_use",
  "cutter_runtime.planned_unit",
  "cutter_runtime.phase_done",
  "cutter_runtime.backup_receipt",
  "cutter_governance.cut_change_set",
  "cutter_governance.cut_change_set_affected_row",
  "cutter_governance.manifest_envelope",
  "cutter_governance.manifest_unit_block",
  "cutter_governance.review_decision",
  "cutter_governance.dot_pair_signature",
  "cutter_governance.verify_result",
  "cutter_governance.decision_backlog_entry",
  "cutter_governance.decision_backlog_history",
  "public.information_unit",
  "public.unit_version",
  "public.birth_registry",
  "public.iu_lifecycle_log",
];

/** Rows of every table a run may write, by table. */
export async function rowCounts(host: GovernedHost): Promise<Record<string, number>> {
  const counts = await host.sql<{ name: string; rows: number }>(
    TABLES.map((name) => `SELECT '${name}' AS name, count(*)::int AS rows FROM ${name}`).join(" UNION ALL "),
  );
  return Object.fromEntries(counts.map(({ name, rows }) => [name, rows]));
}

/** Everything the stop said, for people and for programs. */
export function wordsOf(answer: CutterAnswer): string {
  return `${JSON.stringify(answer.events.filter((event) => event["event"] === "ended"))}\n${answer.stderr}`;
}

/** Does something that must be refused with this stop; `words` must be among what it says; not one row may come or go. */
export async function expectRefused(
  host: GovernedHost,
  attempt: () => Promise<CutterAnswer>,
  code: StopCode,
  words?: string | RegExp,
): Promise<CutterAnswer> {
  const before = await rowCounts(host);
  const answer = await attempt();
  expect({ stop: answer.stop, status: answer.status, stderr: answer.stop === code ? "" : answer.stderr }).toEqual({
    stop: code,
    status: STOPS[code].exit,
    stderr: "",
  });
  if (words !== undefined) expect(wordsOf(answer)).toMatch(words);
  expect(await rowCounts(host)).toEqual(before);
  return answer;
}
