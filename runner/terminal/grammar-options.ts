// The options of verbs that choose a grammar, on host and workstation. Loaded with the command line itself, so it knows nothing
// but words: what they mean is found out when the verb runs.
import { Option, type Command } from "commander";

/** The options with their defaults; what they mean is in docs/decisions/0022-generic-atx-1.md and 0023-vn-law-1.md. */
export const withGrammarOptions = (command: Command): Command =>
  grammarOptions(command, { profile: "generic-atx-1", emptyBody: "refuse", depth: "dieu", annexes: false });

/** The same without a default: what is not said is what the version was registered with. */
export const withAskedGrammar = (command: Command): Command => grammarOptions(command, {});

interface Defaults {
  readonly profile?: string;
  readonly emptyBody?: string;
  readonly depth?: string;
  readonly annexes?: boolean;
}

const grammarOptions = (command: Command, defaults: Defaults): Command =>
  command
    .addOption(new Option("--profile <name>", "grammar profile: generic-atx-1 or vn-law-1").default(defaults.profile))
    .addOption(
      new Option("--empty-body <what>", "generic-atx-1: heading without a body")
        .choices(["refuse", "heading"])
        .default(defaults.emptyBody),
    )
    .addOption(
      new Option("--depth <level>", "vn-law-1: innermost level that is cut")
        .choices(["dieu", "khoan", "diem"])
        .default(defaults.depth),
    )
    .addOption(new Option("--annexes", "vn-law-1: annexes become units").default(defaults.annexes))
    .option("--hints <file>", "vn-law-1: what an operator says about lines with two readings");

/** The host's own: the same options, or the whole request as one word, as a workstation sends it. */
export const withGrammarRequest = (command: Command): Command =>
  withAskedGrammar(command).addOption(
    new Option("--request <json>", "all of these in one word, as a workstation sends them").conflicts([
      "profile",
      "emptyBody",
      "depth",
      "annexes",
      "hints",
    ]),
  );
