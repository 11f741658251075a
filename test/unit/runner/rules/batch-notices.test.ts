// What people are told of a batch: one notice for the signatures of a wave, not one for each of its runs.
import { expect, test } from "vitest";
import { parseBatchState, type BatchStateJson } from "../../../../runner/model/batch-state.ts";
import { batchNotices, runsOfOpenBatches, type BatchSight } from "../../../../runner/rules/batch-notices.ts";

const ID = "ictb-20261129T120000Z-0000000a";
const member = (n: number, standing: string, wave = 1) => ({
  document_id: `LAW-${n}`,
  run_id: `ictr-20261129T120000Z-0000000${n}`,
  wave,
  standing,
  reason: standing === "quarantined" ? "STOP_REFUSED_INPUT: no heading" : null,
});
const batch = (over: Partial<BatchStateJson> = {}): BatchStateJson => ({
  ...{ schema_version: "1", batch_id: ID, state: "batch_awaiting_cut_authz_set", wave: 1 },
  ...{ documents: 4, enacted: 1, quarantined: 1, stopped: null, close_kind: null, close_reason: null },
  members: [member(1, "enacted", 0), member(2, "asks_cut"), member(3, "asks_cut"), member(4, "quarantined")],
  ...over,
});
const told = (of: BatchStateJson) =>
  batchNotices({
    host: "law-host",
    stack: "contabo",
    batches: [of],
    persons: [
      { id: "linh", gates: ["SG_1_cut_authz"] },
      { id: "minh", gates: ["EXECUTION", "UNHALT"] },
      { id: "hoa", gates: ["SG_2_lifecycle_authz"] },
    ],
  } satisfies BatchSight);

test("a wave that waits for its first signatures is told once, to everybody who may give one of them", () => {
  expect(told(batch())).toMatchObject([
    {
      kind: "signature_wanted",
      persons: ["linh", "minh"],
      subject: expect.stringContaining("SG_1_cut_authz and EXECUTION of 2 documents") as unknown,
      next: [
        `npm run batch -- fetch ${ID} --stack contabo`,
        `npm run approve -- bundles/${ID}/SG_1_cut_authz`,
        `npm run approve -- bundles/${ID}/EXECUTION`,
      ],
    },
  ]);
  expect(told(batch())[0]?.key).toBe(told(batch())[0]?.key);
  const again = batch({ members: [member(2, "asks_cut"), member(5, "asks_cut")] });
  expect(told(again)[0]?.key).not.toBe(told(batch())[0]?.key);
});

test("while a wave is planned or written nobody is asked, and its runs are the batch's to ask for", () => {
  expect(told(batch({ state: "batch_writing" }))).toEqual([]);
  expect(runsOfOpenBatches([batch()]).has(member(2, "").run_id)).toBe(true);
  expect(runsOfOpenBatches([batch({ close_kind: "done" })]).size).toBe(0);
});

test("a batch that stands still and one that is closed are told with their reason", () => {
  expect(told(batch({ stopped: "look first" }))).toMatchObject([
    {
      kind: "halted",
      persons: ["minh"],
      lines: [`Batch ${ID} on law-host stands still: look first.`, expect.anything()],
    },
  ]);
  const closed = batch({ close_kind: "done", close_reason: "1 of 4 documents enacted, 3 set aside" });
  expect(told(closed)).toMatchObject([
    { kind: "batch_closed", lines: [expect.anything(), "Set aside: LAW-4, STOP_REFUSED_INPUT: no heading."] },
  ]);
});

test("a state file of another form is no batch", () => {
  expect(parseBatchState({ batch_id: "../x" })).toBeUndefined();
  expect(parseBatchState(batch())).toEqual(batch());
});
