// Words for the host's own cutter, typed on the workstation: any verb of it that has no program of its own here.
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { passThrough } from "./pass-through.ts";

/** Runs the words on the host; --stack and --json may stand anywhere before `--`. */
export async function hostWords(words: readonly string[]): Promise<void> {
  await operatorProgram("host", "run a verb of the host's cutter; options of the verb go behind `--`")
    .argument("<words...>", "for example: precheck")
    .action((typed: string[], options: OperatorOptions) =>
      atHost(options, (target) => passThrough(target, typed, options.json)),
    )
    .parseAsync(words, { from: "user" });
}
