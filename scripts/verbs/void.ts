// `npm run void -- <run-id> <reason>`: closes a run that has written nothing.
import { insistYes, YES_OPTION } from "../frame/asked-first.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";
import { changeRun } from "../operator/follow-run.ts";

operatorProgram("void", "close a run that has written nothing, so that its document can be cut again")
  .argument("<run-id>", "the run to close")
  .argument("<reason>", "stands in the run's record")
  .option(...YES_OPTION)
  .action((run: string, reason: string, options: OperatorOptions & { yes: boolean }) =>
    atHost(options, async (target) => {
      const runId = runIdOf(run);
      await insistYes(`close ${runId}? Its signatures are then good for nothing.`, options.yes);
      return changeRun(target, "void", runId, { json: options.json, reason });
    }),
  )
  .parse();
