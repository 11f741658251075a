// A checklist as it is printed: points under the part they belong to for people, one event a point as JSON.
import type { Point } from "../model/point.ts";
import { printJson } from "./print-json.ts";
import { printable } from "../rules/text-hygiene.ts";

const MARKS: Readonly<Record<Point["state"], string>> = {
  found: "found  ",
  missing: "MISSING",
  "could not look": "?      ",
};

/** Lines for people: every part once, its points below it. Texts of a host are escaped. */
export function checklistLines(points: readonly Point[]): string[] {
  const parts = [...new Set(points.map((point) => point.part))];
  return parts.flatMap((part, index) => [
    ...(index === 0 ? [] : [""]),
    part,
    ...points.filter((point) => point.part === part).map(pointLine),
  ]);
}

// What was wanted matters only where it is not there.
function pointLine({ title, state, saw, wanted }: Point): string {
  const instead = state === "found" || wanted === undefined ? "" : `, wanted ${wanted}`;
  return `  ${MARKS[state]}  ${printable(`${title}: ${saw}${instead}`)}`;
}

/** Prints the points for programs, each an event `point`. */
export function printPoints(points: readonly Point[]): void {
  for (const point of points) printJson({ event: "point", ...point });
}

/** Whether there is nothing to mend. */
export const allFound = (points: readonly Point[]): boolean => points.every(({ state }) => state === "found");
