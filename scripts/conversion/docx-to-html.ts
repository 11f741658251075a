// A DOCX file as HTML, by mammoth. The archive is opened by us first: a few kilobytes can claim gigabytes, and only the text is wanted.
import { Stopped } from "../../runner/model/stop.ts";

/** Most files in the archive, and most bytes that its text files may unpack to together. */
const FILES = 5_000;
const UNPACKED = 64 * 1024 * 1024;
/** What the text of a document consists of; pictures, fonts and embedded files are left where they are. */
const TEXT = /^(?:\[Content_Types\]\.xml|_rels\/\.rels|word\/[^/]+\.xml|word\/_rels\/[^/]+\.rels)$/u;

const refuse = (saw: string, wanted: string, cause?: unknown): Stopped =>
  new Stopped("STOP_REFUSED_INPUT", { saw, wanted, hint: "save the document again with Word or LibreOffice" }, cause);

/** HTML of the text, and what a person should compare with the document. STOP_REFUSED_INPUT for an archive that is none, or too large. */
export async function docxToHtml(bytes: Uint8Array): Promise<{ html: string; compare: string[] }> {
  const files = await unpacked(bytes);
  const declared = Object.entries(files).find(([, content]) => Buffer.from(content).includes("<!DOCTYPE"));
  if (declared)
    throw refuse("a DOCX file with a document type of its own", "XML as Word writes it, without declarations");
  const { zipSync } = await import("fflate");
  // Packed anew, so that what the converter unpacks is what was measured here.
  const buffer = Buffer.from(zipSync(files, { level: 0 }));
  const mammoth = (await import("mammoth")).default;
  try {
    const result = await mammoth.convertToHtml({ buffer }, { styleMap: ["u => em"], includeEmbeddedStyleMap: false });
    return { html: result.value, compare: compared(files) };
  } catch (error) {
    throw refuse("a DOCX file that cannot be read", "a document of Word", error);
  }
}

async function unpacked(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const { unzipSync } = await import("fflate");
  let [count, size] = [0, 0];
  try {
    // Sizes are those the archive declares; more than it declared is never unpacked.
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        count += 1;
        const wanted = TEXT.test(name);
        if (wanted) size += originalSize;
        if (count > FILES || size > UNPACKED)
          throw refuse(
            `an archive of more than ${FILES} files or ${UNPACKED} bytes of text`,
            "a document of ordinary size",
          );
        return wanted;
      },
    });
  } catch (error) {
    if (error instanceof Stopped) throw error;
    throw refuse("a DOCX file whose archive is damaged", "a whole file", error);
  }
}

/** What the conversion cannot carry over, as far as the document uses it. */
function compared(files: Record<string, Uint8Array>): string[] {
  const text = (name: string): string => Buffer.from(files[name] ?? new Uint8Array()).toString("utf8");
  const document = text("word/document.xml");
  const found: string[] = [];
  if (document.includes("<w:numPr>"))
    found.push("numbers that Word counts itself: they are written as 1., 2., 3. whatever Word shows (a), i., Điều 1)");
  if (/<w:(?:ins|del)\s/u.test(document))
    found.push("changes that are tracked: insertions are taken, deletions are left out");
  if (/<w:(?:drawing|pict)\b/u.test(document)) found.push("pictures and text boxes: they are left out");
  if (document.includes("<w:footnoteReference")) found.push("footnotes: they stand at the end");
  return found;
}
