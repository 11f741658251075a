// A heading that scanning, a break or markup has spoiled is never swallowed: it is cut, or the law is refused with its line and the lines
// between which it is missing. What was tried, in real laws too, is in docs/decisions/0024-completeness.md.
import { describe, expect, test } from "vitest";
import { takeInExplained } from "../../../../runner/commands/intake.ts";
import { cutLaw, law } from "../../../support/law.ts";

type Spoil = (number: number, name: string) => string;

const ROMAN = ["", "I", "II", "III", "IV"];
const NAMES = ["", "Phạm vi điều chỉnh", "Đối tượng áp dụng", "Sách", "Người đọc", "Trả sách", "Hiệu lực thi hành"];
const TITLES = ["", "QUY ĐỊNH CHUNG", "MƯỢN SÁCH", "ĐIỀU KHOẢN THI HÀNH"];

const articleOf: Spoil = (number, name) => `Điều ${number}. ${name}`;
const chapterOf: Spoil = (number, name) => `Chương ${ROMAN[number]}\n${name}`;
const sectionOf: Spoil = (number, name) => `Mục ${number}. ${name}`;

/** Three chapters of two articles each, the second in two sections; one heading of one kind is written otherwise. */
function lawWith(kind: "article" | "chapter" | "section", number: number, spoil: Spoil): string {
  const write = (what: typeof kind, own: number, name: string, plainly: Spoil): string =>
    (what === kind && own === number ? spoil : plainly)(own, name);
  const lines = ["QUỐC HỘI", "LUẬT THƯ VIỆN", "Căn cứ Hiến pháp;", ""];
  for (let article = 1; article <= 6; article += 1) {
    const chapter = Math.ceil(article / 2);
    if (article % 2 === 1) lines.push(write("chapter", chapter, TITLES[chapter] ?? "", chapterOf));
    if (chapter === 2) lines.push(write("section", article - 2, article === 3 ? "MƯỢN Ở NHÀ" : "MƯỢN Ở XÃ", sectionOf));
    lines.push(write("article", article, NAMES[article] ?? "", articleOf), "1. Sách của thư viện được giữ ở xã.");
    lines.push("a) Sách quý;", "b) Sách thường.", "2. Người đọc trả sách theo quy định của pháp luật.");
  }
  return [...lines, "", "Luật này được Quốc hội khóa XV thông qua.", "CHỦ TỊCH QUỐC HỘI", "", "Nguyễn Văn A"].join(
    "\n",
  );
}

