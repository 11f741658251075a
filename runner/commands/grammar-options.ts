// The request that the words of a command line about the grammar make.
import type { GrammarRequest } from "../model/grammar-request.ts";
import { Stopped } from "../model/stop.ts";
import { requestFrom, type GrammarWords } from "../rules/hints.ts";
import { host } from "../wire-host.ts";

const HINTS_CAP = 256 * 1024;

/** The request of parsed options; reads the hints file. STOP_REFUSED_INPUT when it is no plain file or holds anything but hints. */
export async function grammarRequestOf(words: GrammarWords): Promise<GrammarRequest> {
  if (words.hints === undefined) return requestFrom(words, undefined);
  const read = await host.readSafely(words.hints, HINTS_CAP);
  if (!read.ok)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `the hints file: ${read.reason}`,
      wanted: `a plain file of at most ${HINTS_CAP} bytes`,
    });
  return requestFrom(words, read.bytes.toString("utf8"));
}
