import { describe, expect, test } from "vitest";
import { sha256 } from "../../../../runner/model/canonical.ts";
import type { PlanRow } from "../../../../runner/model/cut-plan.ts";
import { judgePlan, PLAN_DEFAULTS, planRows, writerDigest } from "../../../../runner/rules/plan-rows.ts";
import type { PlanFacts } from "../../../../runner/rules/plan-rows.ts";
import { manifestOf } from "../../../support/marking.ts";

const words = { ...PLAN_DEFAULTS, run_id: "ictr-20261120T101010Z-0a1b2c3d" };
const manifest = manifestOf("# One\n\nFirst.\n\n## Two\n\nSecond.\n");
const rows = planRows(manifest, words);
const facts: PlanFacts = {
  unit_kinds: ["law_unit"],
  section_types: ["section", "article", "principle"],
  publication_types: ["law"],
  existing_addresses: [],
  caps: { units: 500, hard: 1000 },
  locks: { max_locks_per_transaction: 64, max_connections: 100, max_prepared_transactions: 0 },
};
const many = (count: number): PlanRow[] =>
  planRows(manifestOf("# a\nx\n".repeat(count), { units: count, hard: count }), words);
const seen = (plan: readonly PlanRow[], change: Partial<PlanFacts> = {}): string[] =>
  judgePlan(plan, { ...facts, ...change }).map((problem) => `${problem.code} ${problem.facts.saw}`);

describe("the rows", () => {
  test("carry what fn_iu_create needs, in document order, parents by address", () => {
    expect(rows).toMatchObject([
      {
        ordinal: 1,
        canonical_address: "TEST/S-1",
        parent_address: null,
        section_type: "section",
        unit_kind: "law_unit",
        title: "One",
        body: "First.",
        title_sha: sha256("One"),
        content_hash: sha256("First."),
      },
      {
        ordinal: 2,
        canonical_address: "TEST/S-1/A-1",
        parent_address: "TEST/S-1",
        section_type: "article",
        publication_type: "law",
      },
    ]);
  });
  test("another run gives other keys and the same writer digest", () => {
    const other = planRows(manifest, { ...words, run_id: "ictr-20261121T101010Z-ffffffff" });
    expect(other.map((row) => row.idempotency_key)).not.toEqual(rows.map((row) => row.idempotency_key));
    expect(writerDigest(other)).toBe(writerDigest(rows));
  });
  test.each([
    "canonical_address",
    "unit_kind",
    "section_type",
    "title_sha",
    "content_hash",
    "parent_address",
    "owner_ref",
    "publication_type",
  ] as const)("a changed %s changes the writer digest", (field) => {
    expect(writerDigest(rows.map((row, index) => (index === 1 ? { ...row, [field]: "other" } : row)))).not.toBe(
      writerDigest(rows),
    );
  });
  test("two rows exchanged change the writer digest", () => {
    expect(writerDigest([...rows].reverse())).not.toBe(writerDigest(rows));
  });
});

describe("judging a plan", () => {
  test("a good plan has no problem", () => {
    expect(judgePlan(rows, facts)).toEqual([]);
  });
  test.each([
    ["a unit kind", { unit_kinds: ["other"] }, 'unit kind "law_unit"'],
    ["a section type", { section_types: ["section"] }, 'section type "article"'],
    ["a publication type", { publication_types: [] }, 'publication type "law"'],
    ["an address that exists", { existing_addresses: ["TEST/S-1"] }, "exist already: TEST/S-1"],
  ])("%s that the database does not take is named", (_what, change, named) => {
    expect(seen(rows, change)).toEqual([expect.stringContaining(named)]);
  });
  test("addresses planned twice, parents that come too late and a second document are named", () => {
    const [one, two] = rows;
    if (!one || !two) throw new Error("two rows");
    expect(seen([one, one, two])).toEqual([expect.stringContaining("planned twice: TEST/S-1")]);
    expect(seen([two, one])).toEqual([expect.stringContaining("parent does not stand before them: TEST/S-1/A-1")]);
    expect(seen([one, { ...two, canonical_address: "OTHER/A-1" }])).toEqual([expect.stringContaining("2 documents")]);
  });
  test("a text that does not hash to its digest is an invariant", () => {
    expect(seen(rows.map((row) => ({ ...row, body: `${row.body} ` })))).toEqual([
      expect.stringMatching(/^STOP_INVARIANT_FAILED 2 rows/),
    ]);
  });
  test("an empty plan is a problem, not a success", () => {
    expect(seen([])).toEqual(["STOP_REFUSED_INPUT a plan without rows"]);
  });
  test("a plan of exactly the cap passes; one more refuses; one above the hard cap stops harder", () => {
    const caps = { units: 4, hard: 6 };
    expect(seen(many(4), { caps })).toEqual([]);
    expect(seen(many(5), { caps })).toEqual(["STOP_REFUSED_INPUT 5 units"]);
    expect(seen(many(7), { caps })).toEqual(["STOP_OVER_HARD_CAP 7 units"]);
  });
  test("half of the lock table is the room: a plan that fills it passes, one unit more does not", () => {
    const locks = { max_locks_per_transaction: 10, max_connections: 100, max_prepared_transactions: 2 };
    expect(seen(many(10), { locks })).toEqual([]);
    expect(seen(many(11), { locks })).toEqual(["STOP_OVER_HARD_CAP 11 units need 511 locks"]);
  });
  test("all problems come at once, hard caps first", () => {
    const found = judgePlan(many(7), {
      ...facts,
      caps: { units: 4, hard: 6 },
      unit_kinds: [],
      publication_types: ["x"],
      existing_addresses: ["TEST/S-2", "ELSE/S-1"],
    });
    expect(found.map((problem) => problem.code)).toEqual([
      "STOP_OVER_HARD_CAP",
      "STOP_REFUSED_INPUT",
      "STOP_REFUSED_INPUT",
      "STOP_REFUSED_INPUT",
    ]);
    expect(found.at(-1)?.facts.saw).toBe("1 addresses exist already: TEST/S-2");
  });
});
