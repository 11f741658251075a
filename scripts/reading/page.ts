// The reading page: one HTML file of a request that holds all it needs. It loads nothing, sends nothing, and runs only the script
// whose digest stands in its own policy.
import { createHash } from "node:crypto";
import { lawHtml, treeHtml } from "./page-law.ts";
import {
  backupHtml,
  changesHtml,
  databaseHtml,
  digestsHtml,
  findingsHtml,
  rehearsalHtml,
  summaryHtml,
  supersededHtml,
  verdictHtml,
} from "./page-parts.ts";
import { element, line, ownCode, type Html } from "./markup.ts";
import { doesKey, said, thenKey, type PageKey, type PageWords } from "./page-words.ts";
import { documentOf, type Reading } from "./reading.ts";

/** The page's own style and script, as they lie in page/. */
export interface PageCode {
  readonly style: string;
  readonly script: string;
}

/** `language` is the tag of the words, as `en`. */
export interface PageLanguage {
  readonly language: string;
  readonly words: PageWords;
}

const digest = (code: string): string => `'sha256-${createHash("sha256").update(code, "utf8").digest("base64")}'`;

/** Nothing may be loaded or sent; of style and script only those two. */
const policy = ({ style, script }: PageCode): string =>
  [
    "default-src 'none'",
    `style-src ${digest(style)}`,
    `script-src ${digest(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

/** The whole file. */
export function readingPage(reading: Reading, { language, words }: PageLanguage, code: PageCode): string {
  const { bundle } = reading;
  const document = documentOf(bundle);
  const page = element(
    "html",
    { lang: language },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { "http-equiv": "Content-Security-Policy", content: policy(code) }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("meta", { name: "referrer", content: "no-referrer" }),
      element("title", {}, line(said(words, "page.title", { gate: bundle.request.gate, document }))),
      ownCode("style", code.style),
    ),
    element(
      "body",
      { "data-page": bundle.request.payload_sha },
      element("a", { class: "skip", href: "#law" }, line(said(words, "page.skip"))),
      navigationHtml(reading, words),
      element(
        "main",
        {},
        openingHtml(reading, words),
        summaryHtml(reading, words),
        verdictHtml(reading, words),
        supersededHtml(reading, words),
        changesHtml(reading, words),
        findingsHtml(reading, words),
        rehearsalHtml(reading, words),
        backupHtml(reading, words),
        databaseHtml(reading, words),
        element("section", { id: "law" }, element("h2", {}, line(said(words, "law.heading"))), lawHtml(reading, words)),
        digestsHtml(reading, words),
      ),
      ownCode("script", code.script),
    ),
  );
  return `<!doctype html>\n${page}\n`;
}

function openingHtml({ bundle, person }: Reading, words: PageWords): Html {
  const { gate } = bundle.request;
  const values = { count: bundle.rows.length, document: documentOf(bundle) };
  return element(
    "header",
    { class: gate === "SG_2_lifecycle_authz" ? "opening final" : "opening" },
    person === undefined
      ? element("p", { class: "alarm" }, line(said(words, "page.unchecked")))
      : element("p", { class: "quiet" }, line(said(words, "page.for", { person }))),
    element("h1", {}, line(said(words, doesKey(gate), values))),
    element("p", { class: "then" }, line(said(words, thenKey(gate)))),
    element("p", { class: "quiet" }, line(said(words, "page.made"))),
  );
}

/** Search, the parts of the page, the tree of units, how many were read. */
function navigationHtml(reading: Reading, words: PageWords): Html {
  const { request, sg1 } = reading.bundle;
  const parts: readonly (readonly [string, PageKey, boolean])[] = [
    ["summary", "summary.heading", true],
    ["verdict", "verdict.heading", request.gate === "SG_2_lifecycle_authz"],
    ["superseded", "superseded.heading", reading.bundle.supersedes !== undefined],
    ["changes", "changes.heading", reading.comparison !== undefined],
    ["findings", "findings.heading", true],
    ["rehearsal", "rehearsal.heading", request.gate === "EXECUTION"],
    ["backup", "backup.heading", sg1 !== undefined],
    ["database", "database.heading", true],
    ["law", "law.heading", true],
    ["digests", "digests.heading", true],
  ];
  return element(
    "nav",
    { "aria-label": said(words, "nav.label") },
    element(
      "div",
      { class: "tools" },
      element("label", { for: "search" }, line(said(words, "nav.search"))),
      element("input", { id: "search", type: "search", autocomplete: "off", spellcheck: "false" }),
      element("p", { class: "quiet" }, line(said(words, "nav.searchHint"))),
      element("p", {
        id: "found",
        role: "status",
        "data-words": words["nav.found"],
        "data-more": words["nav.more"],
      }),
      element("p", { id: "progress", "data-words": words["nav.progress"] }),
      element("a", { id: "unread", href: "#law" }, line(said(words, "nav.unread"))),
    ),
    element("ol", { id: "places", hidden: true }),
    element("h2", {}, line(said(words, "nav.parts"))),
    element(
      "ul",
      { class: "parts" },
      ...parts
        .filter(([, , there]) => there)
        .map(([id, key]) =>
          element(
            "li",
            {},
            element("a", { href: `#${id}` }, line(said(words, key, { name: reading.comparison?.name ?? "" }))),
          ),
        ),
    ),
    element("h2", {}, line(said(words, "nav.tree"))),
    treeHtml(reading),
  );
}
