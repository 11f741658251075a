// The hash chain of a run: each entry's digest covers the one before, so a rewritten entry cannot keep its successors.
import { digestOf, type Json } from "../model/canonical.ts";
import type { IndexLine } from "../model/runs-index.ts";
import type { Verdict } from "../model/stop.ts";

/** prev_sha of a chain's first entry. */
export const JOURNAL_START = "0".repeat(64);

/** One link: seq counts from "1", prev_sha is the link before (64 zeros first), entry_sha covers all four others. */
export interface JournalEntry {
  readonly run_id: string;
  readonly seq: string;
  readonly prev_sha: string;
  readonly entry: Json;
  readonly entry_sha: string;
}

/** Digest of one entry over RFC 8785 bytes; seq is a decimal string. */
export function entrySha(runId: string, seq: string, prevSha: string, entry: Json): string {
  return digestOf({ run_id: runId, seq, prev_sha: prevSha, entry });
}

/** Walks a chain from its start; the first entry that does not fit is STOP_DRIFT with its number. */
export function judgeChain(runId: string, entries: readonly JournalEntry[]): Verdict {
  let prev = JOURNAL_START;
  for (const [index, item] of entries.entries()) {
    const seq = String(index + 1);
    const fits =
      item.run_id === runId &&
      item.seq === seq &&
      item.prev_sha === prev &&
      item.entry_sha === entrySha(runId, seq, prev, item.entry);
    if (!fits)
      return {
        code: "STOP_DRIFT",
        facts: {
          saw: `entry ${seq} of the journal of ${runId} does not follow from the one before`,
          wanted: "an unbroken hash chain",
        },
      };
    prev = item.entry_sha;
  }
  return undefined;
}

/** The next line of runs-index.jsonl. */
export function indexLine(prevSha: string, record: Json): IndexLine {
  return { prev_sha: prevSha, line_sha: digestOf({ prev_sha: prevSha, record }), record };
}

/** Head of the index: the newest line's digest, zeros when there is none. STOP_DRIFT when the chain is broken. */
export function judgeIndex(lines: readonly IndexLine[]): { head: string; verdict: Verdict } {
  let head = JOURNAL_START;
  for (const [index, line] of lines.entries()) {
    if (line.prev_sha !== head || line.line_sha !== digestOf({ prev_sha: head, record: line.record })) {
      return {
        head,
        verdict: {
          code: "STOP_DRIFT",
          facts: {
            saw: `line ${index + 1} of runs-index.jsonl does not follow from the one before`,
            wanted: "an unbroken hash chain",
          },
        },
      };
    }
    head = line.line_sha;
  }
  return { head, verdict: undefined };
}

/** A chain as a request showed it: its digests, oldest first, and when the request was written. */
export interface ShownChain {
  readonly digests: readonly string[];
  readonly requested: string;
}

/**
 * Whether a chain that is shown now contradicts one that was seen before: another digest at a place both have, or entries missing
 * from a request that is not older. An older request rightly ends earlier: of two open runs the newer may be signed first.
 */
export function isRewritten(seen: ShownChain, shown: ShownChain): boolean {
  const differs = seen.digests.slice(0, shown.digests.length).some((digest, at) => digest !== shown.digests[at]);
  return differs || (shown.digests.length < seen.digests.length && shown.requested >= seen.requested);
}
