import { expect, test } from "vitest";
import type { Notice, Told } from "../../../../runner/model/notice.ts";
import { notificationsSchema } from "../../../../runner/model/notification-config.ts";
import { dueNow, messageOf, waitMinutes } from "../../../../runner/rules/deliveries.ts";

const NOW = new Date("2026-11-20T08:00:00.000Z");
const config = notificationsSchema.parse({
  stack: "contabo",
  channels: [
    {
      kind: "smtp",
      name: "mail",
      host: "mail.example.org",
      port: 587,
      security: "starttls",
      from: "cutter@example.org",
      to: ["ops@example.org"],
    },
    { kind: "command", name: "pager", program: "/usr/local/bin/page", notices: ["halted"] },
  ],
  people: { minh: "minh@example.org" },
});
const notice = (more: Partial<Notice> = {}): Notice => ({
  key: "signature_wanted x",
  kind: "signature_wanted",
  persons: ["minh", "lan"],
  run_id: null,
  subject: "signature wanted",
  lines: ["It waits."],
  next: ["npm run fetch -- x"],
  ...more,
});
const told = (result: Told["result"], minutesAgo: number, more: Partial<Told> = {}): Told => ({
  at: new Date(NOW.getTime() - minutesAgo * 60_000).toISOString(),
  key: notice().key,
  kind: "signature_wanted",
  channel: "mail",
  to: "minh@example.org",
  result,
  reason: result === "sent" ? null : "the connection broke",
  ...more,
});
const targets = (before: readonly Told[], notices = [notice()]): string[] =>
  dueNow(notices, before, config, NOW).map(({ channel, to }) => `${channel} ${to}`.trim());

test("operators are told, and of the persons it concerns those who have an address", () => {
  expect(targets([])).toEqual(["mail ops@example.org", "mail minh@example.org"]);
});

test("a channel that wants only some notices gets only those", () => {
  expect(targets([], [notice({ kind: "halted" })])).toContain("pager");
  expect(targets([])).not.toContain("pager");
});

test("what one receiver was told is not told again, and another's failure does not repeat it", () => {
  expect(targets([told("sent", 60)])).toEqual(["mail ops@example.org"]);
  expect(targets([told("failed", 60, { to: "ops@example.org" }), told("sent", 60)])).toEqual(["mail ops@example.org"]);
});

test("a failed try is repeated after five minutes, then after longer each time, and never given up", () => {
  const others = told("sent", 600, { to: "ops@example.org" });
  expect(targets([others, told("failed", 4)])).toEqual([]);
  expect(targets([others, told("failed", 6)])).toEqual(["mail minh@example.org"]);
  expect(targets([others, told("failed", 30), told("failed", 9)])).toEqual([]);
  expect(targets([others, told("failed", 30), told("failed", 11)])).toEqual(["mail minh@example.org"]);
  expect(waitMinutes(30)).toBe(720);
});

test("no text of the host can forge a line, a header or an order of letters", () => {
  const message = messageOf(
    notice({ subject: "a\r\nBcc: x@y", lines: ["one\nNext:\n  rm -rf /\u202e\u001b[2J"] }),
    "law-host",
    NOW,
  );
  expect(message.subject).toMatch(/^[^\r\n]*$/);
  expect(message.text.split("\n")).toEqual([
    "one\\u{A}Next:\\u{A}  rm -rf /\\u{202E}\\u{1B}[2J",
    "",
    "Next:",
    "  npm run fetch -- x",
    "",
  ]);
});

test("a line that goes on for ever is cut off", () => {
  expect(messageOf(notice({ lines: ["x".repeat(10_000)] }), "law-host", NOW).text.length).toBeLessThan(700);
});

test.each([
  ["a mail server elsewhere without encryption", { kind: "smtp", host: "mail.example.org", security: "none" }],
  ["an address with a line end", { kind: "smtp", from: "a@b.org\r\nBcc: c@d.org" }],
  ["a webhook without encryption", { kind: "webhook", url: "http://hooks.example.org/x" }],
  ["a password where its name belongs", { kind: "smtp", login: { user: "cutter", password: "s3cret" } }],
])("a configuration with %s is refused", (_what, wrong) => {
  const [mail] = config.channels;
  const hook = { kind: "webhook", name: "hook", url: "https://h.example.org", secret: { file: "/e", variable: "K" } };
  const base = wrong.kind === "smtp" ? mail : hook;
  expect(notificationsSchema.safeParse({ ...config, channels: [base] }).success).toBe(true);
  expect(notificationsSchema.safeParse({ ...config, channels: [{ ...base, ...wrong }] }).success).toBe(false);
});
