import { expect, test } from "vitest";
import type { StatusJson } from "../../../../runner/model/events.ts";
import {
  ageText,
  attentionText,
  nextCommandOf,
  type Attention,
} from "../../../../scripts/command-line/attention-text.ts";

const now = new Date("2026-11-29T12:00:00Z");
const run = (id: string, over: Partial<StatusJson> = {}): StatusJson => ({
  schema_version: "1",
  run_id: id,
  document_id: "MY-LAW",
  actor: "linh",
  host: "vmi",
  state: "awaiting_cut_authorization",
  last_stop: null,
  committed: "nothing",
  committed_text: "nothing",
  waiting_for: "two signatures",
  deadline: null,
  deadline_of: null,
  safe_to_leave: true,
  safe_until: null,
  safe_text: "yes",
  next: `npm run fetch -- ${id}`,
  or: null,
  call: null,
  halted: [],
  holder: null,
  holder_until: null,
  closed: null,
  as_of: now.toISOString(),
  now: now.toISOString(),
  ...over,
});
const found = (over: Partial<Attention> = {}): Attention => ({
  stack: "sandbox",
  runs: [],
  looked: { at: "2026-11-29T09:00:00Z", differences: 0 },
  now,
  ...over,
});

test("the oldest open run gives the next command, closed ones are only counted", () => {
  const runs = [run("newer"), run("older"), run("closed", { closed: "2026-11-28T00:00:00Z" })];
  expect(nextCommandOf(found({ runs }))).toBe("npm run fetch -- older");
  const text = attentionText(found({ runs }), {});
  expect(text).toContain(
    "open runs   2 of 3\ndrift       none, looked at 3 hours ago\nnext        npm run fetch -- older\n",
  );
  expect(text).not.toContain("closed");
});

test("a halt is shown once, and without a terminal there is no colour", () => {
  const runs = [run("a", { halted: ["every run: strange rows"] }), run("b", { halted: ["every run: strange rows"] })];
  const text = attentionText(found({ runs }), { isTTY: false });
  expect(text.match(/HALTED/g)).toHaveLength(1);
  expect(text).not.toContain("\u001b");
});

test("without an open run an old look, a look that found something or none at all asks for the next one", () => {
  for (const looked of [
    undefined,
    { at: "2026-11-27T00:00:00Z", differences: 0 },
    { at: now.toISOString(), differences: 3 },
  ])
    expect(nextCommandOf(found({ looked, stack: "contabo" }))).toBe("npm run drift -- --stack contabo");
  expect(nextCommandOf(found())).toBe("npm run cut -- <document-id>");
});

test.each([
  ["2026-11-29T12:00:30Z", "0 minutes ago"],
  ["2026-11-29T11:59:00Z", "1 minute ago"],
  ["2026-11-28T12:00:00Z", "24 hours ago"],
  ["2026-11-20T12:00:00Z", "9 days ago"],
])("a look at %s was %s", (at, words) => {
  expect(ageText(at, now)).toBe(words);
});
