// A report as a page: the same blocks as its Markdown, with its sections at the side and bars beside numbers.
import { piecesOf, type Bars, type Block, type Document, type Line, type Section } from "./blocks.ts";
import { element, joined, line, type Html } from "./markup.ts";
import { htmlPage } from "./page-frame.ts";

/** Characters of a value that a cell of a table does not break. */
const SHORT = 24;

/** The whole file; it holds all it needs. */
export const htmlOf = ({ title, run, opening, sections }: Document): string =>
  htmlPage({
    language: "en",
    title: plain(title),
    run,
    marks: { class: "report" },
    body: [
      element("a", { class: "skip", href: "#report" }, line("To the report")),
      navigationHtml(sections),
      element(
        "main",
        { id: "report" },
        element("header", { class: "opening" }, element("h1", {}, lineHtml(title)), blocksHtml(opening)),
        ...sections.map(sectionHtml),
      ),
    ],
  });

/** Blocks one after the other, for pages that put them into a frame of their own. */
export const blocksHtml = (blocks: readonly Block[]): Html => joined(...blocks.map(blockHtml));

const placeOf = (index: number): string => `part-${index + 1}`;

const sectionHtml = ({ title, blocks }: Section, index: number): Html =>
  element("section", { id: placeOf(index), class: "part" }, element("h2", {}, lineHtml(title)), blocksHtml(blocks));

const navigationHtml = (sections: readonly Section[]): Html =>
  element(
    "nav",
    { "aria-label": "sections" },
    element("h2", {}, line("Sections")),
    element(
      "ul",
      { class: "parts" },
      ...sections.map(({ title }, index) =>
        element("li", {}, element("a", { href: `#${placeOf(index)}` }, line(plain(title)))),
      ),
    ),
  );

function blockHtml(block: Block): Html {
  switch (block.kind) {
    case "facts":
      return element(
        "dl",
        {},
        ...block.rows.flatMap(([name, value]) => [element("dt", {}, line(name)), element("dd", {}, lineHtml(value))]),
      );
    case "text":
      return element(
        "p",
        { class: block.tone },
        ...block.lines.flatMap((one, index) => (index === 0 ? [lineHtml(one)] : [line(" "), lineHtml(one)])),
      );
    case "list":
      return element(block.numbered ? "ol" : "ul", {}, ...block.items.map((item) => element("li", {}, lineHtml(item))));
    case "table":
      return tableHtml(block);
  }
}

function tableHtml({ head, rows, bars }: Extract<Block, { kind: "table" }>): Html {
  const longest = Math.max(0, ...(bars?.lengths ?? []));
  const cell = (value: Line, row: number, column: number): Html => {
    const bar = bars?.column === column ? barHtml(bars.lengths[row] ?? 0, longest) : undefined;
    // A narrow window shows a row as lines, each with the name of its column.
    return element("td", { class: bar && "bars", "data-of": head[column] }, lineHtml(value), bar);
  };
  return element(
    "table",
    {},
    captionHtml(bars),
    element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, line(name))))),
    element(
      "tbody",
      {},
      ...rows.map((row, index) => element("tr", {}, ...row.map((value, column) => cell(value, index, column)))),
    ),
  );
}

const captionHtml = (bars: Bars | undefined): Html | undefined => bars && element("caption", {}, line(bars.legend));

/** Drawn, not styled: the page's policy takes no style of a single element. What is not nothing is seen. */
function barHtml(length: number, longest: number): Html {
  const share = longest > 0 && length > 0 ? Math.max(0.6, (100 * length) / longest) : 0;
  return element(
    "svg",
    { class: "bar", viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" },
    element("rect", { width: share.toFixed(1), height: 1 }),
  );
}

const lineHtml = (value: Line): Html =>
  joined(...piecesOf(value).map((piece) => (typeof piece === "string" ? line(piece) : codeHtml(piece.code))));

const DIGEST = /^[0-9a-f]{64}$/;

/** A short name is one word of a table's cell; a digest there shows its beginning on the screen, and is whole in the file and on paper. */
const codeHtml = (value: string): Html =>
  DIGEST.test(value)
    ? element("code", { class: "digest", title: value }, line(value))
    : element("code", { class: value.length <= SHORT ? "short" : undefined }, line(value));

const plain = (value: Line): string =>
  piecesOf(value)
    .map((piece) => (typeof piece === "string" ? piece : piece.code))
    .join("");
