// What gazettes, web sites, scanners and word processors add to a law, by the kinds of docs/decisions/0023-vn-law-1.md. The generator
// knows which articles and chapters it wrote; whatever noise is added, they are these.
import fc from "fast-check";
import { addresses, law } from "./law.ts";
import { wantedAddresses, writtenLaw, type Line } from "./written-law.ts";

const PAGE = ["", "CÔNG BÁO/Số 7 + 8/Ngày 02-01-2031", "12", ""];

/** Paragraphs between two others that are no headings, however they look. */
const BETWEEN: readonly (readonly string[])[] = [
  // What looks like a footnote and is none.
  ["Mỗi nhà được lấy 2 m3 nước.", "3 Nhà đông người được lấy gấp đôi."],
  ["Mức đóng bằng 1,3 lần mức quy định tại điểm a khoản 1 và khoản", "3 Điều 16 Nghị định này."],
  ["Sách được mượn (1) và đọc (2).", "(1) Sách mượn phải trả."],
  ["", "12", ""],
  // A footnote at the foot of a page, with a rule, and quoted law in it.
  [
    "Sách quý được giữ riêng1.",
    "",
    "1 Điều này được sửa đổi theo quy định tại khoản 1 Điều 1 của Luật số 2, có hiệu lực từ năm 2030.",
    ...PAGE,
  ],
  [
    "Sách quý được giữ riêng1.",
    " ".repeat(60),
    "1 Luật số 2 quy định như sau: “Điều 2. Hiệu lực. Luật này có hiệu lực ngay.”",
    ...PAGE,
  ],
  PAGE,
  // Marks that are never closed, and quotations of every shape.
  ["Thay cụm từ như sau:", "“thư viện của làng"],
  ["Cụm từ “thư viện được hiểu theo nghĩa rộng."],
  ["Sửa đổi, bổ sung Điều 91 như sau:", "“Điều 91. Sách mượn", "Sách mượn phải trả.”."],
  ["Bổ sung Điều 91a như sau:", "‘Điều 91a. Sách mượn", "Sách mượn phải trả.’"],
  ["Bổ sung Điều 91a như sau:", "> Điều 91a. Sách mượn", ">", "> Sách mượn phải trả."],
  // Introductions, tables, references.
  ["Việc giữ sách thực hiện theo Luật Thư viện và được quy định chi tiết như sau:"],
  ["Mức tiền như sau:", "Huyện A", "500 triệu đồng", "TỔNG CỘNG", "500 triệu đồng."],
  ["| Điều 7 | Sách |", "|---|---|", "| 2 | Báo |"],
  ["Việc này thực hiện theo quy định tại", "Điều 97. Sách quý được giữ riêng."],
  ["Điều 95 Nghị định này không áp dụng."],
  ["\u200b"],
];

/** How headings can be printed; `next` tells that more of them follow. */
const HEADINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  bold: (text) => `**${text}**`,
  atx: (text) => `### ${text}`,
  "atx without a blank": (text) => `###${text}`,
  bullet: (text) => `- **${text}**`,
  "word processor's bullet": (text) => `• ${text}`,
  link: (text) => `### [${text}](#a-1)`,
  "no-break entity": (text) => text.replace(" ", "&nbsp;"),
  eth: (text) => text.replace(/^Đ/u, "\u00d0"),
  "African D": (text) => text.replace(/^Đ/u, "\u0189"),
  slash: (text) => text.replace(/^(Điều \S+)\./u, "$1/"),
  "name on the next line": (text) => text.replace(/^(Điều \S+\.) /u, "$1\u2028"),
  tag: (text) => `<b>${text}</b>`,
  indented: (text) => `   ${text}`,
};

/** How a clause or a point can be numbered. pair: a form that is too common elsewhere to be one alone. */
interface Form {
  readonly pair: boolean;
  readonly number: (sign: string) => string;
}
const form = (number: (sign: string) => string, pair = false): Form => ({ pair, number });

