// runs-index.jsonl: one hash-chained line a closed run. Text in, lines out.
import { canonicalText, type Json } from "../model/canonical.ts";
import { indexLineSchema, type IndexLine } from "../model/runs-index.ts";
import { Stopped, type Verdict } from "../model/stop.ts";
import { indexLine, JOURNAL_START, judgeIndex } from "./journal.ts";
import { jsonOf } from "../model/json-text.ts";

/** Lines of the file; a line that is not one is STOP_DRIFT with its number. */
export function parseIndex(text: string): IndexLine[] {
  return text
    .split("\n")
    .filter((item) => item !== "")
    .map((item, index) => {
      const parsed = indexLineSchema.safeParse(jsonOf(item));
      if (!parsed.success)
        throw new Stopped("STOP_DRIFT", {
          saw: `line ${index + 1} of runs-index.jsonl is not an index line`,
          wanted: "an unbroken hash chain",
        });
      return parsed.data;
    });
}

/**
 * The line that a signature names must still stand in an unbroken chain: STOP_DRIFT when the history was cut or rewritten.
 * `named` is its line_sha; 64 zeros stand for a host without history.
 */
export function judgeHistory(text: string, named: string): Verdict {
  const lines = parseIndex(text);
  const { verdict } = judgeIndex(lines);
  if (verdict || named === JOURNAL_START || lines.some((line) => line.line_sha === named)) return verdict;
  return {
    code: "STOP_DRIFT",
    facts: {
      saw: `runs-index.jsonl no longer holds line ${named.slice(0, 12)}, which this run's request names`,
      wanted: "a history that only grows",
    },
  };
}

/** The next line for a record, chained to the head of the present text. */
export function nextIndexLine(text: string, record: Json): { line: string; line_sha: string } {
  const { head, verdict } = judgeIndex(parseIndex(text));
  if (verdict) throw new Stopped(verdict.code, verdict.facts);
  const made = indexLine(head, record);
  return {
    line: canonicalText({ prev_sha: made.prev_sha, line_sha: made.line_sha, record: made.record }),
    line_sha: made.line_sha,
  };
}

/** A closed run as the records tell it. */
export interface ClosedRun {
  readonly run_id: string;
  readonly document_id: string;
  readonly close_kind: string;
  readonly reason: string;
  readonly release: string;
  readonly journal_head: string | null;
}

/** The lines that the index of a host lacks, in the order in which its runs were closed. */
export function missingLines(text: string, rows: readonly ClosedRun[], host: string): string[] {
  const known = new Set(
    parseIndex(text).map(({ record }) =>
      typeof record === "object" && record !== null && "run_id" in record ? record["run_id"] : null,
    ),
  );
  const lines: string[] = [];
  for (const { close_kind: kind, ...row } of rows) {
    if (known.has(row.run_id)) continue;
    const before = lines.map((line) => `${line}\n`).join("");
    lines.push(nextIndexLine(`${text}${before}`, { ...row, kind, host }).line);
  }
  return lines;
}