const ARTICLES: Readonly<Record<string, Spoil>> = {
  "a circumflex alone": (n, t) => `Điêu ${n}. ${t}`,
  "the accents at other letters": (n, t) => `Diéu ${n}. ${t}`,
  "another accent": (n, t) => `Điẻu ${n}. ${t}`,
  "an accent too many": (n, t) => `Điêù ${n}. ${t}`,
  "a stroke for the i": (n, t) => `Đlều ${n}. ${t}`,
  "a bar for the i": (n, t) => `Đ|ều ${n}. ${t}`,
  "a one for the i, in capitals": (n, t) => `Đ1ỀU ${n}. ${t}`,
  "a c for the e": (n, t) => `Đicu ${n}. ${t}`,
  "a letter lost": (n, t) => `Điề ${n}. ${t}`,
  "the first letters lost": (n, t) => `ều ${n}. ${t}`,
  "a letter doubled": (n, t) => `Điềuu ${n}. ${t}`,
  "two strokes for the u": (n, t) => `Điềii ${n}. ${t}`,
  "another first letter": (n, t) => `Biều ${n}. ${t}`,
  "another word": (n, t) => `Điểm ${n}. ${t}`,
  "replacement characters": (n, t) => `\ufffdi\ufffdu ${n}. ${t}`,
  "question marks": (n, t) => `Đi?u ${n}. ${t}`,
  "a Greek letter": (n, t) => `Đιều ${n}. ${t}`,
  "mathematical letters": (n, t) => `𝐃𝐢𝐞𝐮 ${n}. ${t}`,
  "accents in another order": (n, t) => `Đie\u0300\u0302u ${n}. ${t}`,
  "a blank inside": (n, t) => `Đ i ề u ${n}. ${t}`,
  "a small initial": (n, t) => `điều ${n}. ${t}`,
  "a stop behind the word": (n, t) => `Điều. ${n}. ${t}`,
  "no blank": (n, t) => `Điều${n}. ${t}`,
  "the name glued to the number": (n, t) => `Điều ${n}${t}`,
  "a letter for a digit": (n, t) => `Điều ${"OlZ34S6"[n]}. ${t}`,
  "a stray letter behind the number": (n, t) => `Điều ${n}l. ${t}`,
  "a stray mark before the number": (n, t) => `Điều '${n}. ${t}`,
  "brackets around the number": (n, t) => `Điều (${n}). ${t}`,
  "a circled number": (n, t) => `Điều ${String.fromCharCode(0x245f + n)} ${t}`,
  "a Roman number": (n, t) => `Điều ${["", "I", "II", "III", "IV", "V", "VI"][n]}. ${t}`,
  "no number": (_n, t) => `Điều ?. ${t}`,
  "nothing for a number": (_n, t) => `Điều ${t}`,
  "a comma for the stop": (n, t) => `Điều ${n}, ${t}`,
  "two lines": (n, t) => `Điều\n${n}. ${t}`,
  "three lines": (n, t) => `Điều\n${n}.\n${t}`,
  "a blank line inside": (n, t) => `Điều\n\n${n}. ${t}`,
  "a hyphen at the end of a line": (n, t) => `Đi-\nều ${n}. ${t}`,
  "a lone CR inside": (n, t) => `Điều\r${n}. ${t}`,
  "a line separator inside": (n, t) => `Điều\u2028${n}. ${t}`,
  "text without an end before it": (n, t) => `người đọc Điều ${n}. ${t}`,
  "a comma before it": (n, t) => `sách, Điều ${n}. ${t}`,
  "bold marks in a sentence": (n, t) => `sách quý**Điều ${n}. ${t}**`,
  "a page number before it": (n, t) => `12 Điều ${n}. ${t}`,
  "a running head before it": (n, t) => `CÔNG BÁO/Số 1 Điều ${n}. ${t}`,
  "the number of a note before it": (n, t) => `3 Điều ${n}. ${t}`,
  "a stray letter before it": (n, t) => `i Điều ${n}. ${t}`,
  "a bar before it": (n, t) => `| Điều ${n}. ${t}`,
  "a mark of a quote before it": (n, t) => `> Điều ${n}. ${t}`,
  "a quotation mark before it": (n, t) => `“Điều ${n}. ${t}`,
  "a clause's number before it": (n, t) => `1. Điều ${n}. ${t}`,
  "marks around the word": (n, t) => `**Điều** ${n}. ${t}`,
  "marks inside the word": (n, t) => `Đi**ều ${n}. ${t}**`,
  "a tag inside the word": (n, t) => `Đ<span>iều</span> ${n}. ${t}`,
  "a long anchor before it": (n, t) => `<a name="${"x".repeat(100)}"></a>Điều ${n}. ${t}`,
  entities: (n, t) => `&#272;i&#7873;u ${n}. ${t}`,
  "a zero-width space inside": (n, t) => `Đi\u200bều ${n}. ${t}`,
  "a filler for the blank": (n, t) => `Điều\u3164${n}. ${t}`,
  "a variation selector": (n, t) => `Điều ${n}\ufe0f. ${t}`,
  "a tag character": (n, t) => `Điều\u{e0020} ${n}. ${t}`,
  "a control character": (n, t) => `Đi\u0007ều ${n}. ${t}`,
};

const CHAPTERS: Readonly<Record<string, Spoil>> = {
  "accents lost": (n, t) => `CHUONG ${ROMAN[n]}\n${t}`,
  "a bracket for the C": (n, t) => `(hương ${ROMAN[n]}\n${t}`,
  "two letters for the n": (n, t) => `Chưcmg ${ROMAN[n]}\n${t}`,
  "blanks inside": (n, t) => `C H Ư Ơ N G  ${ROMAN[n]}\n${t}`,
  "the first letters lost": (n, t) => `ương ${ROMAN[n]}\n${t}`,
  "strokes for the number": (n, t) => `Chưong ${"l".repeat(n)}\n${t}`,
  "letters for the number": (n, t) => `Chương ${["", "I", "n", "m"][n]}\n${t}`,
  "the number of a note at the number": (n, t) => `Chương ${ROMAN[n]}12\n${t}`,
  "the number lost": (_n, t) => `Chương ?\n${t}`,
  "the word lost": (n, t) => `${ROMAN[n]}\n${t}`,
  "two lines": (n, t) => `Chương\n${ROMAN[n]}\n${t}`,
  "a sentence before it": (n, t) => `theo quy định của pháp luật. Chương ${ROMAN[n]}\n${t}`,
  "a running head before it": (n, t) => `CÔNG BÁO/Số 1 Chương ${ROMAN[n]}\n${t}`,
  "the title glued to the number": (n, t) => `Chương ${ROMAN[n]}${t}`,
  "a filler for the blank": (n, t) => `Chương\u3164${ROMAN[n]}\n${t}`,
  "a sign for two letters": (n, t) => `Chư¬ng ${ROMAN[n]}\n${t}`,
};

