// Characters a reader cannot see or that reorder what they see; see docs/decisions/0020-text-hygiene.md.

/**
 * C0 and C1 controls without TAB, LF and CR; bidirectional marks, joiners, fillers, selectors, tags, annotation and blank marks.
 * Written as fixed ranges, not as Unicode properties: the same bytes must give the same answer under every Node release.
 */
const HIDDEN =
  "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f" +
  "\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb";
/** The same beyond the first plane, as code units: U+1BCA0-1BCA3, U+1D173-1D17A, U+E0000-E0FFF. Matching code units is twice as fast. */
const PAIRS = [
  ["\\ud82f", "\\udca0-\\udca3"],
  ["\\ud834", "\\udd73-\\udd7a"],
  ["\\udb40-\\udb43", "\\udc00-\\udfff"],
] as const;
const HIDDEN_PAIRS = PAIRS.map(([first, second]) => `[${first}][${second}]`).join("|");
const ANY_HIDDEN = new RegExp(`[${HIDDEN}]|${HIDDEN_PAIRS}`);
const EVERY_HIDDEN = new RegExp(ANY_HIDDEN, "g");
const ANY_VISIBLE = new RegExp(`(?!${HIDDEN_PAIRS})[^\\s${HIDDEN}\\udc00-\\udfff]`);

/** Whether a text holds a character that is invisible or changes the order of what is seen. TAB, LF and CR are not such. */
export const hasHidden = (text: string): boolean => ANY_HIDDEN.test(text);

/** Whether a text shows anything at all: some character that is neither white space nor hidden. */
export const hasVisible = (text: string): boolean => ANY_VISIBLE.test(text);

/** Code units that are hidden or begin a hidden pair. Nearly every text has none, and looking each up is five times as fast as matching. */
const SUSPECTS = new Uint8Array(0x1_0000);
for (const [, from = "", to = from] of [HIDDEN, ...PAIRS.map(([first]) => first)]
  .join("")
  .matchAll(/\\u([0-9a-f]{4})(?:-\\u([0-9a-f]{4}))?/g)) {
  SUSPECTS.fill(1, Number.parseInt(from, 16), Number.parseInt(to, 16) + 1);
}

/** How many hidden characters a text holds. */
export function hiddenCount(text: string): number {
  let at = 0;
  while (at < text.length && SUSPECTS[text.charCodeAt(at)] === 0) at += 1;
  let count = 0;
  EVERY_HIDDEN.lastIndex = at;
  while (EVERY_HIDDEN.test(text)) count += 1;
  return count;
}

// For the eye, everything without a glyph of its own is escaped: also unassigned code points and spaces other than U+0020.
const UNPRINTABLE = new RegExp(
  `[${HIDDEN}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]|(?! ` +
    ")\\p{Zs}|\\\\(?=u\\{)",
  "gu",
);
const UNPRINTABLE_BUT_LINES = new RegExp(`(?![\\n\\t])(?:${UNPRINTABLE.source})`, "gu");

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;

/**
 * A text as one line that shows exactly what is there: every control, bidirectional, invisible or odd space character
 * becomes `\u{HEX}`. A backslash that would look like such an escape is escaped too, so two texts never print alike.
 */
export const printable = (text: string): string => text.replace(UNPRINTABLE, escaped);

/** As {@link printable}, but line feeds and tabs stay; for bodies. */
export const printableLines = (text: string): string => text.replace(UNPRINTABLE_BUT_LINES, escaped);

/** A JSON text whose hidden characters are escapes, code unit by code unit: the same value, safe on a terminal. */
export const escapedJson = (json: string): string =>
  json.replace(EVERY_HIDDEN, (hidden) =>
    [...Array(hidden.length).keys()].map((at) => `\\u${hidden.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
