// What a file is when it is no UTF-8 text: a document of an office program, a page, or a text in another encoding. Named as such, with
// the way to convert it, because "the line is not UTF-8" helps nobody who has never heard of encodings.
import { isUtf8 } from "node:buffer";

/** A file that is no UTF-8 text. name: what it is; convert: what to do, a command where there is one. */
export interface ForeignKind {
  readonly kind: "pdf" | "docx" | "zip" | "office" | "rtf" | "html" | "utf-16" | "utf-32" | "legacy";
  readonly name: string;
  readonly convert: string;
}

/** Bytes that are looked at. */
const HEAD = 65_536;
/** Words of an encoding that must be there before a text is called by it. */
const WORDS = 3;

const WITH_INTAKE = "`npm run intake -- <file> <PREFIX>` makes a Markdown file of it";
const WITH_OFFICE =
  "save it as DOCX (`soffice --headless --convert-to docx <file>`), then `npm run intake -- <file.docx> <PREFIX>`";
const iconv = (from: string): string => `\`iconv -f ${from} -t UTF-8 <file> > <new file>\``;
/** A text that was read as Windows-1252 and written as UTF-8 is first taken back to its bytes. */
const iconvBack = (from: string, read = "WINDOWS-1252"): string =>
  `\`iconv -f UTF-8 -t ${read} <file> | iconv -f ${from} -t UTF-8 > <new file>\``;

/** Frequent words of Vietnamese laws as each encoding shows them when its bytes are read as Windows-1252. */
const LEGACY: readonly { readonly name: string; readonly from: string | undefined; readonly words: RegExp }[] = [
  {
    name: "TCVN3 (fonts of the name .Vn…)",
    from: "TCVN",
    words:
      /§i[ÒÖ]u|§I[ÒÖ]U|Ch[\u00ad−-]?¬ng|®[\u00ad−]?[îÞ]|®iÒu|LuËt|quy ®Þnh|cña|ph¸p|NghÞ|t[\u00ad−]îng|hiÖu|viÖc/gu,
  },
  {
    name: "VNI (fonts of the name VNI-…)",
    from: undefined,
    words: /Ñie[àà]u|ÑIEÀU|Chöông|ñie[àà]u|ñònh|ñöôïc|cuûa|Luaät|phaùp|Nghò|ñoái|naøy|hieäu|vieäc|quaûn/gu,
  },
  {
    name: "Windows-1258",
    from: "WINDOWS-1258",
    words: /[ÐÐ]iêÌu|Ch[ýý]õng|ð[ýý]õòc|ðiònh|cuÒa|LuâÃ?òt|phaìp|Nghiò|t[ýý]õòng|naÌy|hiêòu|viêòc|quaÒn/gu,
  },
];
/** UTF-8 that was read as Windows-1252 or Latin-1 and written as UTF-8 again. */
const TWICE = /á[»º][\u0080-\u00ff\u0152-\u2122]|Æ[°¡]|Ä[\u0090\u0091‘]/gu;
const VIETNAMESE = /[\u1ea0-\u1ef9ơưđƠƯĐ]/u;

const startsWith = (bytes: Buffer, ...signature: readonly number[]): boolean =>
  signature.every((byte, at) => bytes[at] === byte);

