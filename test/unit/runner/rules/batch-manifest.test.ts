// What a person asks for, refused with every reason at once, and the waves it becomes.
import { expect, test } from "vitest";
import { manifestSha, wavesOf, type BatchManifest } from "../../../../runner/model/batch.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import {
  judgeBatchId,
  judgeManifest,
  malformedManifest,
  readManifest,
  type ManifestFacts,
} from "../../../../runner/rules/batch-manifest.ts";

const wish = (documents: readonly string[], over: Record<string, unknown> = {}): Record<string, unknown> => ({
  schema_version: "1",
  batch_id: "ictb-20261129T120000Z-0000000a",
  created_by: "Lan",
  created_utc: "2026-11-29T12:00:00Z",
  items: documents.map((document_id) => ({ document_id })),
  ...over,
});
const parseManifest = (value: unknown): BatchManifest => {
  const read = readManifest(value);
  if ("faults" in read) throw malformedManifest(read, null);
  return read;
};
const manifest = (documents: readonly string[], over: Record<string, unknown> = {}): BatchManifest =>
  parseManifest(wish(documents, over));
const facts = (over: Partial<ManifestFacts> = {}): ManifestFacts => ({
  registered: new Map([
    ["LAW-A", "law-a-2"],
    ["LAW-B", "law-b-1"],
    ["LAW-C", null],
  ]),
  held: new Map(),
  enacted: new Set(),
  protectedPrefixes: ["ICX-CONST", "DIEU*"],
  seconds: null,
  maxAgeMinutes: 60,
  ...over,
});
const details = (of: BatchManifest, over: Partial<ManifestFacts> = {}): readonly string[] =>
  judgeManifest(of, facts(over))?.facts.details ?? [];

test("registered documents that nobody works on may be a batch", () => {
  expect(judgeManifest(manifest(["LAW-A", "LAW-B"]), facts())).toBeUndefined();
});

test("every reason against a batch is told at once, each with its document", () => {
  const all = manifest(["NOBODY", "DIEU-28", "LAW-C", "LAW-B", "LAW-B"], {
    items: [
      { document_id: "NOBODY" },
      { document_id: "DIEU-28" },
      { document_id: "LAW-C" },
      { document_id: "LAW-A", source_version_id: "law-a-1" },
      { document_id: "LAW-B" },
      { document_id: "LAW-B" },
    ],
    canary: ["LAW-X"],
  });
  expect(details(all, { held: new Map([["LAW-B", "run ictr-1"]]), enacted: new Set(["LAW-A"]) })).toEqual([
    "NOBODY: not in the source registry",
    "DIEU-28: protected",
    "LAW-C: registered without a version",
    "LAW-A: version law-a-1 is not the newest, which is law-a-2",
    "LAW-A: enacted already; a new version is a document of its own",
    "LAW-B: held by run ictr-1",
    "LAW-B: held by run ictr-1",
    "LAW-B: asked for twice",
    "LAW-X: a canary that is no item",
  ]);
});

test("a wave that would outlive its backup at the measured pace is refused with its minutes", () => {
  const documents = Array.from({ length: 60 }, (_, index) => `LAW-${index + 100}`);
  const registered = new Map(documents.map((id) => [id, "v-1"]));
  expect(details(manifest(documents, { wave_size: 59 }), { registered, seconds: 60 })).toEqual([
    "wave_size: 59 documents at 60.0 s take 59 minutes; a backup is good for 60 here, of which a wave may take 45, so at most 45 documents",
  ]);
  expect(details(manifest(documents, { wave_size: 59 }), { registered, seconds: 5 })).toEqual([]);
});

test("on a host whose backup is good for ten minutes a wave of a quarter of an hour is refused", () => {
  const documents = Array.from({ length: 60 }, (_, index) => `LAW-${index + 100}`);
  const registered = new Map(documents.map((id) => [id, "v-1"]));
  const at = (seconds: number, maxAgeMinutes: number) =>
    details(manifest(documents, { wave_size: 59 }), { registered, seconds, maxAgeMinutes });
  expect(at(15, 60)).toEqual([]);
  expect(at(15, 10)).toEqual([expect.stringMatching(/of which a wave may take 7\.5, so at most 30 documents$/)]);
  expect(at(7, 10)).toEqual([]);
});

