import { describe, expect, test } from "vitest";
import { corpusDocument, corpusDocuments, corpusIsThere } from "../../../support/documents.ts";
import { addresses, cutLaw, findingLines, law, levels, refusedLaw, unitOf } from "../../../support/law.ts";

/** Own units by level at depth `diem`; how they were counted by hand, and where sources count otherwise, is in docs/decisions/0023-vn-law-1.md. */
const COUNTED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "vn-bo-luat-dan-su-2015.md": {
    part: 6,
    chapter: 27,
    section: 39,
    subsection: 23,
    article: 689,
    clause: 1418,
    point: 312,
  },
  "vn-bo-luat-lao-dong-2019.crlf.md": { chapter: 17, section: 24, article: 220, clause: 638, point: 267 },
  "vn-luat-cong-doan-2012.txt": { chapter: 6, section: 2, article: 33, clause: 83, point: 3 },
  "vn-luat-dat-dai-2024.txt": { chapter: 16, section: 28, article: 260, clause: 1244, point: 1087 },
  "vn-nghi-dinh-168-2024-xu-phat-giao-thong.md": { chapter: 4, section: 8, article: 55, clause: 332, point: 907 },
  "vn-nghi-dinh-74-2025-sua-doi-nd-70-2015.txt": { article: 5, clause: 32, point: 18 },
  "vn-vbhn-22-2025-luat-bao-hiem-y-te.txt": { chapter: 10, article: 57, clause: 236, point: 178 },
};
const INSERTED: Readonly<Record<string, readonly string[]>> = {
  "vn-vbhn-22-2025-luat-bao-hiem-y-te.txt": ["DIEU-7A", "DIEU-7B", "DIEU-7C", "DIEU-48A", "DIEU-48B"],
};
/** Lines of articles that are quoted and must not be cut. */
const QUOTED: Readonly<Record<string, readonly number[]>> = {
  "vn-luat-dat-dai-2024.txt": [2991, 3016, 3028, 3037],
  "vn-bo-luat-lao-dong-2019.crlf.md": [2603, 2631, 2659],
  "vn-nghi-dinh-74-2025-sua-doi-nd-70-2015.txt": [35, 70, 117, 187, 311, 345, 546, 600],
};

if (!corpusIsThere) console.log("No corpus beside the project: the law grammar was tried on its own documents only.");

