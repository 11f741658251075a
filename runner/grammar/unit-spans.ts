// Where a unit's title and body stand in the bytes.
import type { LineTable, TopHeading } from "./block-headings.ts";

const HASH = 35;
const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9;

/** Offsets in the text's bytes. An empty title or body has start = end. start..end covers heading markup to the end of the body. */
export interface UnitSpan {
  readonly start: number;
  readonly end: number;
  readonly title_start: number;
  readonly title_end: number;
  readonly body_start: number;
  readonly body_end: number;
}

/** The heading's content as CommonMark strips it: markers, blanks around it and a closing sequence of `#` are not title. */
function titleSpan(bytes: Buffer, from: number, to: number, depth: number): { start: number; end: number } {
  let start = from;
  while (isBlank(bytes[start])) start += 1;
  start += depth;
  while (start < to && isBlank(bytes[start])) start += 1;
  let end = to;
  while (end > start && isBlank(bytes[end - 1])) end -= 1;
  let closing = end;
  while (closing > start && bytes[closing - 1] === HASH) closing -= 1;
  if (closing < end && (closing === start || isBlank(bytes[closing - 1]))) end = closing;
  while (end > start && isBlank(bytes[end - 1])) end -= 1;
  return { start, end };
}

/** The spans of the unit a heading opens; `until` is the line of the next heading, or the number of lines. */
export function unitSpan(bytes: Buffer, lines: LineTable, heading: TopHeading, until: number): UnitSpan {
  const start = lines.start(heading.line);
  const headingEnd = lines.end(heading.line);
  const title = titleSpan(bytes, start, headingEnd, heading.depth);
  let first = heading.line + 1;
  let last = until - 1;
  while (first <= last && lines.blank(first)) first += 1;
  while (last >= first && lines.blank(last)) last -= 1;
  const empty = first > last;
  const body_start = empty ? headingEnd : lines.start(first);
  const body_end = empty ? headingEnd : lines.end(last);
  return { start, end: body_end, title_start: title.start, title_end: title.end, body_start, body_end };
}
