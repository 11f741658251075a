// HTML as Markdown, by turndown: headings, emphasis, lists and tables; nothing that runs, is styled or is only for the screen.
import { isUtf8 } from "node:buffer";
import { Stopped } from "../../runner/model/stop.ts";

/** Most characters of HTML: the reader keeps every element in memory. */
const LONGEST = 8 * 1024 * 1024;
/** Most elements inside each other: the reader goes through all of them again for each. */
const DEEPEST = 500;

const refuse = (saw: string, wanted: string, cause?: unknown): Stopped =>
  new Stopped("STOP_REFUSED_INPUT", { saw, wanted }, cause);

/** The text of a page: UTF-8, or what the page says of its encoding. STOP_REFUSED_INPUT when neither can be read. */
export function htmlText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  if (isUtf8(buffer)) return buffer.toString("utf8").replace(/^\ufeff/u, "");
  const [, label = ""] =
    /charset\s*=\s*["']?\s*([\w-]{2,40})/iu.exec(buffer.subarray(0, 4_096).toString("latin1")) ?? [];
  try {
    return new TextDecoder(label === "" ? "utf-8" : label, { fatal: true }).decode(buffer);
  } catch (error) {
    throw refuse(
      "an HTML page in an encoding that it does not name rightly",
      "UTF-8, or a charset the page is written in",
      error,
    );
  }
}

/** Elements that stand in themselves or in others when they are not closed; paragraphs and cells close each other. */
const NESTING =
  /<(\/?)(?!(?:p|li|td|th|tr|dt|dd|option|thead|tbody|tfoot|colgroup|br|hr|img|input|meta|link|col|wbr|source|area|base|embed|track|param)\b)[a-z][a-z\d]*\b[^<>]*?(\/?)>/giu;

function depthOf(html: string): number {
  let [depth, deepest] = [0, 0];
  for (const [, closes = "", empty = ""] of html.matchAll(NESTING)) {
    depth = Math.max(0, depth + (closes === "/" ? -1 : empty === "/" ? 0 : 1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Only what would be read as a mark of Markdown or a tag is escaped; numbers and letters of a law stand as they are. */
const escaped = (text: string): string => text.replace(/^(?=#{1,6}\s)/gmu, "\\").replaceAll("<", "\\<");

/** Markdown of a page. STOP_REFUSED_INPUT when it is too long or nested too deep to be read. */
export async function htmlToMarkdown(html: string): Promise<string> {
  if (html.length > LONGEST) throw refuse(`${html.length} characters of HTML`, `at most ${LONGEST}`);
  if (depthOf(html) > DEEPEST) throw refuse(`elements nested more than ${DEEPEST} deep`, "a page that a browser wrote");
  const { markdownWriter } = await import("./markdown-writer.ts");
  const service = markdownWriter();
  service.escape = escaped;
  service.remove(["script", "style", "noscript", "title", "head", "iframe", "object", "template"]);
  service.addRule("pictures", { filter: ["img", "picture", "video", "audio", "canvas"], replacement: () => "" });
  // A link of a page leads nowhere in a law; its words are the text.
  service.addRule("links", { filter: "a", replacement: (content) => content });
  try {
    const markdown = service
      .turndown(html)
      .replace(/[\u00a0 \t]+$/gmu, "")
      .normalize("NFC");
    return `${markdown.trim()}\n`;
  } catch (error) {
    if (error instanceof RangeError)
      throw refuse("a page whose elements are nested too deep", "a page that a browser wrote", error);
    throw error;
  }
}
