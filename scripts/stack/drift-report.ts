// What a look at a host found as a report: differences by the part of the declaration they belong to, and what `up` does about each.
import type { DriftLine } from "../../infra/drift.ts";
import { code, facts, section, table, told, utc, type Document } from "../../runner/reports/blocks.ts";
import { withStack } from "../../runner/rules/operator-command.ts";

/** `fresh`: this clone has no state of an earlier up. */
export interface Looked {
  readonly stack: string;
  readonly lines: readonly DriftLine[];
  readonly fresh: boolean;
  readonly at: Date;
}

/** What comes after a look: `up`, where it mends any of the differences; null where it mends none, or where there is none. */
export const nextAfterLook = (stack: string, lines: readonly DriftLine[]): string | null =>
  lines.some(({ up }) => !up.startsWith("nothing")) ? withStack("npm run up", stack) : null;

/** The report; texts of the host stand in it as values. */
export function driftReport({ stack, lines, fresh, at }: Looked): Document {
  const command = withStack(`npm run ${lines.length === 0 ? "drift" : "up"}`, stack);
  const components = [...new Set(lines.map(({ component }) => component))];
  return {
    title: ["Drift of ", code(stack)],
    opening: [
      lines.length === 0
        ? told("good", "The host is as it is declared.")
        : told(
            "alarm",
            `${lines.length} difference${lines.length === 1 ? "" : "s"} between the host and its declaration.`,
          ),
      facts([
        ["date_utc", utc(at)],
        ["mutation", "none: drift only looks"],
        [lines.length === 0 ? "look again with" : "mend what can be mended with", code(command)],
      ]),
      ...(fresh
        ? [
            told(
              "quiet",
              "This folder has no state of an earlier up; only what the probe saw is a difference of the host.",
            ),
          ]
        : []),
    ],
    sections: components.map((component) =>
      section(
        component,
        table(
          ["what", "wanted", "found", "what up does"],
          lines
            .filter((line) => line.component === component)
            .map(({ path, want, have, up }) => [code(path), code(want), code(have), up]),
        ),
      ),
    ),
  };
}
