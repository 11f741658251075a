// The options of programs that choose a grammar, and the request they make.
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { DEFAULT_REQUEST, type GrammarRequest } from "../../runner/model/grammar-request.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { requestFrom, type GrammarWords } from "../../runner/rules/hints.ts";

const HINTS_CAP = 256 * 1024;

/** Adds the options; what they mean is in docs/decisions/0022-generic-atx-1.md and 0023-vn-law-1.md. */
export const withGrammarOptions = (command: Command): Command =>
  command
    .option("--profile <name>", "grammar profile: generic-atx-1 or vn-law-1", DEFAULT_REQUEST.profile)
    .addOption(
      new Option("--empty-body <what>", "generic-atx-1: heading without a body")
        .choices(["refuse", "heading"])
        .default("refuse"),
    )
    .addOption(
      new Option("--depth <level>", "vn-law-1: innermost level that is cut")
        .choices(["dieu", "khoan", "diem"])
        .default("dieu"),
    )
    .option("--annexes", "vn-law-1: annexes become units", false)
    .option("--hints <file>", "vn-law-1: what an operator says about lines with two readings");

/** The request of parsed options; reads the hints file. STOP_REFUSED_INPUT when it is no plain file or holds anything but hints. */
export async function grammarRequestOf(words: GrammarWords): Promise<GrammarRequest> {
  if (words.hints === undefined) return requestFrom(words, undefined);
  const read = await readSafely(words.hints, HINTS_CAP);
  if (!read.ok)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `the hints file: ${read.reason}`,
      wanted: `a plain file of at most ${HINTS_CAP} bytes`,
    });
  return requestFrom(words, read.bytes.toString("utf8"));
}

/** The same options as words for the host's cutter. The sandbox host reads the hints file where it lies here. */
export const grammarWords = (words: GrammarWords): string[] => [
  "--profile",
  words.profile,
  "--empty-body",
  words.emptyBody,
  "--depth",
  words.depth,
  ...(words.annexes ? ["--annexes"] : []),
  ...(words.hints === undefined ? [] : ["--hints", resolve(words.hints)]),
];
