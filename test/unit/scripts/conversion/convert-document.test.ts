// A DOCX or HTML document becomes a text beside it; a hostile one is refused in words and leaves nothing behind.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { convertDocument } from "../../../../scripts/conversion/convert-document.ts";
import { addresses, cutLaw } from "../../../support/law.ts";

const folder = mkdtempSync(join(tmpdir(), "convert-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
/** The smallest archive that Word would open, with paragraphs and whatever other files. */
function docx(paragraphs: readonly string[], others: Record<string, Uint8Array> = {}): Buffer {
  const body = paragraphs.map((text) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`).join("");
  const main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
  const files = {
    "[Content_Types].xml": `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
    "_rels/.rels": `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r" Type="${OFFICE}" Target="word/document.xml"/></Relationships>`,
    "word/document.xml": `<w:document xmlns:w="${WORD}"><w:body>${body}</w:body></w:document>`,
  };
  return Buffer.from(
    zipSync({
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
      ...others,
    }),
  );
}
async function converted(name: string, bytes: Buffer): Promise<string> {
  const made = await convertDocument(join(folder, name), bytes);
  return readFileSync(made?.to.file ?? "", "utf8");
}
const LAW = [
  "LUẬT LÀNG",
  "Điều 1. Phạm vi",
  "1. Luật quy định việc của làng.",
  "Điều 2. Hiệu lực",
  "Luật có hiệu lực ngay.",
];

describe("a document", () => {
  test("of Word is a text that can be cut, told with both digests", async () => {
    const bytes = docx(LAW);
    const made = await convertDocument(join(folder, "word.docx"), bytes);
    const text = readFileSync(join(folder, "word.md"));
    expect(made).toEqual({
      from: { file: join(folder, "word.docx"), name: "a DOCX file of Word", sha256: sha256(bytes) },
      to: { file: join(folder, "word.md"), sha256: sha256(text) },
      compare: [],
    });
    expect(addresses(cutLaw(text))).toEqual(["DIEU-1", "DIEU-2"]);
    expect(text.toString("utf8")).toContain("\n1. Luật quy định việc của làng.\n");
  });
  test("of the web is a text without scripts, styles and links", async () => {
    const page = `<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body><h2>Điều 1. Làng</h2><p>1. Theo <a href="x">luật</a> # này.</p><table><tr><td>STT</td><td>Tên</td></tr></table><script>alert(1)</script></body></html>`;
    expect(await converted("page.html", Buffer.from(page))).toBe(
      "## Điều 1. Làng\n\n1. Theo luật # này.\n\n|     |     |\n| --- | --- |\n| STT | Tên |\n",
    );
  });
  test("in the encoding a page names is read by it", async () => {
    const page = Buffer.concat([
      Buffer.from("<!DOCTYPE html><html><meta charset=windows-1252><body><p>caf"),
      Buffer.from([0xe9]),
      Buffer.from("</p></body></html>"),
    ]);
    expect(await converted("named.html", page)).toBe("café\n");
  });
  test("that is a text already is none of ours", async () => {
    expect(await convertDocument(join(folder, "text.md"), Buffer.from(LAW.join("\n")))).toBeUndefined();
  });
  test("is converted again to the same text, and never over another one", async () => {
    expect(await converted("again.docx", docx(LAW))).toBe(await converted("again.docx", docx(LAW)));
    writeFileSync(join(folder, "edited.md"), "edited by hand\n");
    await expect(convertDocument(join(folder, "edited.docx"), docx(LAW))).rejects.toMatchObject({
      facts: { saw: expect.stringContaining("holds another text") },
    });
    expect(readFileSync(join(folder, "edited.md"), "utf8")).toBe("edited by hand\n");
  });
  test("whose lists Word numbers itself says what to compare", async () => {
    const numbered = docx(["a"], {
      "word/document.xml": Buffer.from(
        `<w:document xmlns:w="${WORD}"><w:body><w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>Một</w:t></w:r></w:p></w:body></w:document>`,
      ),
    });
    expect((await convertDocument(join(folder, "numbered.docx"), numbered))?.compare).toEqual([
      expect.stringContaining("numbers that Word counts itself"),
    ]);
  });
});

describe("what would hurt is refused and leaves no file", () => {
  const huge = new Uint8Array(70 * 1024 * 1024);
  /** An archive whose entry declares a thousand bytes and holds a million. */
  function liar(): Buffer {
    const bytes = Buffer.from(zipSync({ "word/document.xml": new Uint8Array(1_000_000) }));
    bytes.writeUInt32LE(1_000, bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
    bytes.writeUInt32LE(1_000, 22);
    return bytes;
  }
  test.each([
    ["an archive of huge text", docx(LAW, { "word/footnotes.xml": huge }), "an archive of more than"],
    [
      "an archive of very many files",
      docx(LAW, Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [`x/${index}`, new Uint8Array()]))),
      "an archive of more than",
    ],
    ["an archive that lies about its sizes", liar(), "a DOCX file"],
    ["a cut off archive", docx(LAW).subarray(0, -60), "a DOCX file"],
    [
      "XML with declarations of its own",
      docx([], { "word/document.xml": Buffer.from('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>') }),
      "a document type of its own",
    ],
    [
      "a page nested without end",
      Buffer.from(`<!DOCTYPE html><html>${"<div>".repeat(100_000)}x`),
      "nested more than 500 deep",
    ],
    ["a page too long", Buffer.from(`<!DOCTYPE html><html>${"x".repeat(8 * 1024 * 1024)}`), "characters of HTML"],
    [
      "a page in no encoding it names",
      Buffer.concat([Buffer.from("<!DOCTYPE html><html><meta charset=nothing>"), Buffer.from([0xff])]),
      "in an encoding that it does not name rightly",
    ],
    ["a document without text", docx([" "]), "without any text"],
  ])("%s", async (_what, bytes, saw) => {
    const before = readdirSync(folder);
    await expect(convertDocument(join(folder, "hostile.docx"), bytes)).rejects.toMatchObject({
      code: "STOP_REFUSED_INPUT",
      facts: { saw: expect.stringContaining(saw) },
    });
    expect(readdirSync(folder)).toEqual(before);
  });
  test("a folder that is not there", async () => {
    await expect(convertDocument(join(folder, "nowhere", "law.docx"), docx(LAW))).rejects.toMatchObject({
      code: "STOP_REFUSED_INPUT",
    });
  });
});
