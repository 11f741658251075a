import { expect, test } from "vitest";
import {
  approvalPoints,
  backupPoint,
  documentPoint,
  hostPoints,
  outcomePoints,
  precheckPoints,
} from "../../../../scripts/readiness/document-points.ts";
import type { StatusJson } from "../../../../runner/model/events.ts";
import { lateDrill } from "../../../../scripts/operator/drill-reminder.ts";
import { operatorCommand, operatorSentence } from "../../../../runner/rules/operator-command.ts";
import { progressOn } from "../../../../runner/terminal/progress.ts";
import { endOf } from "../../../../scripts/operator/stop-of-host.ts";

const RUN = "ictr-20261120T000000Z-00000000";

test.each([
  [`cutter orchestrate resume ${RUN}`, `npm run resume -- ${RUN}`],
  [`cutter orchestrate revert ${RUN} "<reason>"`, `npm run rollback -- ${RUN} "<reason>"`],
  [`cutter orchestrate follow ${RUN}`, `npm run logs -- ${RUN}`],
  ["cutter orchestrate status", "npm run status"],
  ["cutter gate admit a.json b.json", "npm run admit -- a.json b.json"],
  ["cutter precheck", "npm run cutter -- precheck"],
  [`cutter journal verify ${RUN}`, `npm run cutter -- journal verify ${RUN}`],
  ["npm run approve -- requests/SG_1_cut_authz-1", `npm run fetch -- ${RUN}`],
  ["apt-get install -y gpg", "apt-get install -y gpg"],
])("the host's %s is given as %s", (host, ours) => {
  expect(operatorCommand(host, "sandbox", RUN)).toBe(ours);
});

test("a command for another stack names it once", () => {
  expect(operatorCommand("cutter orchestrate status", "contabo")).toBe("npm run status -- --stack contabo");
  const given = operatorCommand(`cutter orchestrate resume ${RUN}`, "contabo");
  expect([given, operatorCommand(given, "contabo")]).toEqual([`npm run resume -- ${RUN} --stack contabo`, given]);
  expect(operatorSentence("wait, then `cutter orchestrate status`", "contabo")).toBe(
    "wait, then `npm run status -- --stack contabo`",
  );
});

