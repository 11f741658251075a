// `npm run cutter -- <words>`: any verb of the host's cutter that has no script of its own, for example precheck, stops, journal verify.
import { passThrough } from "../operator/pass-through.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";

operatorProgram("cutter", "run a verb of the host's cutter; options of the verb go behind `--`")
  .argument("<words...>", "for example: precheck")
  .action((words: string[], options: OperatorOptions) =>
    atHost(options, (target) => passThrough(target, words, options.json)),
  )
  .parse();
