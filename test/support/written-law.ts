// Laws written by a generator: what they consist of is known before they are read.
import fc from "fast-check";

/** A heading or a text line of a written law, with the address it must get; text lines have none. */
export interface Line {
  readonly text: string;
  readonly address?: string;
  readonly level?: "part" | "chapter" | "section" | "article" | "clause" | "point";
}

const LETTERS = [..."abcdđeghiklm"];
const ROMAN = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
const SENTENCES = [
  "Người giữ sách chịu trách nhiệm theo quy định tại khoản 1 Điều 3 của Luật này.",
  "Sách được trả trước ngày 01.01.2020 cho người giữ sách.",
  "Cụm từ “thư viện làng” được hiểu theo Điều 2.",
  "Chính phủ quy định chi tiết điều này; Bộ trưởng quy định Mục 1 Chương II.",
  "Mức tiền là 1.500.000 đồng một năm.",
];
const sentence = fc.constantFrom(...SENTENCES);
const point = sentence;
const clause = fc.record({ text: sentence, points: fc.array(point, { maxLength: 7 }) });
const article = fc.record({
  name: fc.constantFrom("Sách quý", "Người đọc", "Trách nhiệm của xã đối với thư viện"),
  lead: fc.option(sentence),
  clauses: fc.array(clause, { maxLength: 4 }),
  inserted: fc.boolean(),
});
const section = fc.record({ articles: fc.array(article, { minLength: 1, maxLength: 3 }) });
const chapter = fc.record({
  articles: fc.array(article, { minLength: 1, maxLength: 3 }),
  sections: fc.array(section, { maxLength: 3 }),
});
const structure = fc.array(chapter, { minLength: 1, maxLength: 4 });

type Structure = typeof structure extends fc.Arbitrary<infer T> ? T : never;
type Article = Structure[number]["articles"][number];

function writeArticle(out: Line[], one: Article, number: string): void {
  const address = `DIEU-${number.toUpperCase()}`;
  out.push({ text: `Điều ${number}. ${one.name}`, address, level: "article" });
  // An article that says nothing at all would be titled only; a lead keeps its body apart.
  if (one.lead !== null || one.clauses.length === 0) out.push({ text: one.lead ?? "Điều này có hiệu lực ngay." });
  one.clauses.forEach((clauseOf, index) => {
    const own = `${address}/KHOAN-${index + 1}`;
    out.push({
      text: `${index + 1}. ${clauseOf.points.length > 0 ? "Các trường hợp sau đây:" : clauseOf.text}`,
      address: own,
      level: "clause",
    });
    clauseOf.points.forEach((text, at) => {
      const letter = LETTERS[at] ?? "a";
      out.push({
        text: `${letter}) ${text}`,
        address: `${own}/DIEM-${letter === "đ" ? "DD" : letter.toUpperCase()}`,
        level: "point",
      });
    });
  });
}

function write(chapters: Structure): Line[] {
  const out: Line[] = [{ text: "LUẬT THƯ VIỆN LÀNG" }, { text: "Căn cứ Hiến pháp;" }];
  let number = 0;
  const articles = (list: readonly Article[]): void =>
    list.forEach((one) => {
      // The first article of all cannot be an inserted one.
      if (one.inserted && number > 0 && !out.some((line) => line.address === `DIEU-${number}A`))
        writeArticle(out, one, `${number}a`);
      else writeArticle(out, one, String((number += 1)));
    });
  chapters.forEach((one, index) => {
    const address = `CHUONG-${index + 1}`;
    // A chapter has either articles or sections with articles.
    out.push({ text: `Chương ${ROMAN[index + 1]}`, address, level: "chapter" }, { text: "QUY ĐỊNH VỀ SÁCH" });
    if (one.sections.length === 0) articles(one.articles);
    one.sections.forEach((inner, at) => {
      out.push({ text: `Mục ${at + 1}. GIỮ SÁCH`, address: `${address}/MUC-${at + 1}`, level: "section" });
      articles(inner.articles);
    });
  });
  return out;
}

/** Lines of laws with chapters, sections, articles with insertions, clauses and points. */
export const writtenLaw: fc.Arbitrary<Line[]> = structure.map(write);

/** Addresses that a written law must get at a depth. */
export const wantedAddresses = (lines: readonly Line[], depth: "dieu" | "khoan" | "diem"): string[] =>
  lines
    .filter(
      (line) =>
        line.address !== undefined &&
        (depth === "diem" || line.level !== "point") &&
        (depth !== "dieu" || line.level !== "clause") &&
        (depth === "diem" || depth === "khoan" || line.level !== "point"),
    )
    .map((line) => line.address ?? "");