const CLAUSES: Readonly<Record<string, Form>> = {
  "1.": form((sign) => `${sign}.`),
  "1)": form((sign) => `${sign})`),
  "1/": form((sign) => `${sign}/`),
  "1 -": form((sign) => `${sign} -`),
  "(1)": form((sign) => `(${sign})`, true),
  "Khoản 1.": form((sign) => `Khoản ${sign}.`, true),
  "**1.**": form((sign) => `**${sign}.**`),
  "escaped stop": form((sign) => `${sign}\\.`),
  bullet: form((sign) => `- ${sign}.`),
  indented: form((sign) => `   ${sign}.`),
};

const POINTS: Readonly<Record<string, Form>> = {
  "a)": form((sign) => `${sign})`),
  "(a)": form((sign) => `(${sign})`, true),
  "a.": form((sign) => `${sign}.`, true),
  "a/": form((sign) => `${sign}/`, true),
  "a -": form((sign) => `${sign} -`, true),
  "Điểm a)": form((sign) => `Điểm ${sign})`, true),
  "**a)**": form((sign) => `**${sign})**`),
  bullet: form((sign) => `- ${sign})`),
  indented: form((sign) => `     ${sign})`),
  "eth in small": form((sign) => `${sign.replace("đ", "\u00f0")})`),
};

/** Lines inside an article that number nothing, however they look. */
const INSIDE: readonly (readonly string[])[] = [
  PAGE,
  ["trong đó:", "S = a x b;"],
  ["Mức tiền của xã như sau:", "Huyện A", "500 triệu đồng"],
  ["Việc này thực hiện theo quy định tại", "khoản 3 Điều này."],
  ["Sách này thuộc loại quy định tại điểm", "a khoản 1 Điều này."],
  ["Sách được giữ từ ngày", "01.01.2030 đến hết năm."],
  ["Mức phí là 1.500.000 đồng", "2.500 đồng mỗi trang."],
  ["- Sách quý;", "- Báo cũ;"],
  ["+ Sách quý phải giữ riêng;"],
  ["\u200b"],
];

/** How lines end. */
const ENDS: readonly string[] = ["\n", "\r\n", "\r", "\v", "\u2028", "\u0085"];

/** What stands behind the law. */
const BEHIND: readonly (readonly string[])[] = [
  [],
  ["", "CHỦ TỊCH"],
  [
    "",
    "Nơi nhận:",
    "- Như trên;",
    "TM. ỦY BAN NHÂN DÂN",
    "CHỦ TỊCH",
    "",
    "MẪU ĐƠN",
    "",
    "Phần 1. THỦ TỤC",
    "Chương I. Chỉ dẫn",
    "Phần 1. THỦ TỤC",
  ],
  [
    "",
    "KT. BỘ TRƯỞNG",
    "THỨ TRƯỞNG",
    "",
    "PHỤ LỤC I",
    "DANH MỤC",
    "",
    "Điều 1. Sách",
    "Điều 2. Báo",
    "",
    "PHỤ LỤC II",
    "MẪU",
    "Điều 1. Đơn",
  ],
];

/** A law as it is printed. lines: with the addresses of what can be told; text: how it is printed. */
export interface Printed {
  readonly lines: readonly Line[];
  readonly text: string;
}

const noise = fc.record({
  law: writtenLaw,
  heading: fc.constantFrom(...Object.keys(HEADINGS)),
  end: fc.oneof({ weight: 8, arbitrary: fc.constant("\n") }, { weight: 3, arbitrary: fc.constantFrom(...ENDS) }),
  blank: fc.boolean(),
  contents: fc.boolean(),
  behind: fc.constantFrom(...BEHIND),
  clause: fc.constantFrom(...Object.keys(CLAUSES)),
  point: fc.constantFrom(...Object.keys(POINTS)),
  inside: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...INSIDE)), { maxLength: 3 }),
  between: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...BETWEEN)), { maxLength: 4 }),
});

/** A list of the articles with their pages, before the law. */
function contentsOf(lines: readonly Line[]): string[] {
  const articles = lines.filter((line) => line.level === "article");
  return articles.length < 3
    ? []
    : ["MỤC LỤC", ...articles.map((line, index) => `${line.text} ...... ${index + 3}`), ""];
}

