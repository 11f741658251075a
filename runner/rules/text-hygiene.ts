// Characters a reader cannot see or that reorder what they see; see docs/decisions/0020-text-hygiene.md.

/**
 * C0 and C1 controls without TAB, LF and CR; bidirectional marks, joiners, fillers, selectors, tags, annotation and blank marks.
 * Written as fixed ranges, not as Unicode properties: the same bytes must give the same answer under every Node release.
 */
const HIDDEN = "\\u{0}-\\u{8}\\u{b}\\u{c}\\u{e}-\\u{1f}\\u{7f}-\\u{9f}\\u{ad}\\u{34f}\\u{61c}\\u{115f}\\u{1160}\\u{17b4}\\u{17b5}\\u{180b}-\\u{180f}"
  + "\\u{200b}-\\u{200f}\\u{2028}-\\u{202e}\\u{2060}-\\u{206f}\\u{2800}\\u{3164}\\u{fe00}-\\u{fe0f}\\u{feff}\\u{ffa0}\\u{fff0}-\\u{fffb}"
  + "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}";
const ANY_HIDDEN = new RegExp(`[${HIDDEN}]`, "u");
const EVERY_HIDDEN = new RegExp(`[${HIDDEN}]`, "gu");

/** Whether a text holds a character that is invisible or changes the order of what is seen. TAB, LF and CR are not such. */
export const hasHidden = (text: string): boolean => ANY_HIDDEN.test(text);

const ANY_VISIBLE = new RegExp(`[^\\s${HIDDEN}]`, "u");

/** Whether a text shows anything at all: some character that is neither white space nor hidden. */
export const hasVisible = (text: string): boolean => ANY_VISIBLE.test(text);

/** How many hidden characters a text holds. */
export function hiddenCount(text: string): number {
  let count = 0;
  EVERY_HIDDEN.lastIndex = 0;
  while (EVERY_HIDDEN.test(text)) count += 1;
  return count;
}

// For the eye, everything without a glyph of its own is escaped: also unassigned code points and spaces other than U+0020.
const UNPRINTABLE = new RegExp(`[${HIDDEN}\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]|(?! )\\p{Zs}|\\\\(?=u\\{)`, "gu");
const UNPRINTABLE_BUT_LINES = new RegExp(`(?![\\n\\t])(?:${UNPRINTABLE.source})`, "gu");

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;

/**
 * A text as one line that shows exactly what is there: every control, bidirectional, invisible or odd space character
 * becomes `\u{HEX}`. A backslash that would look like such an escape is escaped too, so two texts never print alike.
 */
export const printable = (text: string): string => text.replace(UNPRINTABLE, escaped);

/** As {@link printable}, but line feeds and tabs stay; for bodies. */
export const printableLines = (text: string): string => text.replace(UNPRINTABLE_BUT_LINES, escaped);