const SECTIONS: Readonly<Record<string, Spoil>> = {
  "accents lost": (n, t) => `Muc ${n}. ${t}`,
  "another letter": (n, t) => `Mụe ${n}. ${t}`,
  "a blank inside": (n, t) => `M ục ${n}. ${t}`,
  "the first letter lost": (n, t) => `ục ${n}. ${t}`,
  "the word lost": (n, t) => `${n}. ${t}`,
  "the number lost": (_n, t) => `Mục ${t}`,
  "a letter for the digit": (n, t) => `Mục ${["", "l", "Z"][n]}. ${t}`,
  "two lines": (n, t) => `Mục\n${n}. ${t}`,
  "a sentence before it": (n, t) => `người đọc. Mục ${n}. ${t}`,
  "a page number before it": (n, t) => `12 Mục ${n}. ${t}`,
  "a replacement character": (n, t) => `M\ufffdc ${n}. ${t}`,
};

const units = (text: string): string[] => cutLaw(text).units.map((unit) => `${unit.level} ${unit.number}`);
const WHOLE = units(lawWith("article", 0, articleOf));

/** The law is refused with the spoiled line, or every unit is there. */
function expectNothingSwallowed(kind: "article" | "chapter" | "section", number: number, spoil: Spoil): void {
  const text = lawWith(kind, number, spoil);
  const taken = law(text);
  if (!taken.refusal) {
    expect(taken.manifest.units.map((unit) => `${unit.level} ${unit.number}`)).toEqual(WHOLE);
    return;
  }
  const plain = lawWith(kind, number, { article: articleOf, chapter: chapterOf, section: sectionOf }[kind]);
  const line = text.split("\n").findIndex((one, index) => one !== plain.split("\n")[index]) + 1;
  const told = [taken.refusal.reason, ...(taken.refusal.places ?? []).map((place) => place.reason)].join(" ");
  const named = [...told.matchAll(/\d+/gu)].map(([digits]) => Number(digits));
  expect(Math.min(...named.map((one) => Math.abs(one - line))), taken.refusal.reason).toBeLessThanOrEqual(3);
}

describe.each(Object.entries(ARTICLES))("an article heading with %s", (_what, spoil) => {
  test.each([
    ["first", 1],
    ["second", 2],
    ["in the middle", 4],
    ["last", 6],
  ])("is not swallowed as the %s one", (_where, number) => {
    expectNothingSwallowed("article", number, spoil);
  });
});

describe.each(Object.entries(CHAPTERS))("a chapter heading with %s", (_what, spoil) => {
  test.each([1, 2, 3])("is not swallowed as chapter %i", (number) => {
    expectNothingSwallowed("chapter", number, spoil);
  });
});

describe.each(Object.entries(SECTIONS))("a section heading with %s", (_what, spoil) => {
  test.each([1, 2])("is not swallowed as section %i", (number) => {
    expectNothingSwallowed("section", number, spoil);
  });
});

