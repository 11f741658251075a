// Text that people read before they sign: what they see must be what is there.

const CONTROL = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
// Bidi marks are Cf; fillers, selectors and joiners are default-ignorable although some of them count as letters.
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u{2800}]/u;
const OTHER_SPACE = /(?! )\p{Zs}/u;
const OTHER_SCRIPT = /(?!\p{Script=Latin}|\p{Script=Common}|\p{Script=Inherited})\p{L}/u;

/**
 * What makes a text unfit to be shown and signed, or undefined. A name must be NFC, of one compatibility form (no full-width
 * letters) and of Latin letters, because a Cyrillic twin of a name looks the same. The answer quotes nothing.
 */
export function textFault(text: string): string | undefined {
  if (CONTROL.test(text)) return "a control or unassigned character";
  if (INVISIBLE.test(text)) return "an invisible or bidirectional character";
  if (OTHER_SPACE.test(text)) return "a space other than U+0020";
  if (text !== text.normalize("NFC")) return "text that is not NFC";
  if (text !== text.normalize("NFKC")) return "a compatibility form of another character";
  if (OTHER_SCRIPT.test(text)) return "letters of another script than Latin";
  return text === text.trim() ? undefined : "blank edges";
}
