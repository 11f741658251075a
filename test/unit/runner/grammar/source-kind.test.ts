// A file that is no UTF-8 text is called what it is, with the way to convert it.
import { describe, expect, test } from "vitest";
import { genericAtx1 } from "../../../../runner/grammar/generic-atx-1.ts";
import { foreignKind } from "../../../../runner/grammar/source-kind.ts";
import { ownLaw, ownLaws, refusedLaw } from "../../../support/law.ts";

const LAW =
  "LUẬT LÀNG\n\nĐiều 1. Phạm vi\nLuật này quy định việc của làng.\n\nĐiều 2. Hiệu lực\nLuật có hiệu lực ngay.\n";
const utf16 = (text: string, big: boolean, mark: boolean): Buffer => {
  const bytes = Buffer.from(`${mark ? "\ufeff" : ""}${text}`, "utf16le");
  return big ? bytes.swap16() : bytes;
};
/** Bytes of a single-byte encoding, given as the characters Windows-1252 shows for them. */
const single = (text: string): Buffer => Buffer.from(text.replaceAll("−", "\u00ad"), "latin1");
const TCVN3 =
  "LuËt lµng\n§iÒu 1. Ph¹m vi ®iÒu chØnh\nLuËt nµy quy ®Þnh viÖc cña lµng.\n§iÒu 2. §èi t−îng\nLuËt nµy cã hiÖu lùc.\n";
const VNI = "Luaät laøng\nÑieàu 1. Phaïm vi ñieàu chænh\nLuaät naøy quy ñònh vieäc cuûa laøng.\nÑieàu 2. Hieäu löïc\n";
const CP1258 =
  "LuâÃòt laÌng\nÐiêÌu 1. Phaòm vi ðiêÌu chiÒnh\nLuâòt naÌy quy ðiònh viêòc cuÒa laÌng.\nÐiêÌu 2. Hiêòu lýòc\n";

describe("a text in another encoding", () => {
  test.each([
    ["UTF-16, little end first", utf16(LAW, false, true), "UTF-16", "iconv -f UTF-16 "],
    ["UTF-16, big end first", utf16(LAW, true, true), "UTF-16", "iconv -f UTF-16 "],
    ["UTF-16LE without a mark", utf16(LAW, false, false), "UTF-16LE without", "iconv -f UTF-16LE "],
    ["UTF-16BE without a mark", utf16(LAW, true, false), "UTF-16BE without", "iconv -f UTF-16BE "],
    ["ASCII in UTF-16LE without a mark", utf16("# One\n\ntext\n", false, false), "UTF-16LE", "iconv -f UTF-16LE "],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), "UTF-32", "iconv -f UTF-32 "],
    ["TCVN3", single(TCVN3), "TCVN3", "iconv -f TCVN "],
    ["TCVN3 saved as UTF-8", Buffer.from(TCVN3), "TCVN3", "iconv -f UTF-8 -t WINDOWS-1252 <file> | iconv -f TCVN "],
    ["VNI", single(VNI), "VNI", "UniKey"],
    ["VNI saved as UTF-8", Buffer.from(VNI), "VNI", "UniKey"],
    ["Windows-1258", single(CP1258), "Windows-1258", "iconv -f WINDOWS-1258 "],
    [
      "Windows-1258 saved as UTF-8",
      Buffer.from(CP1258),
      "Windows-1258",
      "iconv -f UTF-8 -t WINDOWS-1252 <file> | iconv -f WINDOWS-1258 ",
    ],
    [
      "UTF-8 saved twice",
      Buffer.from(Buffer.from(LAW).toString("latin1")),
      "saved again",
      "iconv -f UTF-8 -t ISO-8859-1 ",
    ],
  ])("%s is named with the way to convert it", (_what, bytes, name, way) => {
    expect(foreignKind(bytes)).toMatchObject({
      name: expect.stringContaining(name),
      convert: expect.stringContaining(way),
    });
    expect(refusedLaw(bytes)).toMatchObject({
      code: "STOP_REFUSED_INPUT",
      line: 1,
      reason: expect.stringContaining("not UTF-8 text"),
    });
  });
});

describe("a document of another program", () => {
  test.each([
    ["a PDF", Buffer.from("%PDF-1.7\n1 0 obj"), "pdftotext"],
    ["an HTML page", Buffer.from("\ufeff<!DOCTYPE html>\n<html><body>Điều 1. Làng</body></html>"), "npm run intake"],
    [
      "an HTML page",
      Buffer.from('<?xml version="1.0"?>\n<!-- saved -->\n<html xmlns="x"><body/></html>'),
      "npm run intake",
    ],
    [
      "a DOCX file of Word",
      Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.from("word/document.xml")]),
      "npm run intake",
    ],
    [
      "an ODT file",
      Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.from("mimetypeapplication/vnd.oasis.opendocument.text")]),
      "soffice",
    ],
    ["a ZIP archive", Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "unpack"],
    ["a DOC file", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), "soffice"],
    ["an RTF file", Buffer.from("{\\rtf1\\ansi"), "soffice"],
  ])("%s is named with the way to convert it, by both profiles", (name, bytes, way) => {
    for (const reason of [
      refusedLaw(bytes).reason,
      genericAtx1.mark(bytes, "LAW", { empty_body: "refuse", section_types: ["section"] }, { units: 9, hard: 9 })
        .refusal?.reason,
    ]) {
      expect(reason).toContain(`the file is ${name}`);
      expect(reason).toContain(way);
    }
  });
});

test.each([
  ["a text with a stray NUL", `${LAW}\0`],
  ["French", "# Étude\n\nL'été à la plage, garçon naïf, œuvre.\n"],
  ["Markdown that begins with a tag", "<b>Law</b>\n\n# One\n\ntext\n"],
  ["a text about encodings", `# Encodings\n\nIn TCVN3 Điều is §iÒu, in VNI Ñieàu; LuËt, cña, viÖc.\n`],
  ["nothing", ""],
])("%s is a text", (_what, text) => {
  expect(foreignKind(Buffer.from(text))).toBeUndefined();
});
test("our own laws are texts", () => {
  expect(ownLaws().filter((name) => foreignKind(ownLaw(name)) !== undefined)).toEqual([]);
});
