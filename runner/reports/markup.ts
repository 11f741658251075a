// Text as HTML. Nothing a document or a host holds becomes markup, moves the reader's eye or hides: what has no glyph is written out.
import { printable, printableLines } from "../rules/text-hygiene.ts";

const TEXT = Symbol("text of HTML");

/** HTML that may stand in the page as it is; only this file makes it. */
export interface Html {
  readonly [TEXT]: string;
}

const html = (text: string): Html => ({ [TEXT]: text });

/** The text of finished HTML, to be written to a file. */
export const htmlText = (made: Html): string => made[TEXT];

const textsOf = (parts: readonly (Html | undefined)[]): string => parts.map((part) => part?.[TEXT] ?? "").join("");

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const encoded = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

// printable() leaves no other sequence of this form in a text, so each is a character that was escaped.
const shown = (escaped: string): Html =>
  html(encoded(escaped).replace(/\\u\{[0-9A-F]+\}/g, (code) => `<span class="hidden">${code}</span>`));

/** One line. Line ends and what stands around them become one blank. */
export const line = (text: string): Html => shown(printable(text.replace(/\s*[\r\n]\s*/gu, " ")));

/** Lines; a carriage return before a line feed is the line's end and not shown. */
export const lines = (text: string): Html => shown(printableLines(text.replaceAll("\r\n", "\n")));

/** Text of an attribute. */
const attribute = (text: string): string => encoded(printable(text));

/** An element. Attributes that are undefined or false are left out, true ones stand alone. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  ...children: readonly (Html | undefined)[]
): Html {
  const said = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => (value === true ? ` ${key}` : ` ${key}="${attribute(String(value))}"`))
    .join("");
  return html(VOID.has(name) ? `<${name}${said}>` : `<${name}${said}>${textsOf(children)}</${name}>`);
}

const VOID: ReadonlySet<string> = new Set(["input", "meta", "br"]);

/** Pieces of HTML one after the other. */
export const joined = (...parts: readonly (Html | undefined)[]): Html => html(textsOf(parts));

/** Our own style or script, taken as it is: its digest stands in the page's policy. */
export const ownCode = (name: "style" | "script", code: string): Html => {
  if (/<\/(?:style|script)|<!--/i.test(code)) throw new Error("own code that would end its element");
  return html(`<${name}>${code}</${name}>`);
};