/** The law with its clauses and points in these forms; one alone in a form that needs two is text of what it stands in. */
function numberedIn(lines: readonly Line[], clause: Form | undefined, point: Form | undefined): readonly Line[] {
  const scope = (line: Line): string => (line.address ?? "").replace(/\/[^/]*$/u, "");
  const inScope = new Map<string, number>();
  for (const line of lines)
    inScope.set(`${line.level} ${scope(line)}`, (inScope.get(`${line.level} ${scope(line)}`) ?? 0) + 1);
  return lines.map((line) => {
    const used = line.level === "clause" ? clause : line.level === "point" ? point : undefined;
    if (used === undefined) return line;
    const text = line.text.replace(/^(\p{L}|\d+)[.)]/u, (_all, sign: string) => used.number(sign));
    const told = !used.pair || (inScope.get(`${line.level} ${scope(line)}`) ?? 0) > 1;
    return told ? { ...line, text } : { text };
  });
}

type Noise = typeof noise extends fc.Arbitrary<infer T> ? T : never;

/** Numbers of clauses and points as they stand, so that every one of them must be cut. */
const plainly = ({ law }: Noise): readonly Line[] => law;
/** The same in every form. Points of a clause that is not told are points of the article. */
const inForms = (parts: Noise): readonly Line[] => {
  const lines = numberedIn(parts.law, CLAUSES[parts.clause], POINTS[parts.point]);
  const told = new Set(lines.map((line) => line.address));
  return lines.map((line) => {
    const clause = (line.address ?? "").replace(/\/[^/]*$/u, "");
    return line.level === "point" && !told.has(clause)
      ? { ...line, address: (line.address ?? "").replace(/\/KHOAN-\d+\//u, "/") }
      : line;
  });
};

function print(parts: Noise, numbered: (parts: Noise) => readonly Line[], inside: Noise["inside"]): Printed {
  const law = numbered(parts);
  const dress = HEADINGS[parts.heading] ?? ((text: string) => text);
  const printed = law.map((line) => [line.level === "article" ? dress(line.text) : line.text]);
  // Paragraphs may be added before an article or a section, where the one before has ended.
  const gaps = law.flatMap((line, index) =>
    index > 2 &&
    (line.level === "article" || line.level === "chapter") &&
    law[index - 1]?.level === undefined &&
    law[index - 2]?.level !== "chapter"
      ? [index]
      : [],
  );
  for (const [at, lines] of gaps.length === 0 ? [] : parts.between)
    printed[gaps[at % gaps.length] ?? 0]?.unshift(...lines);
  const items = law.flatMap((line, index) =>
    (line.level === "clause" || line.level === "point") && law[index - 1]?.level !== "article" ? [index] : [],
  );
  for (const [at, lines] of items.length === 0 ? [] : inside) printed[items[at % items.length] ?? 0]?.unshift(...lines);
  const all = printed.flat();
  const text = [
    ...(parts.contents ? contentsOf(law) : []),
    ...(parts.blank ? all.flatMap((line) => [line, ""]) : all),
    ...parts.behind,
  ];
  return { lines: law, text: `${text.join(parts.end)}${parts.end}` };
}

/** Laws with noise of all kinds between articles. */
export const printedLaw: fc.Arbitrary<Printed> = noise.map((parts) => print(parts, plainly, []));

/** The same with clauses and points in every form, and lines between them that number nothing. */
export const printedItems: fc.Arbitrary<Printed> = noise.map((parts) => print(parts, inForms, parts.inside));

/** Every unit of a printed law as it is cut, undefined where it is refused, and as it was written. */
export function itemsOfPrinted(
  printed: Printed,
  depth: "khoan" | "diem",
): { readonly got: readonly string[] | undefined; readonly wanted: readonly string[] } {
  const taken = law(printed.text, { depth, units: 5_000 });
  return {
    got: taken.refusal ? undefined : addresses(taken.manifest),
    wanted: wantedAddresses(printed.lines, depth),
  };
}

const isHead = (address: string): boolean => !/KHOAN|DIEM/u.test(address);

/** Articles and sections of a printed law as it is cut, undefined where it is refused, and as they were written. */
export function headsOfPrinted(
  printed: Printed,
  depth: "dieu" | "khoan" | "diem",
): { readonly got: readonly string[] | undefined; readonly wanted: readonly string[] } {
  const taken = law(printed.text, { depth, units: 5_000 });
  return {
    got: taken.refusal ? undefined : addresses(taken.manifest).filter(isHead),
    wanted: wantedAddresses(printed.lines, depth).filter(isHead),
  };
}
