import { describe, expect, test } from "vitest";
import type { Notice } from "../../../../runner/model/notice.ts";
import type { SeenBatch } from "../../../../runner/rules/batch-notices.ts";
import { noticesOf, type HostSight } from "../../../../runner/rules/notices.ts";
import { stateJson, type StateFacts } from "../../../../runner/rules/run-state.ts";
import { admission, minute, receipt, recordsThrough, requests, RUN_ID, runRow } from "../../../support/recorded-run.ts";

const { sg1, execution } = requests();
const DAY = 24 * 60;
const open = (request: typeof sg1 | typeof execution) => ({
  gate: request.gate,
  bundle: `/var/lib/cutter/runs/${RUN_ID}/requests/${request.gate}-1`,
  payload_sha: request.payload_sha,
  approve_by: request.approve_by,
});

/** A run at its first pause; SG_1 may be signed for 24 hours and EXECUTION for 90 minutes from minute 10. */
const state = (more: Partial<StateFacts> = {}) =>
  stateJson({
    revision: 6,
    run: runRow("awaiting_cut_authorization", { last_stop: "STOP_APPROVAL_REQUIRED" }),
    phases: recordsThrough("grant_probe"),
    proves: {},
    admissions: [],
    halts: [],
    receipts: [receipt(1, minute(4))],
    requests: [open(sg1), open(execution)],
    last_error: null,
    phase_cap_seconds: 600,
    now: minute(20),
    ...more,
  });
const persons: HostSight["persons"] = [
  { id: "minh", gates: ["SG_1_cut_authz", "EXECUTION", "UNHALT"] },
  { id: "lan", gates: ["EXECUTION", "SG_3_failure_escalation"] },
];
const sight = (more: Partial<HostSight> = {}): HostSight => ({
  host: "law-host",
  stack: "contabo",
  now: minute(20),
  runs: [{ state: state(), silent: false }],
  halts: [],
  batches: [],
  persons,
  keys: [],
  backup: minute(4),
  drill: minute(5),
  backup_days: 7,
  execution_term: 5400,
  unseen: [],
  ...more,
});
const BATCH_ID = "ictb-20261129T120000Z-0000000a";
/** An open batch whose one document is the run. */
const openBatch = (over: Partial<SeenBatch["state"]> = {}): SeenBatch => ({
  written: minute(19),
  state: {
    ...{ schema_version: "1", batch_id: BATCH_ID, state: "batch_awaiting_cut_authz_set", wave: 0 },
    ...{ documents: 1, enacted: 0, quarantined: 0, stopped: null, close_kind: null, close_reason: null },
    rests: true,
    members: [{ document_id: "SAMPLE", run_id: RUN_ID, wave: 0, standing: "asks_cut", reason: null }],
    ...over,
  },
});
const at = (more: Partial<HostSight>): Notice[] => noticesOf(sight(more));
const only = (kind: Notice["kind"], notices: readonly Notice[]): Notice[] =>
  notices.filter((notice) => notice.kind === kind);
const withRun = (more: Partial<StateFacts>, rest: Partial<HostSight> = {}): Notice[] =>
  at({ runs: [{ state: state(more), silent: false }], ...rest });

