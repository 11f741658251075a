// The request that a command line makes of the grammar: parsed once, where a person typed it; from there it travels as JSON.
import { DEFAULT_REQUEST, requestFromWord, type AskedGrammar, type GrammarRequest } from "../model/grammar-request.ts";
import { Stopped } from "../model/stop.ts";
import { askedFrom, type GrammarWords } from "../rules/hints.ts";

const HINTS_CAP = 256 * 1024;

/** Reads a plain file of at most `cap` bytes, or says why not. */
export type ReadSafely = (
  path: string,
  cap: number,
) => Promise<{ readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly reason: string }>;

/** The request of parsed options, each with its default. Stops as {@link askedGrammarOf}. */
export const grammarRequestOf = async (words: GrammarWords, readSafely: ReadSafely): Promise<GrammarRequest> => ({
  ...DEFAULT_REQUEST,
  ...(await askedGrammarOf(words, readSafely)),
});

/**
 * What the options say and no more; reads the hints file. `request` is all of them in one word, as a workstation sends it.
 * STOP_REFUSED_INPUT when the hints file is no plain file or holds anything but hints, or the request is none.
 */
export async function askedGrammarOf(
  words: Partial<GrammarWords> & { readonly request?: string },
  readSafely: ReadSafely,
): Promise<AskedGrammar> {
  if (words.request !== undefined) return requestFromWord(words.request);
  if (words.hints === undefined) return askedFrom(words, undefined);
  const read = await readSafely(words.hints, HINTS_CAP);
  if (!read.ok)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `the hints file: ${read.reason}`,
      wanted: `a plain file of at most ${HINTS_CAP} bytes`,
    });
  return askedFrom(words, read.bytes.toString("utf8"));
}
