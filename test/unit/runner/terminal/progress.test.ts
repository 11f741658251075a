import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { progressOn, type Progress } from "../../../../runner/terminal/progress.ts";

let written: string[];
let progress: Progress;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-20T10:00:00Z") });
  written = [];
});
afterEach(() => {
  progress.end();
  vi.useRealTimers();
});
const on = (screen: { isTTY?: boolean; columns?: number }): void => {
  progress = progressOn({ ...screen, write: (text) => written.push(text) });
};
const at = (): string => new Date().toISOString();
const counted = (done: number): void =>
  progress.show({ event: "progress", at: at(), phase: "rehearsal", done, of: 10, what: `copy ${done}` });
/** What the line shows now. */
const shown = (): string => (written.at(-1) ?? "").replace(/^\r\u001b\[K/, "");

test("on a terminal a long phase turns and tells how long it has taken, and nothing of it stays behind", () => {
  on({ isTTY: true });
  progress.show({ event: "phase", at: at(), phase: "pre_write_backup", status: "started" });
  expect(shown()).toBe("10:00:00  pre_write_backup   … /");
  vi.advanceTimersByTime(12_000);
  expect(shown()).toMatch(/^10:00:00 {2}pre_write_backup {3}… [|/\\-] {2}12 s$/);
  vi.advanceTimersByTime(120_000);
  expect(shown()).toMatch(/ 2 min 12 s$/);
  expect(new Set(written.map((line) => line.slice(0, 4))).size).toBe(2);
  progress.show({ event: "phase", at: at(), phase: "pre_write_backup", status: "passed", seconds: 132 });
  const count = written.length;
  vi.advanceTimersByTime(5_000);
  expect([written.length, shown()]).toEqual([count, expect.stringMatching(/passed .*\n$/)]);
});

test("what counts its work says about how long it will take, from its own pace", () => {
  on({ isTTY: true });
  counted(0);
  vi.advanceTimersByTime(8_000);
  counted(2);
  expect(shown()).toMatch(/2 of 10 copy 2 . {2}8 s, about 32 s left$/);
  vi.advanceTimersByTime(10_000);
  expect(shown()).toMatch(/18 s, about 22 s left$/);
  vi.advanceTimersByTime(60_000);
  expect(shown()).toMatch(/ {2}78 s$/);
});

test("a line is never wider than the terminal, because a row that was broken cannot be written over", () => {
  on({ isTTY: true, columns: 24 });
  progress.show({ event: "phase", at: at(), phase: "pre_write_backup", status: "started" });
  vi.advanceTimersByTime(5_000);
  expect(written.map((line) => line.replace(/^\r\u001b\[K/, "").length).every((length) => length < 24)).toBe(true);
});

test("a pipe gets a line an event, without a mark, a clock or a timer", () => {
  on({});
  counted(1);
  vi.advanceTimersByTime(60_000);
  expect(written).toEqual(["10:00:00    rehearsal  1 of 10 copy 1\n"]);
  expect(vi.getTimerCount()).toBe(0);
});
