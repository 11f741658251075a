// The plain text in which structure is recognised: letters that look alike, entities, links, bullets and Markdown marks are seen through.

/** What a line says to whoever looks for structure; the bytes keep everything that is left out here. */
const HIDDEN = /[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\f\v]/g;
/** Whether a line holds anything that the steps below change; nearly all lines do not. */
const ODD =
  /[*_#<>\\`\t\f\v&|ð\u00d0\u0189\u0256\u00a0\u00ad\u034f\u061c\u0400-\u04ff\u2000-\u200f\u202a-\u202f\u2060-\u206f\u2160-\u217f\u3000\ufeff\uff00-\uff5e„‟]|''|‘‘|’’|\]\(|^[\s+\-–—•▪●◦·■○[\]]|\s$|\s\s/;
const BULLET = /^[-–—+*•▪●◦·■○]\s+(?=\d{1,3}\s?[.)]|[a-zđ]\d?\))/u;
/** What print, lists and tables put before the word of a heading: "- Điều 5.", "[Điều 5.", "| Điều 5.". */
const BEFORE_HEADING =
  /^(?:[-–+•▪●◦·■○*|[\]]\s*)+(?=(?:[ĐD][iíìIÍÌ][eêềếểễệEÊỀẾỂỄỆ][uU]|Chương|CHƯƠNG|Mục|MỤC|Tiểu mục|TIỂU MỤC|Phần|PHẦN)\s)/u;
/**
 * Letters and signs of other alphabets that are typed or scanned for those of the Vietnamese one; the capital Eth and
 * the African D look like Đ.
 */
const ALIKE: Readonly<Record<string, string>> = {
  "\u00d0": "Đ",
  "\u0189": "Đ",
  "\u00f0": "đ",
  "\u0256": "đ",
  А: "A",
  В: "B",
  Е: "E",
  І: "I",
  К: "K",
  М: "M",
  Н: "H",
  О: "O",
  Р: "P",
  С: "C",
  Т: "T",
  Х: "X",
  а: "a",
  е: "e",
  і: "i",
  о: "o",
  р: "p",
  с: "c",
  у: "y",
  х: "x",
  "„": "“",
  "‟": "“",
};
const ALIKE_SIGN = new RegExp(`[${Object.keys(ALIKE).join("")}]`, "gu");
const COMPATIBLE = /[\u2160-\u217f\uff00-\uff5e\u3000]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: " ",
  ensp: " ",
  emsp: " ",
  thinsp: " ",
  quot: '"',
  ldquo: "“",
  rdquo: "”",
  lsquo: "‘",
  rsquo: "’",
  laquo: "«",
  raquo: "»",
  amp: "&",
  ndash: "–",
  mdash: "—",
  shy: "",
  zwnj: "",
  zwj: "",
  ecirc: "ê",
  Ecirc: "Ê",
  eth: "đ",
  ETH: "Đ",
  hellip: "…",
};

/** An entity as the character it stands for; one that is unknown stays. */
function entity(whole: string, name: string): string {
  if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
  const value = /^#x/iu.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return value >= 0x20 && value <= 0x10_ffff && !(value >= 0xd800 && value <= 0xdfff)
    ? String.fromCodePoint(value).replace("\u00a0", " ")
    : " ";
}

/** Signs that stand for others: entities, letters of other alphabets, doubled apostrophes for quotation marks. */
function readable(line: string): string {
  let text = line.includes("&") ? line.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/giu, entity) : line;
  text = text
    .replace(COMPATIBLE, (sign) => sign.normalize("NFKC"))
    .replace(HIDDEN, "")
    .replace(ALIKE_SIGN, (sign) => ALIKE[sign] ?? sign)
    .normalize("NFC");
  return text.replace(/''|‘‘|’’/gu, (marks) => (marks === "‘‘" ? "“" : marks === "’’" ? "”" : '"'));
}

/** NFC, without Markdown marks, hidden characters and edge blanks; blanks are single spaces. `line`: in NFC. */
export function plainText(line: string): string {
  if (!ODD.test(line)) return line;
  const text = readable(line)
    .replace(/<br\s*\/?>/giu, " ")
    .replace(/[\s\u00a0\u2000-\u200a\u202f]+/gu, " ")
    .trim()
    .replace(/^(?:> ?)+/, "")
    .replace(/^#{1,6} */, "")
    .replace(/ +#+$/, "")
    .replace(/<\/?[a-z][^<>]{0,40}>/gi, "")
    .replace(/!\[[^[\]]{0,200}\]\([^()\s]{0,500}\)/gu, "")
    .replace(/\[([^[\]]{1,500})\]\([^()\s]{0,500}\)/gu, "$1")
    .replace(BULLET, "")
    .replace(/\*+|(?<![\p{L}\d])_+|_+(?![\p{L}\d])|`+/gu, "")
    .replace(/\\(?=[^\p{L}\d\s])/gu, "")
    .trim();
  return text.replace(BEFORE_HEADING, "");
}

const MARKED = /^[\s\ufeff>]*(?:[-+*•]\s+)?(?:#{1,6}\s*[^\s#]|\*\*.*\*\*\s*$|__.*__\s*$|<(?:b|h[1-6]|strong)\b)/u;

/** Whether the line is written as a Markdown heading or is bold as a whole. */
export const isMarked = (line: string): boolean => MARKED.test(line);

/** Whether the line is a row of a Markdown table: bars at its start and again later. */
export const isTableRow = (line: string): boolean => /^[\s>]*\|[^|]*\|/u.test(line) && /\|[^|]*\S[^|]*\|/u.test(line);