test.each([
  { what: "a key that nobody knows", over: { hosts: ["a"] }, words: /unknown hosts/ },
  { what: "no item", over: { items: [] }, words: /items: at least 1 of them/ },
  { what: "a wave of nothing", over: { wave_size: 0 }, words: /wave_size: at least 1$/ },
  {
    what: "a hundred and one",
    over: { items: Array.from({ length: 101 }, () => ({ document_id: "LAW-A" })) },
    words: /items: at most 100 of them/,
  },
  { what: "a batch id of another form", over: { batch_id: "x" }, words: /batch_id: not of its form/ },
])("a manifest with $what is refused, and no value is quoted", ({ over, words }) => {
  const refused = (): unknown => parseManifest(wish(["LAW-A"], over));
  expect(refused).toThrow(Stopped);
  try {
    refused();
  } catch (error) {
    expect(error instanceof Stopped && error.facts.details?.join("; ")).toMatch(words);
  }
});

test("a manifest of a wrong form tells at once what speaks against the documents that can be read in it", () => {
  const items = [
    { document_id: "LAW-C" },
    { document_id: "no such" },
    { document_id: "LAW-X" },
    { document_id: "LAW-C" },
  ];
  const read = readManifest({ ...wish([]), items, wave_size: 0 });
  expect("faults" in read && malformedManifest(read, facts()).facts.details).toEqual([
    "items.1.document_id: not of its form",
    "wave_size: at least 1",
    "LAW-C: registered without a version",
    "LAW-X: not in the source registry",
    "LAW-C: registered without a version",
    "LAW-C: asked for twice",
  ]);
  for (const value of [{ items: "LAW-A" }, [], null, "LAW-A"]) {
    const bad = readManifest(value);
    expect("faults" in bad && [bad.items, malformedManifest(bad, facts()).code]).toEqual([[], "STOP_REFUSED_INPUT"]);
  }
});

test("the canary goes first by itself, the others follow in their order, so many at a time", () => {
  const waves = wavesOf(manifest(["LAW-A", "LAW-B", "LAW-C", "LAW-D", "LAW-E"], { canary: ["LAW-C"], wave_size: 3 }));
  expect(waves.map(({ document_id, wave }) => `${document_id} ${wave}`)).toEqual([
    "LAW-C 0",
    "LAW-A 1",
    "LAW-B 1",
    "LAW-D 1",
    "LAW-E 2",
  ]);
  expect(wavesOf(manifest(["LAW-A", "LAW-B"])).map(({ wave }) => wave)).toEqual([0, 1]);
  expect(wavesOf(manifest(["LAW-A", "LAW-B"], { canary: [] })).map(({ wave }) => wave)).toEqual([0, 0]);
});

test("the same wish has the same digest, in whatever order its keys stand", () => {
  const one = manifest(["LAW-A"]);
  const other = parseManifest(Object.fromEntries(Object.entries(wish(["LAW-A"])).reverse()));
  expect(manifestSha(other)).toBe(manifestSha(one));
});

test("control characters and half characters in a manifest are refused in words, and so is what is no JSON", () => {
  for (const created_by of ["\ud800", "a\u0000b", "\u001b[2J"])
    expect(() => manifest(["LAW-A"], { created_by })).toThrow(Stopped);
  expect(manifest(["LAW-A"], { created_by: "Nguyễn Thị Lan" }).created_by).toBe("Nguyễn Thị Lan");
  expect(() => parseManifest(undefined)).toThrow(/no JSON/);
});

test("the id of a batch of another manifest is refused with the way to look at it; the same manifest asked for again is not", () => {
  const one = manifest(["LAW-A"]);
  expect(judgeBatchId(one, undefined)).toBeUndefined();
  expect(judgeBatchId(one, { manifest_sha: manifestSha(one) })).toBeUndefined();
  expect(judgeBatchId(one, { manifest_sha: manifestSha(manifest(["LAW-B"])) })).toMatchObject({
    code: "STOP_REFUSED_INPUT",
    facts: { next: `cutter orchestrate batch status ${one.batch_id}` },
  });
});
