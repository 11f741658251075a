// A law that loses an article, a chapter or a section between its bytes and its units is refused, whoever lost it.
import { describe, expect, test } from "vitest";
import { reconcile } from "../../../../runner/grammar/completeness.ts";
import { headingPlaces } from "../../../../runner/grammar/heading-count.ts";
import type { Hint, ManifestUnit } from "../../../../runner/model/manifest.ts";
import { cutLaw, refusedLaw } from "../../../support/law.ts";

/** A unit as far as the count looks at it: `article 9a` at a line, with its title. */
function unit(name: string, line: number, title = "", body = ""): ManifestUnit {
  const [level = "", number = ""] = name.split(" ");
  const span = { byte_start: 0, byte_end: 0, title_start: 0, title_end: 0, body_start: 0, body_end: 0 };
  return {
    ...span,
    ordinal: line,
    address: `LAW/${name}`,
    depth: 1,
    line,
    section_type: "article",
    parent: null,
    title,
    body,
    content_hash: "",
    title_sha: "",
    level,
    number,
  };
}

const lost = (lines: readonly string[], units: readonly ManifestUnit[], hints: readonly Hint[] = []): string[] =>
  (reconcile({ text: lines.join("\n"), first_line: 1, units, hints }).unaccounted ?? []).map((place) => place.reason);
const summary = (
  lines: readonly string[],
  units: readonly ManifestUnit[],
  hints: readonly Hint[] = [],
): string | undefined => reconcile({ text: lines.join("\n"), first_line: 1, units, hints }).completeness?.summary;

const THREE = [
  "Điều 1. Sách",
  "Sách được giữ.",
  "Điều 2. Người đọc",
  "Người đọc trả sách.",
  "Điều 3. Hiệu lực",
  "Có hiệu lực ngay.",
];
const [ONE, TWO, LAST] = [
  unit("article 1", 1, "Điều 1. Sách"),
  unit("article 2", 3, "Điều 2. Người đọc"),
  unit("article 3", 5, "Điều 3. Hiệu lực"),
];