/** Containers and marks at the beginning say what a file is, whatever stands in it. */
function byBeginning(bytes: Buffer): ForeignKind | undefined {
  const text = bytes
    .subarray(0, 1_024)
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/u, "")
    .trimStart();
  if (text.startsWith("%PDF-"))
    return {
      kind: "pdf",
      name: "a PDF",
      convert:
        "take its text out (`pdftotext -layout <file.pdf> <new.txt>`, of a scan by optical recognition) and read it against the print",
    };
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) {
    if (bytes.includes("word/")) return { kind: "docx", name: "a DOCX file of Word", convert: WITH_INTAKE };
    if (bytes.subarray(0, 200).includes("opendocument.text"))
      return { kind: "zip", name: "an ODT file", convert: WITH_OFFICE };
    return { kind: "zip", name: "a ZIP archive", convert: "unpack it and take in the text that is in it" };
  }
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0))
    return { kind: "office", name: "a DOC file of an older Word", convert: WITH_OFFICE };
  if (text.startsWith("{\\rtf")) return { kind: "rtf", name: "an RTF file", convert: WITH_OFFICE };
  if (/^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,400}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/iu.test(text)) {
    return { kind: "html", name: "an HTML page", convert: WITH_INTAKE };
  }
  if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0, 0, 0xfe, 0xff))
    return { kind: "utf-32", name: "UTF-32", convert: iconv("UTF-32") };
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff))
    return { kind: "utf-16", name: "UTF-16", convert: iconv("UTF-16") };
  return undefined;
}

/** UTF-16 without a mark: every second byte of what is ASCII in it is NUL, most often at line ends and blanks. */
function unmarkedUtf16(bytes: Buffer): ForeignKind | undefined {
  if (bytes.length < 8 || bytes.length % 2 === 1) return undefined;
  const head = bytes.subarray(0, HEAD);
  let [even, odd] = [0, 0];
  for (let at = 0; at + 1 < head.length; at += 2) {
    if (head[at] === 0 && head[at + 1] !== 0) even += 1;
    if (head[at] !== 0 && head[at + 1] === 0) odd += 1;
  }
  // Vietnamese has about three ASCII characters in four; a stray NUL in a text gives no such share.
  const least = head.length / 2 / 4;
  if (Math.max(even, odd) < least || Math.min(even, odd) > Math.max(even, odd) / 10) return undefined;
  const from = even > odd ? "UTF-16BE" : "UTF-16LE";
  return { kind: "utf-16", name: `${from} without a byte order mark`, convert: iconv(from) };
}

const count = (text: string, words: RegExp): number => (text.match(words) ?? []).length;

/** Encodings of Vietnamese before Unicode, as bytes or already spoiled by a program that took them for Windows-1252. */
function legacyEncoding(bytes: Buffer): ForeignKind | undefined {
  const head = bytes.subarray(0, HEAD);
  const utf8 = isUtf8(bytes);
  const text = utf8 ? head.toString("utf8") : new TextDecoder("windows-1252").decode(head);
  if (utf8 && (!/[\u0080-\u00ff]/u.test(text) || VIETNAMESE.test(text))) return undefined;
  if (utf8 && count(text, TWICE) >= WORDS) {
    const read = /[\u0080-\u009f]/u.test(text) ? "ISO-8859-1" : "WINDOWS-1252";
    return {
      kind: "legacy",
      name: "UTF-8 that was read as another encoding and saved again",
      convert: `\`iconv -f UTF-8 -t ${read} <file> > <new file>\``,
    };
  }
  const found = LEGACY.map((one) => ({ ...one, hits: count(text, one.words) })).sort(
    (one, other) => other.hits - one.hits,
  )[0];
  if (found === undefined || found.hits < WORDS) return undefined;
  const byHand = "a converter of Vietnamese encodings such as UniKey's";
  if (found.from === undefined) return { kind: "legacy", name: found.name, convert: `convert it with ${byHand}` };
  const command = utf8 ? iconvBack(found.from) : iconv(found.from);
  return { kind: "legacy", name: found.name, convert: `${command}, or ${byHand}` };
}

/** What a file is instead of UTF-8 text; undefined for text, and for bytes that nothing is known of. */
export const foreignKind = (bytes: Buffer): ForeignKind | undefined =>
  byBeginning(bytes) ?? unmarkedUtf16(bytes) ?? legacyEncoding(bytes);

/** The sentence of a refusal. */
export const foreignKindText = ({ name, convert }: ForeignKind): string =>
  `the file is ${/^an? /u.test(name) ? name : `text in ${name}`}, not UTF-8 text: ${convert}`;
