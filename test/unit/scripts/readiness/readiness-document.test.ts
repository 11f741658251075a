import { expect, test } from "vitest";
import { markdownOf } from "../../../../runner/reports/markdown.ts";
import { documentName, readinessReport, type ToldReadiness } from "../../../../scripts/readiness/readiness-document.ts";

const readinessDocument = (told: ToldReadiness): string => markdownOf(readinessReport(told));
const at = new Date("2026-11-29T20:10:11Z");
const points = [
  { part: "the host", title: "programs", state: "found" as const, saw: "all of them" },
  { part: "gaps", title: "GAP-8 a target", state: "missing" as const, saw: "no `document` | none" },
];
const evidence = [{ what: "service, cron, docker", saw: "none installed, none started", holds: true }];

test("survey and first-run package are documents with a head, every point and the evidence, and a name of their own second", () => {
  const survey = { host: "vmi1", documentId: undefined, at, points, evidence, next: "npm run up" };
  const text = readinessDocument(survey);
  expect(documentName(survey)).toBe("prerequisite-survey-2026-11-29-201011.md");
  expect(text).toMatch(/^# Prerequisite survey\n\n- date_utc: 2026-11-29 20:10:11Z\n- host: `vmi1`\n/);
  expect(text).toContain(
    "- result: 1 of 2 points are open\n- mutation: none: readiness only looks\n- next: `npm run up`",
  );
  // What came from the host is no markup.
  expect(text).toContain("| `GAP-8 a target` | missing | `no \\u{60}document\\u{60} \\u{7C} none` |");
  expect(text).toContain("| `service, cron, docker` | yes | `none installed, none started` |");
  const run = { ...survey, documentId: "LAW-1", evidence: [] };
  expect(documentName(run)).toBe("first-run-package-2026-11-29-201011.md");
  expect(readinessDocument(run)).toMatch(/^# First-run package of `LAW-1`\n(?![\s\S]*proves that nothing)/);
});
