// `npm run verify -- <run-id>`: everything a finished run promised, looked at again by the second principal, read-only.
import { passThrough } from "../operator/pass-through.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

operatorProgram("verify", "look at a finished run again, read-only")
  .argument("<run-id>", "an enacted run")
  .action((word: string, options: OperatorOptions) =>
    atHost(options, (target) => passThrough(target, ["orchestrate", "verify", runIdOf(word)], options.json)),
  )
  .parse();
