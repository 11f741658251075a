import { describe, expect, test } from "vitest";
import {
  changedLines,
  comparedSha,
  compareVersions,
  judgeComparable,
  judgeSuperseded,
  judgeUnchanged,
  nextPrefix,
  rowsSuperseding,
  supersedesOf,
  unitsOfRows,
  type StandingUnit,
} from "../../../../runner/rules/supersession.ts";
import { PLAN_DEFAULTS, planRows, writerDigest } from "../../../../runner/rules/plan-rows.ts";
import { takeIn } from "../../../../runner/commands/intake.ts";

const rowsOf = (text: string, depth: "dieu" | "khoan" | "diem" = "dieu", prefix = "OLD") => {
  const taken = takeIn(Buffer.from(text), prefix, { profile: "vn-law-1", depth, caps: { units: 500, hard: 1000 } });
  if (taken.refusal) throw new Error(taken.refusal.reason);
  return planRows(taken.manifest, { ...PLAN_DEFAULTS, run_id: "r" });
};
const unitsOf = (text: string, depth: "dieu" | "khoan" | "diem" = "dieu", prefix = "OLD") =>
  unitsOfRows(rowsOf(text, depth, prefix));
const standing = (text: string, lifecycle_status = "enacted"): StandingUnit[] =>
  unitsOf(text).map((unit) => ({ ...unit, lifecycle_status }));

const OLD = `LUẬT

Chương I
QUY ĐỊNH CHUNG

Điều 1. Một
Lời một.

Điều 2. Hai
1. Khoản một.
2. Khoản hai.

Điều 3. Ba
Lời ba.
`;
const NEW = OLD.replace("2. Khoản hai.", "2. Khoản hai khác.").replace(
  "Điều 3. Ba\nLời ba.",
  "Điều 3. Khác\nLời khác.\n\nĐiều 4. Bốn\nLời bốn.",
);

describe("what became of each article", () => {
  test("same, changed and new are told by number, a chapter is a heading of its own", () => {
    expect(compareVersions(unitsOf(OLD), unitsOf(NEW, "dieu", "NEW"))).toMatchObject({
      same: 2,
      changed: 2,
      new: 1,
      gone: 0,
    });
  });
  test("one changed clause changes its article once, at the depth of clauses too", () => {
    const text = OLD.replace("2. Khoản hai.", "2. Khoản hai khác.\n3. Khoản ba.");
    const compared = compareVersions(unitsOf(OLD, "khoan"), unitsOf(text, "khoan", "NEW"));
    expect(compared).toMatchObject({ same: 3, changed: 1, new: 0, gone: 0 });
  });
  test("an article that is gone is named, and one whose number moved says where its text is now", () => {
    const inserted = OLD.replace("Điều 3. Ba", "Điều 3. Mới\nLời mới.\n\nĐiều 4. Ba");
    expect(compareVersions(unitsOf(OLD), unitsOf(OLD.split("Điều 3.")[0] ?? "", "dieu", "NEW"))).toMatchObject({
      gone: 1,
    });
    const lines = changedLines(compareVersions(unitsOf(OLD), unitsOf(inserted, "dieu", "NEW")));
    expect(lines).toEqual(["changed DIEU-3", "new     DIEU-4, the text of DIEU-3 before"]);
    const taken = OLD.replace(/Điều 2[^]*?(?=Điều 3)/u, "").replace("Điều 3. Ba", "Điều 2. Ba");
    expect(changedLines(compareVersions(unitsOf(OLD), unitsOf(taken, "dieu", "NEW")))).toEqual([
      "changed DIEU-2, the text of DIEU-3 before",
      "gone    DIEU-3, its text is DIEU-2 now",
    ]);
  });
  test("a text compared with itself under another prefix is the same throughout", () => {
    expect(compareVersions(unitsOf(OLD), unitsOf(OLD, "dieu", "NEW"))).toMatchObject({
      same: 4,
      changed: 0,
      new: 0,
      gone: 0,
    });
  });
});

describe("what may be followed by a new version", () => {
  test("an enacted document under a prefix of its own", () => {
    expect(judgeSuperseded("NEW", "OLD", standing(OLD))).toBeUndefined();
  });
  test.each([
    ["itself", "OLD", standing(OLD), "prefix of its own"],
    ["a document of which nothing stands", "NEW", [], "cut and enacted"],
    ["drafts", "NEW", standing(OLD, "draft"), "every unit enacted"],
  ])("not %s", (_what, own, units, wanted) => {
    expect(judgeSuperseded(own, "OLD", units)).toMatchObject({
      code: "STOP_REFUSED_INPUT",
      facts: { wanted: expect.stringContaining(wanted) },
    });
  });
  test("texts cut at different depths are refused with the depth to use, not called changed throughout", () => {
    expect(judgeComparable(unitsOf(OLD, "khoan"), unitsOf(NEW, "dieu", "NEW"))).toMatchObject({
      facts: { hint: expect.stringContaining("--depth khoan") },
    });
    expect(judgeComparable(unitsOf(OLD), unitsOf(NEW, "dieu", "NEW"))).toBeUndefined();
  });
  test("a text that no longer stands as it was compared with is drift", () => {
    const supersedes = supersedesOf("OLD", "old-1", unitsOf(OLD));
    expect(judgeUnchanged(supersedes, "NEW", standing(OLD))).toBeUndefined();
    expect(judgeUnchanged(supersedes, "NEW", standing(OLD).slice(1))?.code).toBe("STOP_DRIFT");
  });
});

describe("what the signed plan says", () => {
  test("the digest of a plan covers every superseded unit and the whole compared text; a plan without them keeps its digest", () => {
    const rows = rowsOf(NEW, "dieu", "NEW");
    const supersedes = supersedesOf("OLD", "old-1", unitsOf(OLD));
    const plain = writerDigest(rows);
    expect(writerDigest(rowsSuperseding(rows, undefined))).toBe(plain);
    const named = rowsSuperseding(rows, supersedes);
    expect(writerDigest(named)).not.toBe(plain);
    expect(named.map((row) => row.supersedes?.address)).toEqual([
      "OLD/CHUONG-1",
      "OLD/DIEU-1",
      "OLD/DIEU-2",
      "OLD/DIEU-3",
      null,
    ]);
    const fewer = supersedesOf("OLD", "old-1", [
      ...unitsOf(OLD),
      { address: "OLD/DIEU-9", title_sha: "0".repeat(64), content_hash: "0".repeat(64) },
    ]);
    // One unit more that is gone: no row names it, and yet the digest is another one.
    expect(writerDigest(rowsSuperseding(rows, fewer))).not.toBe(writerDigest(named));
  });
  test("the order in which units are read does not matter to the digest of the compared text", () => {
    expect(comparedSha([...unitsOf(OLD)].reverse())).toBe(comparedSha(unitsOf(OLD)));
  });
});

test.each([
  ["BLDS", "BLDS-V2"],
  ["BLDS-V2", "BLDS-V3"],
  ["A".repeat(32), `${"A".repeat(29)}-V2`],
])("the prefix proposed behind %s is %s", (prefix, next) => {
  expect(nextPrefix(prefix)).toBe(next);
});
