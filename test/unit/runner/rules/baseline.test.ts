import { expect, test } from "vitest";
import type { BaselineRow } from "../../../../runner/model/outputs.ts";
import { judgeBaseline } from "../../../../runner/rules/baseline.ts";
import { isProtected } from "../../../../runner/rules/protected.ts";

const document = (name: string, change: Partial<BaselineRow> = {}): BaselineRow => ({
  document: name,
  set_aside: false,
  units: 3,
  versions: 4,
  content_sha: "a".repeat(64),
  newest_updated_at: "2026-11-20T10:00:00.000000Z",
  updated_by: "lan",
  ...change,
});
const RUN = { target: "SAMPLE", protectedPrefixes: ["ICX-CONST", "DIEU*"] };
const BEFORE = [document("ICX-CONST"), document("DIEU-28"), document("TEST")];

test("a registry that did not move passes without a finding", () => {
  expect(judgeBaseline(BEFORE, BEFORE.toReversed(), RUN)).toEqual({ verdict: undefined, findings: [] });
});

test("the target's own new units are no difference", () => {
  expect(
    judgeBaseline(BEFORE, [...BEFORE, document("SAMPLE"), document("SAMPLE", { set_aside: true })], RUN).findings,
  ).toEqual([]);
});

test("an edited draft of a colleague is a finding with document, time and person, and the run goes on", () => {
  const edited = document("TEST", {
    content_sha: "b".repeat(64),
    newest_updated_at: "2026-11-20T11:00:00.000000Z",
    updated_by: "minh",
  });
  const { verdict, findings } = judgeBaseline(BEFORE, [...BEFORE.slice(0, 2), edited], RUN);
  expect(verdict).toBeUndefined();
  expect(findings).toEqual([
    "document TEST changed: 3 units as before, other content, last changed 2026-11-20T11:00:00.000000Z by minh",
  ]);
});

test("new and vanished documents of colleagues are findings too", () => {
  const { verdict, findings } = judgeBaseline(
    BEFORE,
    [...BEFORE.slice(0, 2), document("NEW", { updated_by: null, newest_updated_at: null })],
    RUN,
  );
  expect(verdict).toBeUndefined();
  expect(findings).toEqual([
    "document NEW appeared: 3 units, last changed at an unknown time by an unknown person",
    "document TEST is gone: had 3 units, last changed 2026-11-20T10:00:00.000000Z by lan",
  ]);
});

test.each([
  [
    "changed",
    [document("ICX-CONST", { content_sha: "c".repeat(64), units: 4 }), ...BEFORE.slice(1)],
    "document ICX-CONST changed: 3 units in 4 versions before, 4 in 4 now",
  ],
  ["vanished", BEFORE.slice(1), "document ICX-CONST is gone"],
  ["appeared", [...BEFORE, document("DIEU-99")], "document DIEU-99 appeared"],
  [
    "was set aside",
    [...BEFORE, document("DIEU-28", { set_aside: true })],
    "document DIEU-28 (units set aside by a revert) appeared",
  ],
])("a protected document that %s stops the run", (_, after, words) => {
  const { verdict } = judgeBaseline(BEFORE, after, RUN);
  expect(verdict?.code).toBe("STOP_DRIFT");
  expect(verdict?.facts.saw).toContain(words);
});

test("a drift and an edit at once are both told", () => {
  const after = [
    document("ICX-CONST"),
    document("DIEU-28", { content_sha: "d".repeat(64) }),
    document("TEST", { content_sha: "d".repeat(64) }),
  ];
  const { verdict, findings } = judgeBaseline(BEFORE, after, RUN);
  expect([verdict?.code, findings.length]).toEqual(["STOP_DRIFT", 1]);
});

test("a name ending in * protects every document that begins so, any other only itself", () => {
  const names = ["ICX-CONST", "ICX-CONST-2", "DIEU-28", "DIEU", "DIE", "ICX"];
  expect(names.filter((name) => isProtected(name, RUN.protectedPrefixes))).toEqual(["ICX-CONST", "DIEU-28", "DIEU"]);
});

test("documents that other runs of the cutter recorded are counted in one line, a stranger's stays named", () => {
  const row = (document: string) => ({
    document,
    set_aside: false,
    units: 1,
    versions: 1,
    content_sha: "a".repeat(64),
    newest_updated_at: "2026-11-29T10:00:00.000000Z",
    updated_by: "somebody",
  });
  const after = [row("LAW-2"), row("LAW-3"), row("STRANGER")];
  const run = { target: "LAW-1", protectedPrefixes: ["ICX-CONST"], recorded: new Set(["LAW-2", "LAW-3"]) };
  const { verdict, findings } = judgeBaseline([], after, run);
  expect(verdict).toBeUndefined();
  expect(findings).toEqual([expect.stringMatching(/^document STRANGER appeared/), "own runs: 2 other documents"]);
});
