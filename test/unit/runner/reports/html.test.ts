// Reports as pages: the data of their Markdown, in a file that holds all it needs.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { code, facts, list, section, table, told, type Document } from "../../../../runner/reports/blocks.ts";
import { htmlOf } from "../../../../runner/reports/html.ts";
import { markdownOf } from "../../../../runner/reports/markdown.ts";
import { ownerOf } from "../../../../runner/rules/report-owner.ts";

const RUN = "ictr-20261120T080000Z-8a941203";
const HOSTILE = '</code><script>alert(1)</script>\u202e"><img src=x>';
const report: Document = {
  title: ["06-cut-leg-a of ", code(HOSTILE)],
  run: RUN,
  opening: [facts([["document", code(HOSTILE)]]), told("alarm", "two differences")],
  sections: [
    section(
      code(HOSTILE),
      table(
        ["phase", "seconds"],
        [
          ["one", "2.0"],
          ["two", "8.0"],
          ["three", "0.0"],
        ],
        { column: 1, lengths: [2, 8, 0], legend: "a bar is a time" },
      ),
      list(["first", [code("second"), " and more"]], true),
    ),
    section("Nothing", table(["a"], [])),
  ],
};

/** What is read on a page, without its markup. */
const wordsOf = (html: string): string =>
  html
    .replace(/<(style|script)>[^]*?<\/\1>/g, "")
    .replaceAll(/<\/?span[^>]*>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

test("a page says every word of the Markdown, in its order", () => {
  const page = wordsOf(htmlOf(report)).replaceAll(/\s+/g, " ");
  let at = page.indexOf("To the report");
  for (const word of markdownOf(report)
    .replaceAll(/[`|#]|^(?:-|\d[.]) |---/gm, " ")
    .replaceAll(/(document):/g, "$1")
    .split(/\s+/)
    .filter((one) => one !== "" && one !== "-")) {
    const next = page.indexOf(word, at);
    expect(next, word).toBeGreaterThanOrEqual(at);
    at = next;
  }
});

test("no name in a report becomes an element or turns the text, and nothing is loaded", () => {
  const page = htmlOf(report);
  expect(page).not.toMatch(/<script|<img|\u202e/);
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? "";
  expect(page).toContain(
    `content="default-src &#39;none&#39;; style-src &#39;sha256-${createHash("sha256").update(style).digest("base64")}&#39;; base-uri`,
  );
  expect(page).not.toMatch(/(?:src|href)="(?!#)/);
});

test("bars have the lengths of their rows, and what took no time has none", () => {
  expect([...htmlOf(report).matchAll(/<rect width="([^"]*)"/g)].map(([, width]) => width)).toEqual([
    "25.0",
    "100.0",
    "0.0",
  ]);
});

test("a digest, which made every row of the phases six lines high, stands whole in the file and short in its cell", () => {
  const digest = "ab".repeat(32);
  const page = htmlOf({ ...report, sections: [section("Phases", table(["output sha"], [[code(digest)]]))] });
  expect(page).toContain(`<code class="digest" title="${digest}">${digest}</code>`);
});

test("a page names the run that owns it, and only in its head", () => {
  expect(ownerOf(htmlOf(report))).toBe(RUN);
  const { title, opening, sections } = report;
  const nobody = { title, opening, sections };
  expect(ownerOf(htmlOf(nobody))).toBeUndefined();
  const claimed = { ...nobody, title: code(`<meta name="cutter-run" content="${RUN}">`) };
  expect(ownerOf(htmlOf(claimed))).toBeUndefined();
});
