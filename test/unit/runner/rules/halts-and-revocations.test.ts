import { expect, test } from "vitest";
import { PAYLOADS } from "../../../../runner/model/payload.ts";
import { haltFileName, haltFileOf, whyHaltFileStays } from "../../../../runner/rules/halt-file.ts";
import { judgeRevocation } from "../../../../runner/rules/revocation.ts";
import { judgeNamed, judgeUnhalt } from "../../../../runner/rules/unhalt.ts";
import { APPROVERS, LINH_KEY } from "../../../support/statements.ts";
import { RUN_ID } from "../../../support/recorded-run.ts";

const OTHER = "ictr-20261120T090000Z-00000000";
const HALTS = [
  { halt_id: "3", run_id: null },
  { halt_id: "4", run_id: RUN_ID },
  { halt_id: "5", run_id: RUN_ID },
];
const unhalt = (run_id: string, ...halt_ids: string[]) => PAYLOADS.UNHALT.parse({ run_id, host: "sandbox", halt_ids });
const saw = (verdict: ReturnType<typeof judgeUnhalt>): string | undefined =>
  verdict && `${verdict.code}: ${verdict.facts.saw}`;

test("an UNHALT lifts halts of its own reach and host that are in force, all of them or some", () => {
  expect(judgeUnhalt(unhalt(RUN_ID, "4", "5"), HALTS, "sandbox")).toBeUndefined();
  expect(judgeUnhalt(unhalt(RUN_ID, "5"), HALTS, "sandbox")).toBeUndefined();
  expect(judgeUnhalt(unhalt("*", "3"), HALTS, "sandbox")).toBeUndefined();
});

test("an UNHALT of another reach, of a halt that has ended or of another host is refused and says which halt", () => {
  expect(saw(judgeUnhalt(unhalt(RUN_ID, "3", "4"), HALTS, "sandbox"))).toBe(
    `STOP_APPROVAL_INVALID: halt 3 is not in force for ${RUN_ID}`,
  );
  expect(saw(judgeUnhalt(unhalt("*", "4"), HALTS, "sandbox"))).toBe(
    "STOP_APPROVAL_INVALID: halt 4 is not in force for every run",
  );
  expect(saw(judgeUnhalt(unhalt(OTHER, "4"), HALTS, "sandbox"))).toBe(
    `STOP_APPROVAL_INVALID: halt 4 is not in force for ${OTHER}`,
  );
  expect(saw(judgeUnhalt(unhalt("*", "3"), HALTS, "vmi1"))).toBe("STOP_APPROVAL_INVALID: an UNHALT of another host");
});

test("an UNHALT of a halt that does not exist, or that holds another reach, lifts nothing and says so", () => {
  const known = HALTS.map((halt) => ({ ...halt, lifted: halt.halt_id === "5" }));
  const named = (run: string, ...ids: string[]) =>
    judgeNamed(
      unhalt(run, ...ids),
      known.filter((halt) => ids.includes(halt.halt_id)),
    );
  expect(saw(named("*", "99"))).toBe("STOP_APPROVAL_INVALID: no halt 99 on this host");
  const other = named("*", "4");
  expect(saw(other)).toBe(`STOP_APPROVAL_INVALID: halt 4 holds ${RUN_ID}, and the statement is for every run`);
  expect(other?.facts.next).toBe(`npm run unhalt -- 4 --run ${RUN_ID}`);
  expect(named(RUN_ID, "3")?.facts.next).toBe("npm run unhalt -- 3");
  expect([named("*", "3"), named(RUN_ID, "4", "5")]).toEqual([undefined, undefined]);
});

test("the refusal of a run carries its reason, in plain words of one line", () => {
  const refusal = (reason: unknown) =>
    PAYLOADS.REVOCATION.safeParse({ run_id: RUN_ID, kind: "run", value: RUN_ID, reason }).success;
  expect(refusal("Điều 12 nói mười phần trăm, bản của tôi nói chín mươi")).toBe(true);
  for (const reason of ["", "x", "two\nlines", "a\u202eb", 7])
    expect([reason, refusal(reason)]).toEqual([reason, false]);
  const nonce = { run_id: RUN_ID, kind: "nonce", value: "a".repeat(32), reason: "no reason here" };
  expect(PAYLOADS.REVOCATION.safeParse(nonce).success).toBe(false);
});

test("a halt file goes only when no halt of its reach is left and the one it stands for had a row to be lifted", () => {
  const file = (halt_id: string | null) =>
    Buffer.from(JSON.stringify({ halt_id, reason: "stand-up", actor: "minh", at: "2026-11-20T08:00:00.000Z" }));
  expect(whyHaltFileStays(file("4"), RUN_ID, [{ halt_id: "3", run_id: null }])).toBeUndefined();
  expect(whyHaltFileStays(file("4"), RUN_ID, HALTS)).toBe("halt 4, 5 is still in force");
  expect(whyHaltFileStays(file(null), RUN_ID, [])).toContain("no row");
  expect(whyHaltFileStays(Buffer.from("by hand"), RUN_ID, [])).toContain("no row");
  expect(haltFileOf(Buffer.from([0xff]))).toBeUndefined();
  expect([haltFileName(null), haltFileName(RUN_ID as Parameters<typeof haltFileName>[0])]).toEqual([
    "HALT",
    `HALT.${RUN_ID}`,
  ]);
});

test("a revocation reaches a nonce of its run, a known run or a key somebody holds or used", () => {
  const revocation = (value: object) => PAYLOADS.REVOCATION.parse(value);
  const nonce = revocation({ run_id: RUN_ID, kind: "nonce", value: "a".repeat(32) });
  expect([judgeRevocation(nonce, null, APPROVERS), judgeRevocation(nonce, RUN_ID, APPROVERS)]).toEqual([
    undefined,
    undefined,
  ]);
  expect(saw(judgeRevocation(nonce, OTHER, APPROVERS))).toContain("STOP_APPROVAL_INVALID");
  const run = revocation({ run_id: RUN_ID, kind: "run", value: RUN_ID });
  expect([judgeRevocation(run, RUN_ID, APPROVERS), saw(judgeRevocation(run, null, APPROVERS))]).toEqual([
    undefined,
    expect.stringContaining("does not know"),
  ]);
  const key = (value: string) => revocation({ run_id: "*", kind: "key", value });
  expect([
    judgeRevocation(key(LINH_KEY), null, APPROVERS),
    judgeRevocation(key("F".repeat(40)), RUN_ID, APPROVERS),
  ]).toEqual([undefined, undefined]);
  expect(saw(judgeRevocation(key("F".repeat(40)), null, APPROVERS))).toContain("no approver holds");
});