describe("an article that the units do not have", () => {
  test.each(["10000", "10123", "123456789"])("is named when its number %s is longer than any law's", (number) => {
    const long = ["", `Điều ${number}. Thi hành`, "Bộ trưởng thi hành."];
    expect(lost([...THREE, ...long], [ONE, TWO, LAST])).toEqual([
      `line 8 reads as Điều ${number}, which no law has; a blank or a mark is lost`,
    ]);
  });

  test("is named with the lines on both sides", () => {
    expect(lost(THREE, [ONE, LAST])).toEqual([
      "line 3 reads as Điều 2, which is missing between Điều 1 of line 1 and Điều 3 of line 5",
    ]);
    expect(lost(THREE, [TWO, LAST])).toEqual(["line 1 reads as Điều 1, which is missing before Điều 2 of line 3"]);
    expect(lost(THREE, [ONE, TWO])).toEqual([
      "line 5 reads as Điều 3, which would follow Điều 2 of line 3, the last one that is cut",
    ]);
  });
  test("is named where another number can be it with the number of a note", () => {
    const noted = ["Điều 2. Người đọc", "Người đọc trả sách.", "Điều 312. Hiệu lực", "Có hiệu lực ngay."];
    const units = [unit("article 2", 1), unit("article 312", 3)];
    expect(lost(noted, units).at(-1)).toBe(
      "line 3 is cut as Điều 312, but behind Điều 2 of line 1 it could be Điều 3, misread or with the number of a note",
    );
    expect(lost(noted, units, [{ line: 3, reads: "heading", reason: "so printed" }])).toEqual([]);
  });
  test("is named with all that follow it, however many", () => {
    const long = Array.from({ length: 9 }, (_, index) => `Điều ${index + 1}. Sách thứ ${index + 1}`);
    expect(lost(long, [unit("article 1", 1)])).toHaveLength(8);
  });
  test.each(
    [
      ["in a note", "3 Điều 2. Người đọc"],
      ["in a table", "| Điều 2. Người đọc | a |"],
      ["in a link", "[Điều 2. Người đọc](#d2)"],
      ["behind a bullet", "- Điều 2. Người đọc"],
      ["with a Latin eth", "Ðiều 2. Người đọc"],
      ["with an African D", "Ɖiều 2. Người đọc"],
      ["decomposed", "Điều 2. Người đọc".normalize("NFD")],
      ["in capitals", "ĐIỀU 2: NGƯỜI ĐỌC"],
      ["without its accents", "Dieu 2. Người đọc"],
      ["with a slash", "Điều 2/ Người đọc"],
      ["without a stop", "Điều 2 Người đọc"],
      ["alone on its line", "**Điều 2**"],
      ["in words", "Điều thứ hai. Người đọc"],
      ["with an entity", "Điều&nbsp;2. Người đọc"],
      ["glued to a sentence", "Sách là của làng. **Điều 2. Người đọc**"],
      ["behind a line separator", "Sách là của làng\u2028Điều 2. Người đọc"],
      ["behind a next line control", "Sách là của làng\u0085Điều 2. Người đọc"],
      ["in a cell behind another", "| 1 | Điều 2. Người đọc |"],
      ["in a heading without a blank", "##Điều 2. Người đọc"],
      ["behind a quotation mark", "“Điều 2. Người đọc"],
      ["hidden in part", "Điều\u200b 2. Người đọc"],
    ].filter(([what]) => what !== "in a note"),
  )("is found %s", (_what, line) => {
    expect(lost(["Điều 1. Sách", line, "Điều 3. Hiệu lực"], [unit("article 1", 1), unit("article 3", 3)])).toHaveLength(
      1,
    );
  });
  test.each([
    "theo quy định tại Điều 2. Người đọc",
    "theo Điều 2 Luật này",
    "Điều 2 Luật Thư viện",
    "Điều 2, Điều 3 và Điều 4",
    "điều 2. là thế",
    "1. Điều 2 được sửa đổi như sau:",
    'so_dieu: "Điều 1 - Điều 55"',
    "Điều 2.7.LQ.1. Sách",
  ])("is not found in %s", (line) => {
    expect(lost(["Điều 1. Sách", line, "Điều 3. Hiệu lực"], [unit("article 1", 1), unit("article 3", 3)])).toEqual([]);
  });
  test.each([
    ["9a", "Điều 9a. Mượn"],
    ["9bis", "Điều 9bis. Mượn"],
    ["9a", "Điều 9-a. Mượn"],
    ["9đ", "Điều 9đ. Mượn"],
  ])("is found as the insertion %s", (number, line) => {
    const [reason] = lost(["Điều 9. Sách", line, "Điều 10. Hiệu lực"], [unit("article 9", 1), unit("article 10", 3)]);
    // The eight before stand nowhere: they are no places, only missing.
    expect(reason).toBe(`line 2 reads as Điều ${number}, which is missing; it stands below Điều 9 of line 1`);
  });
});

