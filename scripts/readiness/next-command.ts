// The one command that a checklist of a host ends with.
import type { Point } from "../../runner/model/point.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { allFound } from "../../runner/terminal/checklist.ts";
import { withStack } from "../../runner/rules/operator-command.ts";

/** Programs of this workstation that serve every stack. */
const WITHOUT_STACK = /^npm run (?:build|doctor|init|intake|release|sandbox|test)\b/;

/**
 * The first thing to do about the first point that is open, for this stack; undefined when all were found or there is
 * no command for it.
 */
export function nextCommand(points: readonly Point[], stack: string): string | undefined {
  const open = points.find((point) => point.state !== "found");
  if (open?.next === undefined || !open.next.startsWith("npm run ") || WITHOUT_STACK.test(open.next)) return open?.next;
  return withStack(open.next, stack);
}

/** The line that says what to do next. */
export function nextLine(points: readonly Point[], stack: string): string {
  if (allFound(points)) return "everything was found";
  return `next: ${printable(nextCommand(points, stack) ?? "look at the point above")}`;
}
