// The frame of every page: one file that loads nothing, sends nothing, and lets only its own style and script work, each by the digest
// in its policy.
import { createHash } from "node:crypto";
import { element, htmlText, line, ownCode, type Html } from "./markup.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** `language` is a tag as `en`; `style` comes behind the common one; `marks` are attributes of the body; `run` owns the file. */
export interface Page {
  readonly language: string;
  readonly title: string;
  readonly style?: string;
  readonly script?: string;
  readonly marks?: Readonly<Record<string, string>>;
  readonly run?: string | undefined;
  /** Where the page may ask for more, as a policy says it; a file asks nobody. */
  readonly connect?: string;
  readonly body: readonly (Html | undefined)[];
}

/** Name of the element that says which run a page belongs to. */
export const RUN_OF_PAGE = "cutter-run";

const digest = (code: string): string => `'sha256-${createHash("sha256").update(code, "utf8").digest("base64")}'`;

/** Nothing may be loaded or sent, for `connect` nothing else than that; of style and script only those two. */
export const policy = (style: string, script: string | undefined, connect?: string): string =>
  [
    "default-src 'none'",
    `style-src ${digest(style)}`,
    ...(script === undefined ? [] : [`script-src ${digest(script)}`]),
    ...(connect === undefined ? [] : [`connect-src ${connect}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

/** The whole file. */
export function htmlPage({ language, title, style = "", script, marks = {}, run, connect, body }: Page): string {
  const look = `${PAGE_STYLE}${style}`;
  const page = element(
    "html",
    { lang: language },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { "http-equiv": "Content-Security-Policy", content: policy(look, script, connect) }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("meta", { name: "referrer", content: "no-referrer" }),
      run === undefined ? undefined : element("meta", { name: RUN_OF_PAGE, content: run }),
      element("title", {}, line(title)),
      ownCode("style", look),
    ),
    element("body", marks, ...body, script === undefined ? undefined : ownCode("script", script)),
  );
  return `<!doctype html>\n${htmlText(page)}\n`;
}