describe("law that is quoted, noted, annexed or settled", () => {
  test("a quotation that its mark opens is counted, and what follows in it by number", () => {
    const quoting = ["Điều 1. Sửa đổi", "“Điều 7. Sách", "Sách được giữ.", "Điều 8. Người đọc.”.", "Điều 2. Hiệu lực"];
    expect(summary(quoting, [unit("article 1", 1), unit("article 2", 5)])).toBe(
      "articles 1-2 complete; 2 quoted; none unaccounted",
    );
  });
  test("the very next number is no quotation because a mark stands somewhere above it", () => {
    expect(
      lost(
        ["Điều 1. Sách", "Điều 2. Ghi chú", "“Điều 19. Hiệu lực", "Điều 3. Người đọc", "Hết.”"],
        [unit("article 1", 1), unit("article 2", 2)],
      ),
    ).toEqual(["line 4 reads as Điều 3, which would follow Điều 2 of line 2, the last one that is cut"]);
  });
  test("numbers that begin again behind the law are a text of their own; numbers that go on are not", () => {
    const units = [unit("article 1", 1), unit("article 2", 2)];
    expect(
      summary(["Điều 1. Sách", "Điều 2. Hiệu lực", "QUY CHẾ", "Điều 1. Làng", "Điều 2. Xã", "Điều 3. Huyện"], units),
    ).toBe("articles 1-2 complete; 3 behind the last unit; none unaccounted");
    expect(lost(["Điều 1. Sách", "Điều 2. Hiệu lực", "CHÍNH PHỦ", "Điều 3. Huyện"], units)).toHaveLength(1);
  });
  test("a number that stands nowhere is named as missing", () => {
    expect(summary(["Điều 1. Sách", "Điều 3. Hiệu lực"], [unit("article 1", 1), unit("article 3", 2)])).toBe(
      "articles 1-3 without 2 (no line could be it); none unaccounted",
    );
  });
  test("a hint settles a place, and the line says so", () => {
    const hint: Hint = { line: 3, reads: "text", reason: "the note quotes it" };
    expect(summary(THREE, [ONE, LAST], [hint])).toBe(
      "articles 1-3 without 2 (no line could be it); 1 settled by a hint; none unaccounted",
    );
  });
  test("a list of contents before the law is counted; articles of other names there are another text", () => {
    const listed = ["Điều 1. Sách của làng", "Điều 2. Người đọc", ...THREE];
    const units = [
      unit("article 1", 3, "Điều 1. Sách"),
      unit("article 2", 5, "Điều 2. Người đọc"),
      unit("article 3", 7, "Điều 3. Hiệu lực"),
    ];
    expect(summary(["Điều 1. Sách", "Điều 2. Người đọc", ...THREE], units)).toContain("2 before the first unit");
    expect(lost(["Điều 1. Ban hành Quy chế", "Điều 2. Hiệu lực thi hành", ...THREE], units)).toHaveLength(2);
    expect(summary(listed, units)).toContain("2 before the first unit");
  });
  test("hints cannot join two texts to one sequence", () => {
    const lines = ["Điều 1. Ban hành", "Điều 2. Hiệu lực", "QUY CHẾ", "Điều 1. Làng", "Điều 2. Xã", "Điều 3. Huyện"];
    const hints = [4, 5].map((line): Hint => ({ line, reads: "text", reason: "of the other" }));
    expect(lost(lines, [unit("article 1", 1), unit("article 2", 2), unit("article 3", 6)], hints)[0]).toContain(
      "two texts in one sequence",
    );
  });
});

describe("chapters and sections that the units do not have", () => {
  const lines = [
    "Chương I",
    "QUY ĐỊNH CHUNG",
    "Điều 1. Sách",
    "Sách được giữ.",
    "Chương II",
    "NGƯỜI ĐỌC",
    "Mục 1. MƯỢN",
    "Điều 2. Mượn",
    "Trả sách.",
  ];
  const [first, article, second, section, other] = [
    unit("chapter 1", 1),
    unit("article 1", 3),
    unit("chapter 2", 5),
    { ...unit("section 1", 7), parent: "LAW/chapter 2" },
    unit("article 2", 8),
  ];
  test("are named with what they stand below", () => {
    expect(summary(lines, [first, article, second, section, other])).toBe(
      "articles 1-2 complete; chapters 1-2 complete; sections 1-1 complete; none unaccounted",
    );
    expect(lost(lines, [first, article, section, other])).toEqual([
      "line 5 reads as Chương 2, but opens no unit; it stands below Điều 1 of line 3",
    ]);
    expect(lost(lines, [first, article, second, other])).toEqual([
      "line 7 reads as Mục 1, but opens no unit; it stands below Chương 2 of line 5",
    ]);
  });
  test("a heading that a web site repeats is the same again", () => {
    expect(
      summary(
        ["Chương I", "QUY ĐỊNH CHUNG", ...lines],
        [
          unit("chapter 1", 3),
          unit("article 1", 5),
          unit("chapter 2", 7),
          { ...section, line: 9 },
          unit("article 2", 10),
        ],
      ),
    ).toContain("1 before the first unit");
  });
  test.each(["Chương II Luật này quy định", "theo\nChương II\ncủa Luật", "Mục 1 Chương II của Luật này"])(
    "%s is a reference",
    (text) => {
      expect(headingPlaces(text, 1)).toEqual([]);
    },
  );
});