describe.runIf(corpusIsThere)("the laws of the corpus", () => {
  test("are all counted below", () => {
    expect(
      corpusDocuments()
        .filter((name) => name.startsWith("vn-"))
        .sort(),
    ).toEqual(Object.keys(COUNTED).sort());
  });
  test.each(Object.entries(COUNTED))("%s has the articles, clauses and points that a lawyer counts", (name, wanted) => {
    expect(levels(cutLaw(corpusDocument(name), { depth: "diem", units: 4_000 }))).toEqual(wanted);
  });
  test("the longest of them is over the hard cap at the depth of points, and says so", () => {
    expect(refusedLaw(corpusDocument("vn-luat-dat-dai-2024.txt"), { depth: "diem" })).toMatchObject({
      code: "STOP_OVER_HARD_CAP",
      reason: "2635 units (16 chapter, 260 article, 1244 clause, 1087 point, 28 section); the hard cap is 1000",
    });
  });
  test.each(Object.keys(COUNTED))(
    "%s is cut losslessly at the depth of articles, every number once and in order",
    (name) => {
      const bytes = corpusDocument(name);
      const taken = law(bytes);
      if (taken.refusal) throw new Error(taken.refusal.reason);
      expect(taken.coverage.bytes).toBe(bytes.length);
      expect(levels(taken.manifest)).toEqual(
        Object.fromEntries(
          Object.entries(COUNTED[name] ?? {}).filter(([level]) => level !== "clause" && level !== "point"),
        ),
      );
      const articles = addresses(taken.manifest).filter((one) => one.startsWith("DIEU-"));
      const inserted = INSERTED[name] ?? [];
      const plain = articles.filter((one) => !inserted.includes(one));
      expect(plain).toEqual(plain.map((_, index) => `DIEU-${index + 1}`));
      expect(articles.filter((one) => inserted.includes(one))).toEqual(inserted);
      for (const one of inserted)
        expect(articles[articles.indexOf(one) - 1]).toBe(
          /A$/u.test(one)
            ? one.slice(0, -1)
            : one.slice(0, -1) + String.fromCharCode(one.charCodeAt(one.length - 1) - 1),
        );
    },
  );
  test.each(Object.entries(QUOTED))("%s quotes whole articles, none of which is cut", (name, lines) => {
    const manifest = cutLaw(corpusDocument(name));
    expect(findingLines(manifest, "quoted_unit")).toEqual(lines.map((line) => `${line} quoted_unit`));
    const starts = new Set(manifest.units.map((unit) => unit.line));
    expect(lines.filter((line) => starts.has(line))).toEqual([]);
  });
  test("the notes of the consolidated law are text, whatever articles they quote", () => {
    const manifest = cutLaw(corpusDocument("vn-vbhn-22-2025-luat-bao-hiem-y-te.txt"));
    expect(manifest.findings.find((finding) => finding.code === "footnotes")?.text).toMatch(/^107 notes /u);
    expect(unitOf(manifest, "DIEU-7C").title).toBe("Điều 7c. Trách nhiệm của Bộ Quốc phòng và Bộ Công an18");
    expect(unitOf(manifest, "DIEU-50").body).toContain("Điều 3. Điều khoản thi hành");
    expect(unitOf(manifest, "CHUONG-10").body).toContain("Điều 24. Quy định chuyển tiếp");
  });
  test("a wrapped line that begins with a reference is no article", () => {
    expect(findingLines(cutLaw(corpusDocument("vn-nghi-dinh-74-2025-sua-doi-nd-70-2015.txt")), "reference")).toEqual([
      "676 reference",
    ]);
  });
  test.each(corpusDocuments().filter((name) => !name.startsWith("vn-")))("%s is refused in one line", (name) => {
    expect(refusedLaw(corpusDocument(name))).toMatchObject({ code: "STOP_REFUSED_INPUT" });
  });
});

/** Some headings of each law, spread over it; the last of a sequence leaves no gap behind and is left out. */
const MUTATED = [
  "vn-luat-cong-doan-2012.txt",
  "vn-nghi-dinh-74-2025-sua-doi-nd-70-2015.txt",
  "vn-vbhn-22-2025-luat-bao-hiem-y-te.txt",
  "vn-nghi-dinh-168-2024-xu-phat-giao-thong.md",
  "vn-bo-luat-lao-dong-2019.crlf.md",
];

describe.runIf(corpusIsThere).each(MUTATED)("with one line of %s changed", (name) => {
  const lines = corpusIsThere ? corpusDocument(name).toString("utf8").split("\n") : [];
  const articles = corpusIsThere ? cutLaw(corpusDocument(name)).units.filter((unit) => unit.level === "article") : [];
  const some = articles.filter(
    (unit, index) =>
      index < articles.length - 1 &&
      !/[a-z]$/u.test(unit.number ?? "") &&
      !/[a-z]$/u.test(articles[index + 1]?.number ?? "") &&
      index % Math.ceil(articles.length / 12) === 0,
  );
  test("a lost article heading is a finding at the next article, or a refusal where quoted law has an article of its number", () => {
    expect(some.length).toBeGreaterThan(0);
    for (const unit of some) {
      const left = [...lines];
      left.splice(unit.line - 1, 1);
      const next = articles[articles.indexOf(unit) + 1];
      const taken = law(left.join("\n"));
      if (taken.refusal)
        expect(taken.refusal.reason).toMatch(
          new RegExp(
            `^line \\d+ reads as Điều ${unit.number ?? ""}, which is missing .*line ${(next?.line ?? 0) - 1}$`,
            "u",
          ),
        );
      else expect(findingLines(taken.manifest, "gap")).toEqual([`${(next?.line ?? 0) - 1} gap`]);
    }
  });
  test("an article heading that stands there twice is refused with both lines", () => {
    for (const unit of some) {
      const twice = [...lines];
      twice.splice(unit.line, 0, lines[unit.line - 1] ?? "");
      expect(refusedLaw(twice.join("\n")).reason).toBe(
        `lines ${unit.line} and ${unit.line + 1} both read as Điều ${unit.number}; a hints file decides`,
      );
    }
  });
});
