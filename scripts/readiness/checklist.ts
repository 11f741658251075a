// A checklist of a host for people: what was found, what is missing, what could not be looked at, and one next command.
import { printable } from "../../runner/rules/text-hygiene.ts";
import { withStack } from "../frame/operator-command.ts";

/** `could not look` is an answer of its own: nothing is known about what stands behind it. */
export type PointAnswer = "found" | "missing" | "could not look";

/** One point; `next` is one command to paste. */
export interface Point {
  readonly part: string;
  readonly what: string;
  readonly answer: PointAnswer;
  readonly saw: string;
  readonly next?: string;
}

const MARKS = { found: "found  ", missing: "MISSING", "could not look": "?      " } as const;

/** Every point under the part it belongs to; texts of the host are escaped. */
export function checklistLines(points: readonly Point[]): string[] {
  const parts = [...new Set(points.map((point) => point.part))];
  return parts.flatMap((part, index) => [
    ...(index === 0 ? [] : [""]),
    part,
    ...points
      .filter((point) => point.part === part)
      .map((point) => `  ${MARKS[point.answer]}  ${printable(`${point.what}: ${point.saw}`)}`),
  ]);
}

/** Programs of this workstation that serve every stack. */
const WITHOUT_STACK = /^npm run (?:build|doctor|intake|release|sandbox|test)\b/;

/** The first thing to do about the first point that is open, for this stack; undefined when all were found or there is no command for it. */
export function nextCommand(points: readonly Point[], stack: string): string | undefined {
  const open = points.find((point) => point.answer !== "found");
  if (open?.next === undefined || !open.next.startsWith("npm run ") || WITHOUT_STACK.test(open.next)) return open?.next;
  return withStack(open.next, stack);
}

/** The line that says what to do next. */
export function nextLine(points: readonly Point[], stack: string): string {
  if (points.every((point) => point.answer === "found")) return "everything was found";
  return `next: ${printable(nextCommand(points, stack) ?? "look at the point above")}`;
}
