// What is told of a batch: a line a wave, how long its backup is still good, and the page of a batch that is closed.
import { expect, test } from "vitest";
import { digestOf } from "../../../../runner/model/canonical.ts";
import type { BatchId, WaveOutcome } from "../../../../runner/model/batch.ts";
import { batchReport } from "../../../../runner/reports/batch-report.ts";
import { markdownOf } from "../../../../runner/reports/markdown.ts";
import { batchAnswer, memberAnswers, waveAnswers, type AnsweredBatch } from "../../../../runner/rules/batch-answer.ts";
import { hostCommand } from "../../../../scripts/frame/host-command.ts";
import { batchText } from "../../../../runner/terminal/batch-text.ts";

const ID = "ictb-20261129T120000Z-0000000a" as BatchId;
const NOW = new Date("2026-11-29T13:00:00Z");
type Row = AnsweredBatch["members"][number];
const row = (document_id: string, over: Partial<Row>): Row => ({
  document_id,
  ordinal: 1,
  wave: 0,
  run_id: null,
  run_state: null,
  close_kind: null,
  last_stop: null,
  quarantined: false,
  reason: null,
  admitted: [],
  revoked: false,
  units: null,
  backed_up: null,
  ...over,
});
const RUN = "ictr-20261129T120000Z-00000001";
const MEMBERS: readonly Row[] = [
  row("LAW-A", { run_id: RUN, run_state: "closeout_reported", close_kind: "closeout", units: 3 }),
  row("LAW-B", {
    wave: 1,
    run_state: "awaiting_cut_authorization",
    admitted: ["EXECUTION", "SG_1_cut_authz"],
    backed_up: new Date("2026-11-29T12:20:00Z"),
  }),
  row("LAW-C", { wave: 1, run_state: "awaiting_cut_authorization", backed_up: new Date("2026-11-29T12:30:00Z") }),
  row("LAW-D", { wave: 1, run_state: "awaiting_lifecycle_authorization" }),
  row("LAW-E", { wave: 1, quarantined: true, reason: "STOP_REFUSED_INPUT: no heading" }),
];
const OUTCOME: WaveOutcome = [["LAW-A", RUN, "closeout", "a".repeat(64), "b".repeat(64)]];
const WAVES = [{ wave: 0, outcome_digest: digestOf(OUTCOME), outcome: OUTCOME, at: NOW }];
const answered = {
  facts: { batch_id: ID, close_kind: null, stopped: null, members: MEMBERS, ended_waves: [0] },
  batch: { host: "vm", opened: NOW, close_reason: null, now: NOW, halts_in_force: [] },
  members: MEMBERS,
  waves: WAVES,
  maxAgeMinutes: 60,
  secondsEach: 30,
  load: { kind: "goes_on" },
  heldBack: undefined,
} as const;

test("each wave is told by how far its documents came, with its minutes, its backup and its outcome", () => {
  expect(waveAnswers(answered)).toMatchObject([
    {
      wave: 0,
      documents: 1,
      planned: 1,
      written: 1,
      enacted: 1,
      backup_minutes_left: null,
      outcome_digest: digestOf(OUTCOME),
    },
    {
      ...{ wave: 1, documents: 4, planned: 3, signed: 2, written: 1, verified: 1, enacted: 0, quarantined: 1 },
      ...{ per_minute: 2, minutes_left: 2, backup_minutes_left: 20, outcome_digest: null },
    },
  ]);
  expect(memberAnswers(answered).map((one) => one.backup_minutes_left)).toEqual([null, 20, 30, null, null]);
  expect(batchText(batchAnswer(answered), waveAnswers(answered), memberAnswers(answered))).toContain(
    "  wave 1  of 4: planned 3, signed 2, written 1, verified 1, enacted 0, set aside 1, 2 min left, backup 20 min\n",
  );
});

test("a batch that is held back says so in the words of the worker that holds it", () => {
  const heldBack = "pauses: 400 seconds that a transaction of others runs, more than 300";
  expect(batchAnswer({ ...answered, heldBack }).throttle).toBe(heldBack);
});

test("the page of a closed batch names every document, its run or why it was set aside, and what each wave came to", () => {
  const closed = { ...answered, facts: { ...answered.facts, close_kind: "done" } };
  const batch = { manifest_sha: "c".repeat(64), actor: "lan", release: "d".repeat(64), opened: NOW, closed: NOW };
  const page = markdownOf(batchReport(batchAnswer(closed), memberAnswers(closed), { batch, waves: WAVES }));
  for (const { document_id } of MEMBERS) expect(page).toContain(document_id);
  for (const words of [
    RUN,
    "STOP_REFUSED_INPUT: no heading",
    digestOf(OUTCOME),
    "done: 1 of 5 documents enacted, 1 set aside",
  ])
    expect(page).toContain(words);
});

const next = (members: readonly Row[], over: Partial<AnsweredBatch["facts"]> = {}): string | null =>
  batchAnswer({ ...answered, members, facts: { ...answered.facts, ended_waves: [], members, ...over } }).next;
const asks = row("LAW-A", { run_id: RUN, run_state: "awaiting_cut_authorization" });
const signed = { ...asks, admitted: ["EXECUTION", "SG_1_cut_authz"] };
const enact = row("LAW-B", { run_id: RUN, run_state: "awaiting_lifecycle_authorization" });

test.each([
  ["whoever has to sign is sent to fetch first, not to resume with files nobody has", [asks], "fetch"],
  ["the same where the enactment waits to be signed", [enact], "fetch"],
  ["a batch that works is followed", [row("LAW-A", { run_state: "planned" })], "follow"],
  ["one document that is written is followed before the next is signed", [signed, asks], "follow"],
  [
    "what was tried with these signatures is tried again by a person",
    [{ ...signed, last_stop: "STOP_DRIFT" }],
    "resume",
  ],
])("next: %s", (_who, members, verb) => {
  const command = next(members);
  expect(hostCommand(command ?? "", "contabo")).toBe(`npm run batch -- ${verb} ${ID} --stack contabo`);
});
test("a batch that stands still names its unhalt, else the way to give it up; a closed one nothing", () => {
  const halted = { ...answered, batch: { ...answered.batch, halts_in_force: [`7 --run ${RUN}`] } };
  const facts = { ...answered.facts, stopped: "a person" };
  expect(batchAnswer({ ...halted, facts }).next).toBe(`npm run unhalt -- 7 --run ${RUN}`);
  expect(hostCommand(next([asks], { stopped: "a person" }) ?? "", "sandbox")).toBe(
    `npm run batch -- void ${ID} "<reason>"`,
  );
  expect(next([asks], { close_kind: "voided" })).toBeNull();
});
