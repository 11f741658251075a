// The table of docs/decisions/0152-waves.md, row by row.
import { expect, test } from "vitest";
import { STOPS, type StopCode } from "../../../../runner/model/stop.ts";
import {
  consequenceOf,
  haltAfterFailures,
  judgeHalt,
  judgeSetAside,
  leftOut,
} from "../../../../runner/rules/batch-stops.ts";

const after = (code: StopCode, failures = 0) => consequenceOf({ exit: STOPS[code].exit, code }, failures);

test.each([
  { code: "STOP_APPROVAL_REQUIRED", kind: "waits" },
  { code: "STOP_APPROVAL_EXPIRED", kind: "waits" },
  { code: "STOP_EXECUTION_NOT_AUTHORIZED", kind: "waits" },
  { code: "STOP_HALTED", kind: "waits" },
  { code: "STOP_LEASE_HELD", kind: "again" },
  { code: "STOP_FENCED", kind: "again" },
  { code: "STOP_COULD_NOT_LOOK", kind: "again" },
  { code: "STOP_REFUSED_INPUT", kind: "quarantine" },
  { code: "STOP_PRECHECK_FAILED", kind: "halt" },
  { code: "STOP_TARGET_POLICY", kind: "quarantine" },
  { code: "STOP_OVER_HARD_CAP", kind: "quarantine" },
  { code: "STOP_DRIFT", kind: "halt" },
  { code: "STOP_VERIFY_FAILED", kind: "halt" },
  { code: "STOP_BACKUP_FAILED", kind: "halt" },
  { code: "STOP_TORN", kind: "halt" },
] as const)("after $code a leg: $kind", ({ code, kind }) => {
  expect(after(code).kind).toBe(kind);
});

test("every stop of the table has a consequence, and a bug halts", () => {
  for (const code of Object.keys(STOPS) as StopCode[]) expect(after(code).kind).not.toBe("goes_on");
  expect(consequenceOf({ exit: 70, code: "BUG" }, 0)).toMatchObject({
    kind: "halt",
    reason: expect.stringMatching(/BUG/) as unknown,
  });
  expect(consequenceOf({ exit: 0, code: null }, 0)).toEqual({ kind: "goes_on" });
});

test("what could not look is tried after 5, 30 and 120 seconds and then set aside; a held lease is no failure", () => {
  expect([0, 1, 2].map((failures) => after("STOP_COULD_NOT_LOOK", failures))).toEqual(
    [5, 30, 120].map((seconds) => ({ kind: "again", seconds, failed: true })),
  );
  expect(after("STOP_COULD_NOT_LOOK", 3).kind).toBe("quarantine");
  expect(after("STOP_LEASE_HELD", 9)).toMatchObject({ kind: "again", failed: false });
});

test("a machine whose disk is full sets no document aside: another one, or this one with room, tries again", () => {
  const full = { exit: 1, code: "STOP_COULD_NOT_LOOK", machineFault: "ENOSPC" };
  for (const failures of [0, 3, 9])
    expect(consequenceOf(full, failures)).toEqual({ kind: "again", seconds: 30, failed: false });
  const backup = { exit: 9, code: "STOP_BACKUP_FAILED" };
  expect(consequenceOf({ ...backup, machineFault: "ENOSPC" }, 0)).toMatchObject({ kind: "again", seconds: 30 });
  expect(consequenceOf(backup, 0).kind).toBe("halt");
  expect(consequenceOf({ exit: 6, code: "STOP_DRIFT", machineFault: "ENOSPC" }, 0).kind).toBe("halt");
});

test("more documents set aside than the manifest allows halt the batch, and one is too many where the policy is stop", () => {
  const aside = (document_id: string) => ({
    document_id,
    wave: 0,
    quarantined: true,
    reason: "STOP_REFUSED_INPUT: no",
  });
  const three = ["LAW-A", "LAW-B", "LAW-C"].map(aside);
  expect(haltAfterFailures({ failures: 3, policy: "quarantine" }, three)).toBeUndefined();
  expect(haltAfterFailures({ failures: 2, policy: "quarantine" }, three)).toMatch(
    /3 documents set aside.*2 are allowed/,
  );
  expect(haltAfterFailures({ failures: 9, policy: "stop" }, [aside("LAW-A")])).toMatch(/LAW-A/);
  const left = { ...aside("LAW-D"), reason: leftOut("lan", "not this week") };
  expect(haltAfterFailures({ failures: 3, policy: "quarantine" }, [...three, left])).toBeUndefined();
});

test("a halt before any run was opened is refused with the way out, as no UNHALT could name it", () => {
  const id = "ictb-20261129T120000Z-0000000a";
  expect(judgeHalt(id, [{ run_state: null }, { run_state: "opened" }])).toBeUndefined();
  expect(judgeHalt(id, [{ run_state: null }])).toMatchObject({
    code: "STOP_REFUSED_INPUT",
    facts: {
      hint: expect.stringContaining("orchestrate halt --reason") as unknown,
      next: `cutter orchestrate batch void ${id} "<reason>"`,
    },
  });
});

test("a person leaves out a document that wrote nothing; an enacted one and one of no batch are refused, one that wrote is undone first", () => {
  const run_id = "ictr-20261129T120000Z-00000001";
  const of = (standing: Parameters<typeof judgeSetAside>[1]) => judgeSetAside("LAW-A", standing)?.code;
  expect(of({ standing: "asks_cut", run_id })).toBeUndefined();
  expect(of({ standing: "waiting", run_id: null })).toBeUndefined();
  expect(of({ standing: "enacted", run_id })).toBe("STOP_REFUSED_INPUT");
  expect(of({ standing: "quarantined", run_id })).toBe("STOP_REFUSED_INPUT");
  expect(of(undefined)).toBe("STOP_REFUSED_INPUT");
  expect(of({ standing: "asks_enact", run_id })).toBe("STOP_RUN_OPEN");
});
