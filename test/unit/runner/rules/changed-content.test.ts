// Two backups of one run: what other runs recorded between them is no drift, everything else is.
import { expect, test } from "vitest";
import type { ContentDigests } from "../../../../runner/model/backup-receipt.ts";
import {
  explainingEffects,
  judgeChangedContent,
  type ChangedContent,
  type OtherEffect,
} from "../../../../runner/rules/changed-content.ts";

const minute = (at: number): Date => new Date(Date.UTC(2026, 10, 29, 10, at));
const effect = (at: number, over: Partial<OtherEffect> = {}): OtherEffect => ({
  run_id: "ictr-20261129T100000Z-00000002",
  document_id: "LAW-2",
  effect: "cut_leg_a",
  units: 5,
  began: minute(at),
  at: new Date(minute(at).getTime() + 500),
  ...over,
});
const row = (document: string, at: number, sha: string) => ({
  document,
  set_aside: false,
  units: 5,
  versions: 5,
  content_sha: sha.repeat(64),
  newest_updated_at: minute(at).toISOString(),
  updated_by: "cutter_exec",
});
const digests = (units: number, others = 1): ContentDigests => ({
  "public.information_unit": { rows: 100 + units, sha: String(units).repeat(64).slice(0, 64) },
  "public.unit_version": { rows: 100 + units, sha: String(units).repeat(64).slice(0, 64) },
  "public.birth_registry": { rows: 50 + units, sha: String(units).repeat(64).slice(0, 64) },
  "public.dot_config": { rows: 3, sha: String(others).repeat(64).slice(0, 64) },
});
const change = (over: Partial<ChangedContent> = {}): ChangedContent => ({
  before: digests(0),
  now: digests(5),
  taken: minute(0),
  until: minute(70),
  effects: [effect(30)],
  target: "LAW-1",
  documents: { before: [], now: [row("LAW-2", 30, "a")] },
  ...over,
});

test("equal content is no change, whatever others did", () => {
  expect(judgeChangedContent(change({ now: digests(0), documents: { before: [], now: [] } }))).toBeUndefined();
});

test("a document that another run cut between the backups is explained by its record", () => {
  expect(judgeChangedContent(change())).toBeUndefined();
  expect(explainingEffects(change())).toEqual([effect(30)]);
});

test("a table that no recorded phase writes is drift, named", () => {
  expect(judgeChangedContent(change({ now: digests(5, 2) }))).toMatchObject({
    code: "STOP_DRIFT",
    facts: { details: expect.arrayContaining([expect.stringMatching(/dot_config holds other rows/)]) as unknown },
  });
});

test.each([
  { what: "one row more than was recorded", now: digests(6) },
  { what: "one row less than was recorded", now: digests(4) },
])("$what is drift", ({ now }) => {
  expect(judgeChangedContent(change({ now }))?.facts.saw).toMatch(/information_unit|birth_registry/);
});

test("a document changed after its run's last recorded phase is drift, with its person and time", () => {
  const documents = { before: [], now: [{ ...row("LAW-2", 41, "a"), updated_by: "somebody" }] };
  expect(judgeChangedContent(change({ documents }))?.facts.saw).toMatch(
    /LAW-2 changed at 2026-11-29T10:41.* by somebody/,
  );
});

test("a document that was there and is gone is drift unless its run moved it aside", () => {
  const documents = { before: [row("LAW-3", -10, "b")], now: [row("LAW-2", 30, "a")] };
  expect(judgeChangedContent(change({ documents }))?.facts.saw).toMatch(/LAW-3 is gone/);
});

test("an effect a minute before a proof may be in the dump or not, one of half an hour before may not", () => {
  const near = effect(69);
  expect(
    judgeChangedContent(change({ effects: [near], documents: { before: [], now: [row("LAW-2", 69, "a")] } })),
  ).toBeUndefined();
  expect(
    judgeChangedContent(
      change({
        effects: [effect(30), effect(69, { document_id: "LAW-4" })],
        documents: { before: [], now: [row("LAW-2", 30, "a"), row("LAW-4", 69, "c")] },
      }),
    ),
  ).toBeUndefined();
  expect(judgeChangedContent(change({ effects: [effect(20), effect(30)] }))?.code).toBe("STOP_DRIFT");
});

test("another document registered meanwhile is no drift, a changed registry without a new row is", () => {
  const registry = (rows: number, sha: string) => ({
    "cutter_governance.source_document_registry": { rows, sha: sha.repeat(64) },
  });
  const quiet = { effects: [], documents: { before: [], now: [] } };
  expect(judgeChangedContent(change({ ...quiet, before: registry(1, "a"), now: registry(2, "b") }))).toBeUndefined();
  expect(judgeChangedContent(change({ ...quiet, before: registry(1, "a"), now: registry(1, "b") }))?.code).toBe(
    "STOP_DRIFT",
  );
});