describe("signatures", () => {
  test("whoever may sign a gate is told which command fetches the request and which one signs it", () => {
    const wanted = only("signature_wanted", at({}));
    expect(wanted.map(({ persons: who, next }) => [who, next])).toEqual([
      [
        ["minh"],
        [`npm run fetch -- ${RUN_ID} --stack contabo`, `npm run approve -- bundles/${RUN_ID}/SG_1_cut_authz-1`],
      ],
      [
        ["minh", "lan"],
        [`npm run fetch -- ${RUN_ID} --stack contabo`, `npm run approve -- bundles/${RUN_ID}/EXECUTION-1`],
      ],
    ]);
    expect(wanted[0]?.lines.join(" ")).toContain(`until ${sg1.approve_by}`);
  });

  test("who gave one of the two signatures is not asked for the other, and a given one is not asked for", () => {
    const signed = admission("SG_1_cut_authz", "minh", minute(15), { payload_sha: sg1.payload_sha });
    const wanted = only("signature_wanted", withRun({ admissions: [signed] }));
    expect(wanted.map(({ subject, persons: who }) => [subject, who])).toEqual([
      ["signature wanted: EXECUTION of SAMPLE", ["lan"]],
    ]);
  });

  test("in the last third of its time a request is told once more", () => {
    const asked = Date.parse(execution.approve_by) - 90 * 60_000;
    const after = (minutes: number): Notice[] =>
      only("signature_expiring", at({ now: new Date(asked + minutes * 60_000) }));
    expect(after(59)).toEqual([]);
    expect(after(61).map(({ subject }) => subject)).toEqual(["29 minutes left to sign EXECUTION of SAMPLE"]);
    expect(after(91)).toEqual([]);
  });

  test("a request past its time is not offered for signing any more", () => {
    const late = new Date(Date.parse(execution.approve_by) + 1);
    expect(only("signature_wanted", at({ now: late })).map(({ subject }) => subject)).toEqual([
      "signature wanted: SG_1_cut_authz of SAMPLE",
    ]);
  });

  test("an admitted signature that is not used is told in the last third of its time, with resume as the next command", () => {
    const signed = admission("EXECUTION", "lan", minute(15), { payload_sha: execution.payload_sha });
    const usable = signed.use_by.getTime() - 600_000;
    const told = (millis: number): Notice[] =>
      only("signature_expiring", withRun({ admissions: [signed] }, { now: new Date(millis) })).filter(({ key }) =>
        key.includes("admitted"),
      );
    expect(told(usable - 31 * 60_000)).toEqual([]);
    expect(told(usable - 29 * 60_000)[0]).toMatchObject({
      next: [`npm run resume -- ${RUN_ID} --stack contabo`],
    });
  });

  test("in the last third of its time a document of a batch is told as the batch, not by itself", () => {
    const now = new Date(Date.parse(execution.approve_by) - 20 * 60_000);
    const told = only("signature_expiring", at({ now, batches: [openBatch()] }));
    expect(told.map(({ subject, persons: who }) => [subject, who])).toEqual([
      [`20 minutes left to sign EXECUTION of 1 documents, wave 0 of ${BATCH_ID}`, ["lan", "minh"]],
    ]);
  });

  test("a renewed request is a new notice, and the same request stays the same one", () => {
    const [first] = only("signature_wanted", at({}));
    const [again] = only("signature_wanted", at({ now: minute(21) }));
    const renewed = { ...open(sg1), approve_by: "2026-11-22T08:10:00Z" };
    const [other] = only("signature_wanted", withRun({ requests: [renewed] }));
    expect(again?.key).toBe(first?.key);
    expect(other?.key).not.toBe(first?.key);
  });
});

describe("stops and halts", () => {
  const error = (stop_code: string) => ({ stop_code, message: "3 rows differ", phase: "grant_probe" as const });

  test("a run that stopped is told with what it saw, what is committed and the next command", () => {
    const [notice] = only("run_stopped", withRun({ last_error: error("STOP_DRIFT") }));
    expect(notice).toMatchObject({ persons: [], run_id: RUN_ID });
    expect(notice?.lines.join("\n")).toMatch(
      /stopped in grant_probe with STOP_DRIFT[\s\S]*3 rows differ[\s\S]*Committed so far: nothing/,
    );
    expect(notice?.next.at(-1)).toBe(`npm run status -- ${RUN_ID} --stack contabo`);
  });

  test("the ordinary pause for signatures is no stop", () => {
    expect(only("run_stopped", withRun({ last_error: error("STOP_APPROVAL_REQUIRED") }))).toEqual([]);
  });

  test("the same stop after another try is told again", () => {
    const keyOf = (revision: number): string | undefined =>
      only("run_stopped", withRun({ last_error: error("STOP_DRIFT"), revision }))[0]?.key;
    expect(keyOf(6)).toBe(keyOf(6));
    expect(keyOf(8)).not.toBe(keyOf(6));
  });

  test("a torn run is told to those who may decide about it", () => {
    const torn = withRun({ run: runRow("torn", { last_stop: "STOP_TORN" }), last_error: error("STOP_TORN") });
    expect(only("run_stopped", torn)[0]?.persons).toEqual(["lan"]);
  });

  test("a process that is gone without a last word is told", () => {
    const [notice] = only("run_stopped", at({ runs: [{ state: state(), silent: true }] }));
    expect(notice?.subject).toBe(`the process of ${RUN_ID} is gone`);
  });

  test("a halt of the file and of the row is one halt, told to those who may lift it with the command that names it", () => {
    const said = { halt_id: "3", reason: "strange rows", actor: "an", at: "2026-11-20T08:15:00.000Z" };
    const row = { halt_id: "3", run_id: null, reason: "strange rows", actor: "an", at: minute(15) };
    const told = withRun({ halts: [row] }, { halts: [{ run_id: null, laid: minute(15), said }] });
    expect(only("halted", told)).toMatchObject([
      {
        key: "halted 3",
        persons: ["minh"],
        next: ["npm run status -- --stack contabo", "npm run unhalt -- 3"],
      },
    ]);
    expect(only("signature_wanted", told)).toEqual([]);
  });

  test("the halts of a halted batch are told as that batch alone, a halt of every run by itself", () => {
    const row = { halt_id: "3", run_id: RUN_ID, reason: "look first", actor: "an", at: minute(15) };
    const told = (halts: (typeof row | { run_id: null })[]) =>
      only(
        "halted",
        withRun(
          { halts: halts.map((one) => ({ ...row, ...one })) },
          { batches: [openBatch({ stopped: "look first" })] },
        ),
      ).map(({ subject }) => subject);
    expect(told([row])).toEqual([`batch ${BATCH_ID} stands still`]);
    expect(told([{ run_id: null }])).toEqual(["halted: every run on law-host", `batch ${BATCH_ID} stands still`]);
  });

  test("a halt file laid by hand is told, and laid again it is told again", () => {
    const keyAt = (laid: Date): string | undefined =>
      only("halted", at({ halts: [{ run_id: null, laid, said: undefined }] }))[0]?.key;
    expect(keyAt(minute(1))).toBeDefined();
    expect(keyAt(minute(2))).not.toBe(keyAt(minute(1)));
  });
});

