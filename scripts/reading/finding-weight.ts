// How heavily a finding weighs for a person who has little time: first what may mean that the text is another than it looks.
import type { Finding } from "../../runner/model/manifest.ts";

/** `look`: a person has to look at the place; `note`: said so that nobody is surprised. */
export type Weight = "look" | "note";

/** Codes that only tell what was left out or how headings are written. Every other code, and one nobody knows yet, is to be looked at. */
const NOTES: ReadonlySet<string> = new Set([
  "preamble",
  "tail",
  "contents",
  "footnotes",
  "annexes_left",
  "annex_articles",
  "points_left",
  "setext_heading",
]);

/** The weight of a finding. */
export const weightOf = ({ code }: Pick<Finding, "code">): Weight => (NOTES.has(code) ? "note" : "look");

/** Findings, the heavy ones first; within a weight in the order of the text. */
export const byWeight = (findings: readonly Finding[]): Finding[] => [
  ...findings.filter((finding) => weightOf(finding) === "look"),
  ...findings.filter((finding) => weightOf(finding) === "note"),
];
