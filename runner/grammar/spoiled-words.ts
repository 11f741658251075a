// What a spoiled heading may have said: letters and digits as scanners, keyboards and converters confuse them, with hidden characters,
// accents, marks and tags left out. It belongs to the second count and shares no code with the profile; see docs/decisions/0024.

/** A text with what is left out of it. text: lower case, without accents; at: for each of its characters where it stands in the source. */
export interface Skeleton {
  readonly text: string;
  readonly at: readonly number[];
  readonly source: string;
}

/** Letters of other alphabets and of none that are taken for Latin ones. */
const ALIKE: Readonly<Record<string, string>> = {
  đ: "d",
  ð: "d",
  ɖ: "d",
  ı: "i",
  а: "a",
  в: "b",
  с: "c",
  е: "e",
  н: "h",
  і: "i",
  к: "k",
  м: "m",
  о: "o",
  р: "p",
  т: "t",
  у: "y",
  х: "x",
  ι: "i",
  ε: "e",
  ο: "o",
  υ: "u",
  ν: "v",
  ø: "o",
  œ: "o",
  "¦": "|",
};
const ENTITIES: Readonly<Record<string, string>> = {
  nbsp: " ",
  eth: "d",
  ecirc: "e",
  egrave: "e",
  shy: "",
  zwnj: "",
  zwj: "",
};
/** What shows nothing or only marks others: accents, hidden characters, selectors, Markdown marks. */
const LEFT_OUT = /^[\p{Mn}\p{Me}\p{Cf}*_`~#]$/u;
/** Blanks, and what stands for one: controls and fillers. */
const BLANK = /^[\s\u0000-\u001f\u007f-\u00a0\u115f\u1160\u180e\u2800\u3164\uffa0]$/u;
/** Signs that no law prints in a heading: some letter was lost there. */
const SYMBOL = /^[^\u0000-\u00a0\p{L}\p{N}\p{P}£€]$/u;
/** Signs that open what is no text: a tag of HTML, an entity. */
const TAG = /<\/?[a-z][^<>]{0,300}>|&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/iy;

function entityText(tag: string): string {
  if (!tag.startsWith("&")) return /^<(?:br|\/?p|\/?div|\/?td|\/?li|\/?tr)\b/iu.test(tag) ? " " : "";
  const name = tag.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return ENTITIES[name] ?? "?";
  const value = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return value >= 0x20 && value <= 0x10_ffff && !(value >= 0xd800 && value <= 0xdfff)
    ? String.fromCodePoint(value)
    : "";
}

/** What stays of one character: lower case without accents, a blank, U+FFFD for a sign, or nothing. */
function folded(sign: string): string {
  let text = "";
  for (const raw of sign.normalize("NFKD").toLowerCase()) {
    const one = ALIKE[raw] ?? raw;
    if (BLANK.test(one)) text += " ";
    else if (!LEFT_OUT.test(one)) text += SYMBOL.test(one) ? "\ufffd" : one.charAt(0);
  }
  return text;
}

/** Nearly all characters of a text are among few. */
const KNOWN = new Map<string, string>();
const MOST_KNOWN = 5_000;

function foldedKnown(sign: string): string {
  const known = KNOWN.get(sign);
  if (known !== undefined) return known;
  const text = folded(sign);
  if (KNOWN.size < MOST_KNOWN) KNOWN.set(sign, text);
  return text;
}

/** The skeleton of the first `most` characters of a text. */
export function skeletonOf(source: string, most: number): Skeleton {
  let text = "";
  const at: number[] = [];
  for (let index = 0; index < source.length && text.length < most;) {
    const code = source.charCodeAt(index);
    let signs = "";
    let width = 1;
    if (code === 60 || code === 38) {
      TAG.lastIndex = index;
      const [tag] = TAG.exec(source) ?? [];
      if (tag !== undefined) [signs, width] = [[...entityText(tag)].map(foldedKnown).join(""), tag.length];
      else signs = source.charAt(index);
    } else if (code < 0xd800 || code > 0xdbff) signs = foldedKnown(source.charAt(index));
    else {
      const sign = String.fromCodePoint(source.codePointAt(index) ?? 32);
      [signs, width] = [foldedKnown(sign), sign.length];
    }
    text += signs;
    for (let count = 0; count < signs.length; count += 1) at.push(index);
    index += width;
  }
  return { text, at, source };
}

/** What a letter of the word is read as by mistake, at half the price of another letter; `?` and U+FFFD stand for any. */
const CONFUSED: Readonly<Record<string, string>> = {
  d: "bpo0f£€t",
  i: "l1|!jí",
  e: "co€é",
  u: "vny",
  c: "eo(g",
  h: "nb",
  o: "0ae",
  n: "mhr",
  g: "qy9",
  m: "nr",
  p: "fd",
  a: "oe4",
  t: "fl1",
};
const price = (wanted: string, got: string): number =>
  wanted === got ? 0 : got === "?" || got === "\ufffd" || (CONFUSED[wanted] ?? "").includes(got) ? 0.5 : 1;

/** How far a text is from a word: letters changed, lost and added; `most` where it is that far or more. Two strokes can be a u. */
export function wordDistance(got: string, wanted: string, most: number): number {
  const strokes =
    wanted.endsWith("u") && /[il1]{2}$/.test(got) ? 0.5 + letterDistance(`${got.slice(0, -2)}u`, wanted, most) : most;
  return Math.min(strokes, letterDistance(got, wanted, most));
}

function letterDistance(got: string, wanted: string, most: number): number {
  if (Math.abs(got.length - wanted.length) > most) return most;
  let row = Array.from({ length: wanted.length + 1 }, (_, index) => index);
  for (let at = 0; at < got.length; at += 1) {
    const next = [at + 1];
    let least = at + 1;
    for (let index = 0; index < wanted.length; index += 1) {
      const reached = Math.min(
        (row[index] ?? most) + price(wanted.charAt(index), got.charAt(at)),
        (row[index + 1] ?? most) + 1,
        (next[index] ?? most) + 1,
      );
      next.push(reached);
      least = Math.min(least, reached);
    }
    // No price is below nothing: what is that far already comes no nearer.
    if (least >= most) return most;
    row = next;
  }
  return Math.min(row[wanted.length] ?? most, most);
}

const DIGITS: Readonly<Record<string, string>> = {
  i: "1",
  l: "1",
  j: "1",
  "|": "1",
  "!": "1",
  o: "0",
  q: "09",
  d: "0",
  z: "2",
  s: "5",
  b: "68",
  g: "96",
  t: "7",
  a: "4",
  e: "3",
  "?": "0123456789",
  "\ufffd": "0123456789",
};
const ROMANS: Readonly<Record<string, string>> = {
  l: "i",
  "1": "i",
  "|": "i",
  "!": "i",
  j: "i",
  t: "i",
  u: "v",
  y: "v",
  w: "vi",
  k: "x",
  n: "ii",
  h: "ii",
  m: "iii",
  r: "i",
};
const ROMAN = /^(?:x{0,3})(?:ix|iv|v?i{0,3})$/;
const VALUE: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10 };
const WRITTEN: readonly (readonly [RegExp, number])[] = [
  [/^(?:mot|nhat)(?![a-z])/, 1],
  [/^hai(?![a-z])/, 2],
  [/^ba(?![a-z])/, 3],
  [/^(?:bon|tu)(?![a-z])/, 4],
  [/^(?:nam|lam)(?![a-z])/, 5],
  [/^sau(?![a-z])/, 6],
  [/^ba?y(?![a-z])/, 7],
  [/^tam(?![a-z])/, 8],
  [/^chin(?![a-z])/, 9],
  [/^muoi(?![a-z])/, 10],
];

/** Whether digits, some of them perhaps spoiled, can be a number. */
function couldBeDigits(got: string, number: number): boolean {
  const wanted = String(number);
  return (
    got.length === wanted.length &&
    [...got].every(
      (sign, index) => sign === wanted.charAt(index) || (DIGITS[sign] ?? "").includes(wanted.charAt(index)),
    )
  );
}

function romanOf(got: string): number {
  const letters = [...got].map((sign) => ROMANS[sign] ?? sign).join("");
  if (letters === "" || !ROMAN.test(letters)) return 0;
  const values = [...letters].map((sign) => VALUE[sign] ?? 0);
  return values.reduce((sum, value, index) => sum + (value < (values[index + 1] ?? 0) ? -value : value), 0);
}

/** Length of what could be the number at the beginning of a skeleton's text, 0 for none. `roman`: numbers are Roman as a rule. */
export function numberLength(text: string, number: number, roman: boolean): number {
  const written = WRITTEN.find(([pattern, value]) => value === number && pattern.test(text));
  if (written) return (written[0].exec(text)?.[0] ?? "").length;
  const [token = ""] = /^[a-z0-9|!?\ufffd]{1,12}/.exec(text) ?? [];
  const [digits = ""] = /^\d+/.exec(token) ?? [];
  // "7Người": the name is glued to the number.
  if (digits !== "" && Number(digits) === number) return digits.length;
  if (roman) {
    // Behind it a letter, or the number of a note, or the name glued to it.
    for (const end of [/^.*$/, /^.*(?=[ab]$)/, /^[ivx]+(?=\d{1,3}$)/]) {
      const [got = ""] = end.exec(token) ?? [];
      if (got !== "" && romanOf(got) === number) return token.length;
    }
    for (let length = Math.min(5, token.length - 4); length > 0; length -= 1)
      if (/^[ivx]+$/.test(token.slice(0, length)) && romanOf(token.slice(0, length)) === number) return length;
  }
  if (!roman && /^[ivx]+$/.test(token) && romanOf(token) === number) return token.length;
  for (const length of [token.length, token.length - 1])
    if (length > 0 && couldBeDigits(token.slice(0, length), number)) return token.length;
  return 0;
}