describe("backups, drills, keys and blind spots", () => {
  test("an old backup is told once a week for as long as it is old", () => {
    const keyAfter = (days: number): string | undefined =>
      only("backup_old", at({ now: minute(days * DAY + 5) }))[0]?.key;
    expect(keyAfter(6)).toBeUndefined();
    expect(keyAfter(8)).toBe(keyAfter(9));
    expect(keyAfter(15)).not.toBe(keyAfter(9));
  });

  test("a host that was never used owes no backup and no drill, one with runs owes both", () => {
    const kinds = (more: Partial<HostSight>): string[] =>
      at({ backup: null, drill: null, ...more }).map(({ kind }) => kind);
    expect(kinds({ runs: [] })).toEqual([]);
    expect(kinds({})).toContain("backup_old");
    expect(kinds({ backup: minute(4) })).toContain("drill_old");
  });

  test("a drill that is too long ago names a run to drill", () => {
    const [notice] = only("drill_old", at({ now: minute(31 * DAY + 6) }));
    expect(notice?.next).toEqual([`npm run restore-drill -- ${RUN_ID} --stack contabo`]);
    expect(only("drill_old", at({ now: minute(29 * DAY) }))).toEqual([]);
  });

  test("a key is told 30 days before its end, 7 days before and when it has ended, to its own person", () => {
    const key = { person: "lan", fingerprint: "A".repeat(40), expires: minute(100 * DAY) };
    const told = (day: number): Notice | undefined =>
      only("key_expiring", at({ keys: [key], now: minute(day * DAY + 1) }))[0];
    expect(told(69)).toBeUndefined();
    expect(told(75)).toMatchObject({ persons: ["lan"], subject: "the key of lan ends in 25 days" });
    expect(told(80)?.key).toBe(told(75)?.key);
    expect(told(94)?.key).not.toBe(told(75)?.key);
    expect(told(100)?.subject).toBe("the key of lan has ended");
    expect(at({ keys: [{ ...key, expires: null }] }).map(({ kind }) => kind)).not.toContain("key_expiring");
  });

  test("what could not be looked at is told once a day, with every place", () => {
    const told = (now: Date): Notice | undefined =>
      only("could_not_look", at({ unseen: ["the runs: EACCES"], now }))[0];
    expect(told(minute(20))?.lines).toContain("the runs: EACCES");
    expect(told(minute(30))?.key).toBe(told(minute(20))?.key);
    expect(told(minute(20 + DAY))?.key).not.toBe(told(minute(20))?.key);
  });
});

test("a machine that does not tell for its host tells what lies on it alone", () => {
  const told = noticesOf(sight({ backup: null, batches: [openBatch()], unseen: ["the keys: no"] }), false);
  expect(told.map(({ kind }) => kind)).toEqual(["could_not_look"]);
});