describe("the refusal of a spoiled heading", () => {
  const refusal = (kind: "article" | "chapter" | "section", number: number, spoil: Spoil): string | undefined =>
    law(lawWith(kind, number, spoil)).refusal?.reason;

  test("names the line, what it could be, and the lines between which that is missing", () => {
    expect(refusal("article", 4, (n, t) => `Đicu ${n}. ${t}`)).toBe(
      "line 26 could be Điều 4, spoiled, which is missing between Điều 3 of line 20 and Điều 5 of line 33",
    );
    expect(refusal("article", 1, (n, t) => `Đicu ${n}. ${t}`)).toBe(
      "line 7 could be Điều 1, spoiled, which is missing before Điều 2 of line 12",
    );
    expect(refusal("article", 4, (_n, t) => `Điều . ${t}`)).toBe(
      "line 26 could be Điều 4, its number not legible, which is missing between Điều 3 of line 20 and Điều 5 of line 33",
    );
    expect(refusal("article", 4, (n, t) => `${n}. ${t}`)).toBe(
      "line 26 could be Điều 4 without its word, which is missing between Điều 3 of line 20 and Điều 5 of line 33",
    );
  });
  test("says of the last one what it would follow", () => {
    expect(refusal("article", 6, (n, t) => `Đicu ${n}. ${t}`)).toBe(
      "line 38 could be Điều 6, spoiled; it would follow Điều 5 of line 33, the last one that is cut",
    );
    expect(refusal("chapter", 3, (n, t) => `(hương ${ROMAN[n]}\n${t}`)).toBe(
      "line 31 could be Chương 3, spoiled; it would follow Chương 2 of line 17, the last one that is cut",
    );
  });
});

/** Ways to spoil a heading after which a hint still makes it the article that it was. */
const MENDED: readonly string[] = [
  "a c for the e",
  "the first letters lost",
  "no number",
  "two lines",
  "a hyphen at the end of a line",
  "text without an end before it",
  "a running head before it",
  "the number of a note before it",
];

describe("a hint settles a spoiled heading", () => {
  test.each(MENDED)("as the article it was, with %s, and intake proposes that hint ready to paste", (what) => {
    const text = lawWith("article", 4, ARTICLES[what] ?? articleOf);
    const { suggestion } = takeInExplained(Buffer.from(text), "LAW", {
      profile: "vn-law-1",
      depth: "khoan",
      caps: { units: 100, hard: 100 },
    });
    expect(suggestion?.places[0]?.hint).toMatch(/^line 26 is a heading: /u);
    const manifest = cutLaw(text, { hints: [...(suggestion?.hints ?? [])] });
    expect(manifest.units.map((unit) => `${unit.level} ${unit.number}`)).toEqual(WHOLE);
    expect(manifest.units.find((unit) => unit.address === "LAW/DIEU-4")?.title).toMatch(/Người đọc$/u);
  });
  test("of a chapter too", () => {
    const text = lawWith("chapter", 3, (n, t) => `(hương ${ROMAN[n]}\n${t}`);
    const manifest = cutLaw(text, { hints: [{ line: 31, reads: "heading", reason: "scanned" }] });
    expect(manifest.units.map((unit) => `${unit.level} ${unit.number}`)).toEqual(WHOLE);
  });
  test("and is refused on a line that reads as nothing", () => {
    expect(
      law(lawWith("article", 0, articleOf), { hints: [{ line: 8, reads: "heading", reason: "no" }] }).refusal,
    ).toMatchObject({ line: 8, reason: "a hint calls line 8 a heading, but it has the form of none" });
  });
  const spoiled = lawWith("article", 4, (n, t) => `Đicu ${n}. ${t}`);
  test("as text, and the count says so", () => {
    const manifest = cutLaw(spoiled, { hints: [{ line: 26, reads: "text", reason: "a list" }] });
    expect(manifest.completeness?.summary).toContain(
      "articles 1-6 without 4 (no line could be it); chapters 1-3 complete",
    );
    expect(manifest.completeness?.summary).toContain("1 settled by a hint");
  });
});

test.each([
  ["a clause that is numbered like the article that is not there", ["4. Sách thứ tư."]],
  ["a reference", ["Việc này theo quy định tại", "Điều 4 của Luật này."]],
  ["another word", ["Điều khoản này không áp dụng cho sách quý."]],
])("where an article is not in the bytes at all, %s is not taken for it", (_what, lines) => {
  const text = [
    "LUẬT THƯ VIỆN",
    "Điều 1. Sách",
    "Sách được giữ.",
    "Điều 2. Báo",
    "Báo được giữ.",
    "Điều 3. Đọc",
    "1. Một.",
    "2. Hai.",
    "3. Ba.",
    ...lines,
    "Điều 5. Hiệu lực",
    "Có hiệu lực ngay.",
  ].join("\n");
  expect(cutLaw(text).completeness?.summary).toContain("articles 1-5 without 4 (no line could be it)");
});
