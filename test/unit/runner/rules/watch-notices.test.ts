import { expect, test } from "vitest";
import { watchNotice } from "../../../../runner/rules/watch-notices.ts";

const at = (said: string, now: string, kind: "drift_found" | "could_not_look" = "drift_found") =>
  watchNotice({ kind, host: "law-host", stack: "contabo", said, now: new Date(now) });

test("the same differences are told once a day, others at once", () => {
  const morning = at("mode 0777", "2026-11-20T08:00:00Z");
  expect(at("mode 0777", "2026-11-20T20:00:00Z").key).toBe(morning.key);
  expect(at("mode 0755", "2026-11-20T08:00:00Z").key).not.toBe(morning.key);
  expect(at("mode 0777", "2026-11-21T08:00:00Z").key).not.toBe(morning.key);
  expect(morning.next).toEqual(["npm run drift -- --stack contabo"]);
});

test("that nobody could look is told once a day, whatever the look said", () => {
  const first = at("timeout", "2026-11-20T08:00:00Z", "could_not_look");
  expect(at("refused", "2026-11-20T09:00:00Z", "could_not_look").key).toBe(first.key);
  expect(first.lines.join("\n")).toContain("timeout");
});

test("a table of thousands of lines becomes a message that says how many are left out", () => {
  const { lines } = at(Array.from({ length: 3000 }, (_, index) => `line ${index}`).join("\n"), "2026-11-20T08:00:00Z");
  expect(lines).toHaveLength(62);
  expect(lines.at(-1)).toBe("and 2940 lines more");
});
