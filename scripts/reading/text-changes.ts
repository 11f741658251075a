// What two texts differ in, word by word, as marks over the newer one. Lines first, then the words inside lines that differ: a code of
// law has a hundred thousand words, and nearly all of its lines are equal.
import { diffArrays, diffWordsWithSpace } from "diff";

/** A stretch of the newer text that the older one does not have, or what the older one has at a place where the newer has nothing. */
export type ChangeMark =
  | { readonly kind: "added"; readonly start: number; readonly end: number }
  | { readonly kind: "removed"; readonly at: number; readonly text: string };

/** `marks` in the order of the newer text. `whole`: the texts differ so much that only whole lines were compared. */
export interface TextChanges {
  readonly marks: readonly ChangeMark[];
  readonly whole: boolean;
}

/** Lines that may differ before marks would only be noise, how long they are looked for, and code units of one place compared by words. */
const MOST_EDITS = 5_000;
const MOST_MILLISECONDS = 1_000;
const MOST_IN_A_PLACE = 20_000;

/** Changes from `older` to `newer`. */
export function textChanges(older: string, newer: string): TextChanges {
  const [before, after] = [linesOf(older), linesOf(newer)];
  const edits = diffArrays(before, after, {
    maxEditLength: MOST_EDITS,
    timeout: MOST_MILLISECONDS,
    comparator: (left, right) => left === right || withoutReturn(left) === withoutReturn(right),
  });
  if (edits === undefined)
    return {
      whole: true,
      marks: [
        { kind: "removed", at: 0, text: older },
        { kind: "added", start: 0, end: newer.length },
      ],
    };
  const marks: ChangeMark[] = [];
  let at = 0;
  let removed = "";
  for (const edit of edits) {
    const text = edit.value.join("");
    if (edit.removed) removed += text;
    else if (edit.added) {
      marks.push(...wordChanges(removed, text, at));
      removed = "";
      at += text.length;
    } else {
      if (removed !== "") marks.push({ kind: "removed", at, text: removed });
      removed = "";
      at += text.length;
    }
  }
  if (removed !== "") marks.push({ kind: "removed", at, text: removed });
  return { marks, whole: false };
}

const withoutReturn = (line: string): string => line.replace(/\r\n$/, "\n");

/** Lines with their ends, so that joined they are the text. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** Changes of one place; `from` is where it begins in the newer text. */
function wordChanges(older: string, newer: string, from: number): ChangeMark[] {
  if (older === "") return [{ kind: "added", start: from, end: from + newer.length }];
  if (older.length + newer.length > MOST_IN_A_PLACE)
    return [
      { kind: "removed", at: from, text: older },
      { kind: "added", start: from, end: from + newer.length },
    ];
  const marks: ChangeMark[] = [];
  let at = from;
  for (const part of diffWordsWithSpace(older, newer)) {
    if (part.removed) {
      marks.push({ kind: "removed", at, text: part.value });
      continue;
    }
    if (part.added) marks.push({ kind: "added", start: at, end: at + part.value.length });
    at += part.value.length;
  }
  return marks;
}

/** A piece of a stretch: text that stands in both, is new, or is gone. */
export interface TextPiece {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** A stretch of the newer text as pieces. What is gone is told once: at the stretch that begins at its place, or that holds it. */
export function piecesOf(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  marks: readonly ChangeMark[],
): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = start;
  const until = (to: number, kind: "same" | "added"): void => {
    if (to > at) pieces.push({ kind, text: text.slice(at, to) });
    at = Math.max(at, to);
  };
  for (let index = firstFrom(marks, start); index < marks.length; index += 1) {
    const mark = marks[index];
    // What is gone from the end of the text has no place behind it: it belongs to the last stretch.
    const last = end === text.length && mark?.kind === "removed";
    if (mark === undefined || beginOf(mark) > end || (beginOf(mark) === end && !last)) break;
    if (mark.kind === "removed") {
      until(mark.at, "same");
      pieces.push({ kind: "removed", text: mark.text });
    } else {
      until(Math.max(at, mark.start), "same");
      until(Math.min(end, mark.end), "added");
    }
  }
  until(end, "same");
  return pieces;
}

const beginOf = (mark: ChangeMark): number => (mark.kind === "removed" ? mark.at : mark.start);
const endOf = (mark: ChangeMark): number => (mark.kind === "removed" ? mark.at + 1 : mark.end);

/** The first mark that ends behind `start`; marks are in order. */
function firstFrom(marks: readonly ChangeMark[], start: number): number {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const mark = marks[middle];
    if (mark !== undefined && endOf(mark) <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}
