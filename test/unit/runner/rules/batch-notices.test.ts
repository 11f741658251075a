// What people are told of a batch: one notice for the signatures of a wave, not one for each of its runs.
import { describe, expect, test } from "vitest";
import { parseBatchState, type BatchStateJson } from "../../../../runner/model/batch-state.ts";
import {
  batchNotices,
  endingInBatches,
  runsOfHaltedBatches,
  runsOfOpenBatches,
  type BatchSight,
  type EndingSignature,
} from "../../../../runner/rules/batch-notices.ts";

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
  rests: false,
  members: [member(1, "enacted", 0), member(2, "asks_cut"), member(3, "asks_cut"), member(4, "quarantined")],
  ...over,
});
const NOW = new Date("2026-11-29T14:00:00Z");
const sight = (of: BatchStateJson, secondsAgo = 1): BatchSight => ({
  host: "law-host",
  stack: "contabo",
  now: NOW,
  batches: [{ state: of, written: new Date(NOW.getTime() - secondsAgo * 1_000) }],
  persons: [
    { id: "linh", gates: ["SG_1_cut_authz"] },
    { id: "minh", gates: ["EXECUTION", "UNHALT"] },
    { id: "hoa", gates: ["SG_2_lifecycle_authz"] },
  ],
});
const told = (of: BatchStateJson, secondsAgo?: number) => batchNotices(sight(of, secondsAgo));

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

test("with one document left out of the first signatures, who signs SG_2 is told of those that are written", () => {
  const members = [member(2, "asks_cut"), member(3, "asks_enact"), member(5, "asks_enact")];
  expect(told(batch({ members })).map(({ subject, persons }) => [subject.split(",")[0], persons])).toEqual([
    ["signatures wanted: SG_1_cut_authz and EXECUTION of 1 documents", ["linh", "minh"]],
    ["signatures wanted: SG_2_lifecycle_authz of 2 documents", ["hoa"]],
  ]);
});

test("while documents come to the same signature by themselves nobody is asked, and when they stand still everybody is", () => {
  const members = [member(2, "asks_enact"), member(3, "writing")];
  const writing = batch({ state: "batch_writing", members });
  expect(told(writing)).toEqual([]);
  expect(told(writing, 121)).toMatchObject([{ persons: ["hoa"] }]);
  expect(told({ ...writing, rests: true })).toMatchObject([{ persons: ["hoa"] }]);
  expect(told(batch({ state: "batch_planning", members: [member(2, "asks_cut"), member(3, "planning")] }))).toEqual([]);
});

test("whoever signs a wave in two sittings is not told of the second half once more", () => {
  const [before] = told(batch({ members: [member(2, "asks_enact"), member(3, "asks_enact")] }));
  const [after] = told(batch({ members: [member(2, "asks_enact"), member(3, "enacted")] }));
  expect(after?.subject).toContain("of 1 documents");
  expect(after?.key).toBe(before?.key);
});

test("the runs of an open batch are the batch's to ask for, and those of a halted one the batch's to tell of", () => {
  const seen = (over: Partial<BatchStateJson>) => sight(batch(over)).batches;
  expect(runsOfOpenBatches(seen({})).has(member(2, "").run_id)).toBe(true);
  expect(runsOfOpenBatches(seen({ close_kind: "done" })).size).toBe(0);
  expect(runsOfHaltedBatches(seen({ stopped: "look first" })).has(member(2, "").run_id)).toBe(true);
  expect(runsOfHaltedBatches(seen({})).size).toBe(0);
});

describe("time that runs out for a wave of fifty", () => {
  const TERM = 90 * 60_000;
  const members = Array.from({ length: 50 }, (_, n) => ({
    ...member(2, "asks_cut"),
    document_id: `LAW-${n}`,
    run_id: `ictr-20261129T120000Z-${String(n).padStart(8, "0")}`,
  }));
  const until = Date.parse("2026-11-29T14:20:00Z");
  const endings = (over: Partial<EndingSignature> = {}): EndingSignature[] =>
    members.map(({ run_id }, n) => ({
      ...{ run_id, gate: "EXECUTION", admitted: false, until: until + n * 1_000, term: TERM, persons: ["minh"] },
      ...over,
    }));
  const of = batch({ members });

  test("is told once for a gate, not fifty times", () => {
    const both = [...endings(), ...endings({ gate: "SG_1_cut_authz", persons: ["linh"] })];
    expect(endingInBatches(sight(of), both)).toMatchObject([
      {
        kind: "signature_expiring",
        persons: ["minh"],
        subject: `20 minutes left to sign EXECUTION of 50 documents, wave 1 of ${ID}`,
        next: [`npm run batch -- fetch ${ID} --stack contabo`, `npm run approve -- bundles/${ID}/EXECUTION`],
      },
      { persons: ["linh"] },
    ]);
  });

  test("stays the same notice when a further document comes into its last third, and is another when it is asked anew", () => {
    const keyOf = (some: readonly EndingSignature[]) => endingInBatches(sight(of), some)[0]?.key;
    expect(keyOf(endings().slice(0, 1))).toBe(keyOf(endings()));
    expect(keyOf(endings({ until: until + TERM }))).not.toBe(keyOf(endings()));
  });

  test("is not told of a document that another machine has carried on meanwhile", () => {
    const later = batch({ members: members.map((one) => ({ ...one, standing: "writing" })) });
    expect(endingInBatches(sight(later), endings())).toEqual([]);
  });

  test("of signatures that are admitted and not used is told with batch resume", () => {
    const signed = batch({ members: members.map((one) => ({ ...one, standing: "may_cut" })) });
    expect(endingInBatches(sight(signed), endings({ admitted: true }))).toMatchObject([
      {
        subject: `20 minutes left to use the admitted EXECUTION of 50 documents, wave 1 of ${ID}`,
        next: [`npm run batch -- resume ${ID} --stack contabo`],
      },
    ]);
  });
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