describe("the grammar with its second count", () => {
  const law = ["LUẬT THƯ VIỆN", "", ...THREE].join("\n");
  test("the manifest carries it and its digest covers it", () => {
    const manifest = cutLaw(law);
    expect(manifest.completeness).toEqual({
      series: [{ kind: "article", numbers: ["1", "2", "3"], missing: [] }],
      elsewhere: [],
      summary: "articles 1-3 complete; none unaccounted",
    });
    expect(cutLaw(`“Điều 8. Sách cũ”\n${law}`).completeness?.elsewhere).toEqual([
      { kind: "article", number: "8", line: 1, where: "quotation" },
    ]);
  });
  test("a lost article refuses the law with every place", () => {
    // An African D is read by the count alone, whatever the profile makes of it.
    const broken = law.replace("Điều 2. Người đọc", "Đi ều 2. Người đọc");
    expect(refusedLaw(broken)).toMatchObject({
      code: "STOP_REFUSED_INPUT",
      line: 5,
      places: [{ line: 5, reason: expect.stringContaining("Điều 2, which is missing") }],
    });
  });
});

describe("where the last unit ends", () => {
  test("a chapter in the last lines of a body that stands below blank lines is inside the law, and refused", () => {
    const lines = ["Điều 1. Sách", "", "", "", "Lời.", "Chương I", "QUY ĐỊNH KHÁC"];
    expect(lost(lines, [unit("article 1", 1, "Điều 1. Sách", "Lời.\nChương I\nQUY ĐỊNH KHÁC")])).toEqual([
      "line 6 reads as Chương 1, but opens no unit; it stands below Điều 1 of line 1",
    ]);
  });
  test("a chapter of a form on the line behind the body is behind the law", () => {
    const lines = ["Điều 1. Sách", "", "", "", "Lời.", "Chương I", "QUY ĐỊNH KHÁC"];
    expect(summary(lines, [unit("article 1", 1, "Điều 1. Sách", "Lời.")])).toBe(
      "articles 1-1 complete; 1 behind the last unit; none unaccounted",
    );
  });
});

const NAMES = ["Phạm vi điều chỉnh", "Đối tượng áp dụng", "Giải thích từ ngữ", "Hiệu lực thi hành"];
const CONTENTS: Readonly<Record<string, (number: number, name: string) => string>> = {
  "a list of links": (number, name) => `- [Điều ${number}. ${name}](#dieu-${number})`,
  "a list of bold links": (number, name) => `* **[Điều ${number}. ${name}](#dieu-${number})**`,
  "a list with page numbers": (number, name) => `Điều ${number}. ${name} ........ ${number + 3}`,
};
test.each(
  Object.entries({
    "a link": (number: number, name: string) => `### [Điều ${number}. ${name}](#dieu-${number})`,
    "a link with a title": (number: number, name: string) => `### [Điều ${number}. ${name}](#dieu-${number} "xem")`,
    "a number that is a link": (number: number, name: string) => `### [Điều ${number}](#dieu-${number}). ${name}`,
    "a number with its stop that is a link": (number: number, name: string) =>
      `### [Điều ${number}.](#dieu-${number}) ${name}`,
    "a name that is a link": (number: number, name: string) => `### Điều ${number}. [${name}](#dieu-${number})`,
    "an anchor before the words": (number: number, name: string) =>
      `### <a id="dieu-${number}"></a>Điều ${number}. ${name}`,
  }).flatMap(([what, heading]) =>
    Object.entries(CONTENTS).map(([where, entry]) => [what, where, heading, entry] as const),
  ),
)("headings that are %s below %s are no other text than the list names", (_what, _where, heading, entry) => {
  const contents = NAMES.map((name, index) => entry(index + 1, name));
  const articles = NAMES.map((name, index) => `${heading(index + 1, name)}\n\nLời văn của điều ${index + 1} này.\n`);
  const cut = cutLaw(`LUẬT THƯ VIỆN\n\nMỤC LỤC\n\n${contents.join("\n")}\n\n${articles.join("\n")}`);
  expect(cut.units).toHaveLength(4);
  expect(cut.completeness?.summary).toBe("articles 1-4 complete; 4 before the first unit; none unaccounted");
});