test("whatever a host says, its words reach the screen without a control or direction character", () => {
  const written: string[] = [];
  const progress = progressOn({ write: (text) => written.push(text) });
  const evil = "a\u001b[2Jb\u202ec\u0007\r\nd";
  progress.show({ event: "opened", at: "2026-11-20T10:11:12.000Z", run_id: RUN, document_id: evil });
  progress.show({
    event: "phase",
    at: "2026-11-20T10:11:13.000Z",
    phase: evil,
    status: "passed",
    seconds: 0.5,
    rows: 10,
    invariants: "4/4",
  });
  progress.show({ event: "finding", at: "2026-11-20T10:11:14.000Z", text: evil });
  expect(written).toHaveLength(3);
  expect(written.join("").replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect(written[1]).toContain("10 rows, 20/s");
});

test("counted progress names what is counted, so that 2 of 2 is known for the rehearsal", () => {
  const written: string[] = [];
  progressOn({ write: (text) => written.push(text) }).show({
    event: "progress",
    at: "2026-11-20T10:11:12.000Z",
    phase: "rehearsal",
    done: 2,
    of: 2,
    what: "both passed",
  });
  expect(written).toEqual(["10:11:12    rehearsal  2 of 2 both passed\n"]);
});

test("on a terminal the line of a phase is written over until the phase has passed", () => {
  const written: string[] = [];
  const progress = progressOn({ isTTY: true, write: (text) => written.push(text) });
  progress.show({ event: "phase", at: "2026-11-20T10:11:12.000Z", phase: "mark", status: "started" });
  progress.show({
    event: "phase",
    at: "2026-11-20T10:11:13.000Z",
    phase: "mark",
    status: "passed",
    seconds: 1,
    invariants: "5/5",
  });
  expect(written).toEqual([
    expect.stringMatching(/^10:11:12 {2}mark +… [/]$/),
    expect.stringMatching(/^\r.*10:11:13 {2}mark +passed +1\.00 s {2}5\/5\n$/),
  ]);
});

test("a last word of the host that is no stop of the table is a bug, and no last word is none", () => {
  const stop = { code: "STOP_HALTED", saw: "a", wanted: "b", hint: "c", next: null, or: null, details: [] };
  expect(endOf([{ event: "ended", exit: 4, stop }])).toMatchObject({ exit: 4, stop: { code: "STOP_HALTED" } });
  expect(endOf([{ event: "ended", exit: 70, stop: { ...stop, code: "BUG" } }])).toMatchObject({
    exit: 70,
    stop: undefined,
    bug: "a",
  });
  expect(endOf([{ event: "phase" }])).toBeUndefined();
});

test("the checklist tells missing from could not look, and gives a command for both", () => {
  const nothing = { events: [], stop: undefined };
  const unseen = {
    events: [],
    stop: { code: "STOP_COULD_NOT_LOOK" as const, facts: { saw: "no answer", wanted: "one" } },
  };
  const unknown = {
    events: [],
    stop: { code: "STOP_DOCUMENT_UNKNOWN" as const, facts: { saw: "no row", wanted: "one" } },
  };
  expect(documentPoint("LAW-1", unknown, undefined)).toMatchObject({
    state: "missing",
    next: "npm run register -- <file> LAW-1",
  });
  expect(documentPoint("LAW-1", unseen, undefined).state).toBe("could not look");
  expect(documentPoint("LAW-1", nothing, undefined).state).toBe("could not look");
  expect(precheckPoints(unseen, "never").map((point) => point.state)).toEqual(["could not look", "missing"]);
  expect(
    precheckPoints(
      { events: [{ event: "point", part: "prechecks", title: "a", state: "missing", saw: "b" }], stop: undefined },
      undefined,
    ).map((point) => point.state),
  ).toEqual(["missing", "found"]);
  expect(approvalPoints("LAW-1", undefined).map((point) => [point.state, point.next])).toEqual(
    Array.from({ length: 3 }, () => ["missing", "npm run cut -- LAW-1"]),
  );
});

test("status reminds of the restore drill from the thirty-first day on, and looking at the head alone does not count", () => {
  const now = new Date("2026-11-20T12:00:00.000Z");
  const drilled = (kind: string, at: string) => ({
    event: "drill",
    schema_version: "1",
    run_id: RUN,
    kind,
    at,
    file_sha: "a".repeat(64),
    recipient: "A".repeat(40),
    tables: 17,
    rows: 700,
    actor: "lan",
    machine: "laptop",
  });
  expect(lateDrill([], now)).toBe("no backup of this host was ever restored outside it");
  expect(lateDrill([drilled("whole", "2026-10-21T12:00:00.000Z")], now)).toBeUndefined();
  expect(
    lateDrill([drilled("whole", "2026-10-20T11:00:00.000Z"), drilled("whole", "2026-09-01T00:00:00.000Z")], now),
  ).toBe("the last restore drill was 31 days ago");
  expect(lateDrill([drilled("head", "2026-11-20T11:00:00.000Z")], now)).toBe(
    "no backup of this host was ever restored outside it",
  );
});

test("the checklist of a first run asks for the host, the proven backup and every document of a finished run", () => {
  const point = (title: string) => ({ part: "x", title, state: "found" as const, saw: "" });
  const points = [
    "hostname",
    "/opt/v04 present and untouched",
    "tests baseline",
    "no secret in tracked files",
    "programs",
    "counts against the pinned baseline",
  ].map(point);
  expect(hostPoints(points, true).map(({ title }) => title)).toEqual([
    "hostname",
    "/opt/v04 present and untouched",
    "counts against the pinned baseline",
  ]);
  expect(hostPoints(points, false)).toHaveLength(5);
  const run = { run_id: RUN, document_id: "LAW-1", state: "closeout_reported", next: null } as unknown as StatusJson;
  expect(backupPoint("LAW-1", undefined, undefined)).toMatchObject({ state: "missing", next: "npm run cut -- LAW-1" });
  expect(
    backupPoint("LAW-1", run, {
      events: [{ event: "receipt", package: { file_sha: "a".repeat(64) } }],
      stop: undefined,
    }).state,
  ).toBe("found");
  const verified = {
    events: [{ event: "verified", checks: ["one_verdict"], summary_sha: "b".repeat(64) }],
    stop: undefined,
  };
  const names = [
    "01-source-pin",
    "02-mark",
    "03-cutplan",
    "04-pre-write-backup",
    "05-grant-probe",
    "06-cut-leg-a",
    "07-structural-verify",
    "08-leg-b-record",
    "09-write-verify",
    "10-lifecycle-enact",
    "11-closeout",
    "12-final-report",
    "SG1-cut-authz-request",
    "SG2-lifecycle-authz-request",
  ];
  const history = [...names, "01-source-pin"].map((name, day) => ({
    event: "report",
    file: `knowledge/x/${name}-2026-11-${String(day + 10)}.md`,
  }));
  const answers = (told: typeof history) =>
    outcomePoints("LAW-1", run, verified, told).map(({ title, state }) => [title, state]);
  expect(answers([...history, { event: "report", file: `runs/${RUN}/rehearsal.md` }])).toEqual([
    ["final_state closeout_reported", "found"],
    ["documents of the run", "found"],
    ["closeout summary sha", "found"],
    ["one verdict", "found"],
  ]);
  expect(answers(history.slice(1, 14))).toContainEqual(["documents of the run", "missing"]);
});
