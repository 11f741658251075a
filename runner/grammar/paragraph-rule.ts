// Where a paragraph ends and whether it is an underlined heading; see docs/decisions/0021-block-structure.md.
import createParser from "markdown-it";
import type { MarkdownIt, StateBlock } from "markdown-it";

/** A parser that knows link reference definitions and nothing that could end one early: the lines it gets are a paragraph's. */
function definitionParser(): MarkdownIt {
  const parser = createParser("commonmark");
  parser.block.ruler.enableOnly(["reference"]);
  // A definition is one whatever it points to; whether a link is wise to show is no question of structure.
  parser.validateLink = () => true;
  parser.normalizeLink = (url) => url;
  return parser;
}

/** The first line from `line` on, before `until`, that is not part of a link reference definition. */
function afterDefinitions(state: StateBlock, definitions: MarkdownIt, line: number, until: number): number {
  const [reference] = definitions.block.ruler.getRules("");
  const { md, lineMax } = state;
  let next = line;
  state.md = definitions;
  state.lineMax = until;
  while (next < until && reference !== undefined) {
    const indent = state.sCount[next] ?? 0;
    // A paragraph's later lines may be indented as they like.
    state.sCount[next] = state.blkIndent;
    const found = reference(state, next, until, false);
    state.sCount[next] = indent;
    if (!found) break;
    next = state.line;
  }
  state.md = md;
  state.lineMax = lineMax;
  return next;
}

/** The `=` or `-` that underlines, or undefined. */
function underline(state: StateBlock, line: number): string | undefined {
  if ((state.sCount[line] ?? 0) < state.blkIndent) return undefined;
  const start = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  const marker = state.src.charAt(start);
  if (marker !== "=" && marker !== "-") return undefined;
  const end = state.skipSpaces(state.skipChars(start, marker.charCodeAt(0)));
  return end >= (state.eMarks[line] ?? 0) ? marker : undefined;
}

function pushHeading(state: StateBlock, from: number, until: number, marker: string): void {
  const tag = marker === "=" ? "h1" : "h2";
  state.line = until + 1;
  const token = state.push("heading_open", tag, 1);
  token.markup = marker;
  token.map = [from, state.line];
  state.push("inline", "", 0);
  state.push("heading_close", tag, -1);
}

/**
 * Makes a parser read paragraphs as the reference implementations of CommonMark do: definitions are a paragraph's lines until
 * the paragraph is complete, so what cannot interrupt a paragraph cannot follow a definition either, and a paragraph of
 * definitions alone cannot be underlined. Replaces three rules of the parser that decide otherwise.
 */
export function readParagraphsAsCommonMark(parser: MarkdownIt): void {
  const definitions = definitionParser();
  parser.block.ruler.disable(["reference", "lheading", "paragraph"]);
  parser.block.ruler.push(
    "paragraph_or_underlined",
    (state, start, end) => {
      const enders = state.md.block.ruler.getRules("paragraph");
      const outer = state.parentType;
      let content = start;
      let next = start + 1;
      state.parentType = "paragraph";
      for (; next < end && !state.isEmpty(next); next += 1) {
        const indent = state.sCount[next] ?? 0;
        if (indent - state.blkIndent > 3) continue;
        const marker = underline(state, next);
        if (marker !== undefined) {
          content = afterDefinitions(state, definitions, content, next);
          if (content < next) {
            pushHeading(state, content, next, marker);
            state.parentType = outer;
            return true;
          }
        }
        // A line the quote around it did not mark goes on with the paragraph, whatever it looks like.
        if (indent >= 0 && enders.some((ends) => ends(state, next, end, true))) break;
      }
      state.line = next;
      state.parentType = outer;
      return true;
    },
    { alt: [] },
  );
}
