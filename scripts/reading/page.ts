// The reading page: one HTML file of a request that holds all it needs. It loads nothing, sends nothing, and runs only the script
// whose digest stands in its own policy.
import { element, line, type Html } from "../../runner/reports/markup.ts";
import { htmlPage } from "../../runner/reports/page-frame.ts";
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
import type { PageLanguage } from "./languages.ts";
import { doesKey, said, thenKey, type PageKey, type PageWords } from "./page-words.ts";
import { documentOf, type Reading } from "./reading.ts";

/** What this page has beside the common style, and its script, as they lie in page/. */
export interface PageCode {
  readonly style: string;
  readonly script: string;
}

/** The whole file. */
export function readingPage(reading: Reading, { language, words }: PageLanguage, code: PageCode): string {
  const { bundle } = reading;
  const document = documentOf(bundle);
  return htmlPage({
    language,
    title: said(words, "page.title", { gate: bundle.request.gate, document }),
    ...code,
    marks: { "data-page": bundle.manifest.manifest_digest },
    body: [
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
    ],
  });
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
