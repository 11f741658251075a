// The options of verbs that choose a grammar, on host and workstation. Loaded with the command line itself, so it knows nothing
// but words: what they mean is found out when the verb runs.
import { Option, type Command } from "commander";

/** Adds the options; what they mean is in docs/decisions/0022-generic-atx-1.md and 0023-vn-law-1.md. */
export const withGrammarOptions = (command: Command): Command =>
  command
    .option("--profile <name>", "grammar profile: generic-atx-1 or vn-law-1", "generic-atx-1")
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

/** The host's own: the same options, or the whole request as one word, as a workstation sends it. */
export const withGrammarRequest = (command: Command): Command =>
  withGrammarOptions(command).addOption(
    new Option("--request <json>", "all of these in one word, as a workstation sends them").conflicts([
      "profile",
      "emptyBody",
      "depth",
      "annexes",
      "hints",
    ]),
  );
