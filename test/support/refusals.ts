// What a refusal must look like from outside: the stop, the status of its table, its words, and no row anywhere.
import { expect } from "vitest";
import { STOPS, type StopCode } from "../../runner/model/stop.ts";
import type { CutterAnswer, GovernedHost } from "./governed-host.ts";
import { MUTATION_TABLES } from "./governed-tables.ts";

const TABLES = [
  ...["run", "admission", "admission_use", "planned_unit", "phase_done", "backup_receipt"].map(
    (name) => `cutter_runtime.${name}`,
  ),
  ...MUTATION_TABLES,
  "public.birth_registry",
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
