// The request that a command line makes of the grammar: parsed once, where a person typed it; from there it travels as JSON.
import { requestFromWord, type GrammarRequest } from "../model/grammar-request.ts";
import { Stopped } from "../model/stop.ts";
import { requestFrom, type GrammarWords } from "../rules/hints.ts";

const HINTS_CAP = 256 * 1024;

/** Reads a plain file of at most `cap` bytes, or says why not. */
export type ReadSafely = (
  path: string,
  cap: number,
) => Promise<{ readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly reason: string }>;

/**
 * The request of parsed options; reads the hints file. `request` is a whole request, as a workstation sends it.
 * STOP_REFUSED_INPUT when the hints file is no plain file or holds anything but hints, or the request is none.
 */
export async function grammarRequestOf(
  words: GrammarWords & { readonly request?: string },
  readSafely: ReadSafely,
): Promise<GrammarRequest> {
  if (words.request !== undefined) return requestFromWord(words.request);
  if (words.hints === undefined) return requestFrom(words, undefined);
  const read = await readSafely(words.hints, HINTS_CAP);
  if (!read.ok)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `the hints file: ${read.reason}`,
      wanted: `a plain file of at most ${HINTS_CAP} bytes`,
    });
  return requestFrom(words, read.bytes.toString("utf8"));
}
