// How Vietnamese law numbers its parts: Roman, Arabic or written, letters of inserted units in the order of the alphabet.

/** A number and what is inserted after it: `217a` is major 217, minor 1. A point `đ` is major 5, `đ1` is major 5, minor 1. */
export interface Ordinal {
  readonly major: number;
  readonly minor: number;
}

/** Letters that number points and insertions, in their order; f, j, w and z do not belong to it. */
const ORDER = "abcdđeghiklmnopqrstuvxy";
/** Letters that the order does not know, with the one they follow in others; where they number points, they are counted. */
const FOREIGN: Readonly<Record<string, string>> = { f: "e", j: "i", w: "v", z: "y" };

/** Latin words that number what is inserted, as older laws and treaties have it. */
const INSERTED: Readonly<Record<string, number>> = { bis: 1, ter: 2, quater: 3 };

/** Place of a letter in the Vietnamese order, 1 for a; 0 for no letter; a half for a letter that is not part of it. */
function letterRank(letter: string): number {
  const lower = letter.toLowerCase();
  if (lower === "") return 0;
  if (INSERTED[lower] !== undefined) return INSERTED[lower];
  const before = FOREIGN[lower];
  return before === undefined ? ORDER.indexOf(lower) + 1 : ORDER.indexOf(before) + 1.5;
}

const ROMAN = /^(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;
const ROMAN_VALUE: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100 };

function romanValue(text: string): number | undefined {
  if (!ROMAN.test(text)) return undefined;
  const values = [...text].map((sign) => ROMAN_VALUE[sign] ?? 0);
  return values.reduce((sum, value, index) => sum + (value < (values[index + 1] ?? 0) ? -value : value), 0);
}

const UNITS = ["", "một|nhất", "hai", "ba", "bốn|tư", "năm|lăm", "sáu", "bảy|bẩy", "tám", "chín"];
const NUMERALS = new Map<string, number>();
for (const [value, names] of UNITS.entries()) {
  for (const name of names.split("|").filter((one) => one !== "")) {
    NUMERALS.set(name, value);
    NUMERALS.set(`mười ${name}`, 10 + value);
    NUMERALS.set(`hai mươi ${name}`, 20 + value);
  }
}
for (const [name, value] of [
  ["mười", 10],
  ["hai mươi", 20],
  ["hai mươi mốt", 21],
  ["ba mươi", 30],
] as const)
  NUMERALS.set(name, value);

/** Pattern source of a written number, longest first. */
export const WRITTEN = [...NUMERALS.keys()].sort((one, other) => other.length - one.length).join("|");

/** Value of a Roman, Arabic or written number without a letter. */
export const numberValue = (text: string): number | undefined =>
  /^\d{1,4}$/.test(text) ? Number(text) : (romanValue(text) ?? NUMERALS.get(text.toLowerCase()));

/** `217A` for an address: digits, then the letter in capitals, đ as DD. */
const capital = (letter: string): string => (letter === "đ" ? "DD" : letter.toUpperCase());

/** Ordinal, address part and name of a number with an optional letter behind it. */
export interface Numbered extends Ordinal {
  /** Part of an address: `217A`, `DD`, `DD1`. */
  readonly address: string;
  /** As written, in lower case and Arabic: `217a`, `đ`, `đ1`; serves the eId too. */
  readonly number: string;
}

/** A unit numbered by a number with an optional letter. */
export function numbered(value: number, letter: string): Numbered {
  const lower = letter.toLowerCase();
  return { major: value, minor: letterRank(lower), address: `${value}${capital(lower)}`, number: `${value}${lower}` };
}

/**
 * A unit numbered by a letter with an optional number: a point. `open`: all letters of its list, so that letters of
 * another order count where they stand.
 */
export function letteredAmong(letter: string, digits: string, open: ReadonlySet<string>): Numbered {
  const lower = letter.toLowerCase();
  const before = Object.keys(FOREIGN).filter(
    (one) => one !== lower && open.has(one) && letterRank(one) < letterRank(lower),
  ).length;
  return {
    major: Math.ceil(letterRank(lower)) + before,
    minor: Number(digits),
    address: `${capital(lower)}${digits}`,
    number: `${lower}${digits}`,
  };
}

/** Whether `next` directly continues `before`: the next number, or the next insertion behind the same number. */
export const continues = (before: Ordinal, next: Ordinal): boolean =>
  next.minor === 0 ? next.major === before.major + 1 : next.major === before.major && next.minor === before.minor + 1;

/** Order of two ordinals: negative, zero, positive. */
export const compareOrdinals = (one: Ordinal, other: Ordinal): number =>
  one.major - other.major || one.minor - other.minor;
