// A DOCX file or an HTML page becomes a Markdown file beside it. What is taken in, registered and signed is always that text.
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { foreignKind } from "../../runner/grammar/source-kind.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { hasVisible } from "../../runner/rules/text-hygiene.ts";
import { docxToHtml } from "./docx-to-html.ts";
import { htmlText, htmlToMarkdown } from "./html-to-markdown.ts";

/** A document and the text made of it. compare: what a person should look at in both, because it is not carried over as it is. */
export interface Converted {
  readonly from: { readonly file: string; readonly name: string; readonly sha256: string };
  readonly to: { readonly file: string; readonly sha256: string };
  readonly compare: readonly string[];
}

/**
 * Converts a file by what its bytes are; undefined when they are no document of these kinds. STOP_REFUSED_INPUT when it
 * cannot be read or written.
 */
export async function convertDocument(file: string, bytes: Buffer): Promise<Converted | undefined> {
  const foreign = foreignKind(bytes);
  if (foreign?.kind !== "docx" && foreign?.kind !== "html") return undefined;
  const { html, compare } = foreign.kind === "docx" ? await docxToHtml(bytes) : { html: htmlText(bytes), compare: [] };
  const markdown = Buffer.from(await htmlToMarkdown(html), "utf8");
  if (!hasVisible(markdown.toString("utf8"))) {
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${foreign.name} without any text`,
      wanted: "a document whose text is not a picture",
    });
  }
  const target = join(dirname(file), `${basename(file, extname(file))}.md`);
  await writeNew(target, markdown);
  return {
    from: { file, name: foreign.name, sha256: sha256(bytes) },
    to: { file: target, sha256: sha256(markdown) },
    compare,
  };
}

/** Writes a whole file or none, and never over another text. */
async function writeNew(target: string, bytes: Buffer): Promise<void> {
  const draft = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, bytes, { flag: "wx", mode: 0o644 });
    await link(draft, target);
  } catch (error) {
    const there = await readFile(target).catch(() => undefined);
    if (there?.equals(bytes)) return;
    const saw = there === undefined ? `${target} cannot be written` : `${target} exists and holds another text`;
    throw new Stopped(
      "STOP_REFUSED_INPUT",
      { saw, wanted: "a folder that can be written, without a file of that name" },
      error,
    );
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}
