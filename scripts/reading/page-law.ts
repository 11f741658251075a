// The law on the reading page: every unit with its text and address, what stands outside the units, and the tree at the side.
import type { ManifestUnit } from "../../runner/model/manifest.ts";
import type { Stretch, UnitText } from "./law-text.ts";
import { element, joined, line, lines, type Html } from "../../runner/reports/markup.ts";
import { isPageKey, said, type PageWords } from "./page-words.ts";
import type { PlacedPart, Reading } from "./reading.ts";
import { piecesOf } from "./text-changes.ts";

/** Characters of a title in the tree; the whole title stands above its unit. */
const TREE_TITLE = 140;
/** Titles up to this length get first words of the text, up to that many characters. */
const BARE_TITLE = 6;
const BARE_WORDS = 48;

/** Every part of the file, in its order. */
export const lawHtml = (reading: Reading, words: PageWords): Html =>
  joined(
    ...reading.parts.map((place) =>
      place.part.kind === "unit"
        ? unitHtml(place, place.part, reading, words)
        : outsideHtml(place, place.part, reading, words),
    ),
  );

function unitHtml({ id, changed }: PlacedPart, part: UnitText, reading: Reading, words: PageWords): Html {
  const { unit, depth } = part;
  const level = unit.level ?? unit.section_type;
  const body =
    part.body === null
      ? element("p", { class: "quiet" }, line(said(words, "law.heading.body")))
      : element("div", { class: "body", dir: "auto" }, textHtml(part.body, reading, lines));
  return element(
    "section",
    { class: changed ? "unit changed" : "unit", id, "data-depth": Math.min(depth, 6), "data-ordinal": unit.ordinal },
    element(
      "p",
      { class: "address" },
      element("code", {}, line(unit.address)),
      element("span", {}, line(levelWord(level, words))),
      element("span", {}, line(said(words, "law.line", { line: unit.line }))),
      element(
        "label",
        { class: "read" },
        element("input", { type: "checkbox", "aria-label": said(words, "law.readLabel", { address: unit.address }) }),
        line(said(words, "law.read")),
      ),
    ),
    element("h3", { dir: "auto" }, besideHtml(part.markup, reading), textHtml(part.title, reading, line)),
    besideHtml(part.gap, reading),
    body,
    besideHtml(part.rest, reading),
  );
}

/** A level of the law by its word; another kind of unit by its own name. */
function levelWord(level: string, words: PageWords): string {
  const key = `unit.${level}`;
  return isPageKey(key) ? said(words, key) : level;
}

/** Bytes of a unit that are neither title nor body: shown when they show anything. */
function besideHtml(stretch: Stretch, reading: Reading): Html | undefined {
  const blank = reading.law.text.slice(stretch.start, stretch.end).trim() === "" && !touched(stretch, reading);
  return blank ? undefined : element("span", { class: "beside" }, textHtml(stretch, reading, lines));
}

function outsideHtml(
  { id, changed }: PlacedPart,
  part: Stretch & { readonly inRegion: boolean },
  reading: Reading,
  words: PageWords,
): Html | undefined {
  if (reading.law.text.slice(part.start, part.end).trim() === "" && !changed) return undefined;
  return element(
    "div",
    { class: changed ? "outside changed" : "outside", id },
    element("p", { class: "quiet" }, line(said(words, part.inRegion ? "law.outside" : "law.outsideRegion"))),
    element("div", { class: "body", dir: "auto" }, textHtml(part, reading, lines)),
  );
}

const touched = (stretch: Stretch, { law, comparison }: Reading): boolean =>
  comparison !== undefined && piecesOf(law.text, stretch, comparison.marks).some(({ kind }) => kind !== "same");

/** Text of a stretch with the words that are new or gone marked. */
function textHtml(stretch: Stretch, { law, comparison }: Reading, show: (text: string) => Html): Html {
  const pieces = comparison
    ? piecesOf(law.text, stretch, comparison.marks)
    : [{ kind: "same" as const, text: law.text.slice(stretch.start, stretch.end) }];
  return joined(
    ...pieces.map(({ kind, text }) => {
      if (kind === "same") return show(text);
      return element(kind === "added" ? "ins" : "del", {}, show(text));
    }),
  );
}

/** The tree: one link a unit, indented below what encloses it. */
export function treeHtml({ parts }: Reading): Html {
  return element(
    "ol",
    { id: "tree" },
    ...parts.flatMap(({ id, part, changed }) =>
      part.kind === "unit"
        ? [
            element(
              "li",
              { "data-depth": Math.min(part.depth, 6), class: changed ? "changed" : undefined },
              element("a", { href: `#${id}` }, line(shortened(named(part.unit)))),
            ),
          ]
        : [],
    ),
  );
}

/** A clause or point has a number for a title: its first words say which one it is. */
function named({ title, body }: ManifestUnit): string {
  if (title.length > BARE_TITLE || body === title) return title;
  const text = body.trim();
  return `${title} ${text.length > BARE_WORDS ? `${text.slice(0, BARE_WORDS).replace(/\S*$/u, "")}…` : text}`;
}

const shortened = (title: string): string =>
  title.length > TREE_TITLE ? `${Array.from(title.slice(0, TREE_TITLE)).slice(0, -1).join("")}…` : title;
