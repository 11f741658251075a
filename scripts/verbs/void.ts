// `npm run void -- <run-id> <reason>`: closes a run that has written nothing.
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { changeRun } from "../operator/follow-run.ts";

operatorProgram("void", "close a run that has written nothing, so that its document can be cut again")
  .argument("<run-id>", "the run to close")
  .argument("<reason>", "stands in the run's record")
  .action((run: string, reason: string, options: OperatorOptions) =>
    atHost(options, (target) => changeRun(target, "void", run, { json: options.json, reason })),
  )
  .parse();
