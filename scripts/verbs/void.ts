// `npm run void -- <run-id> <reason>`: closes a run that has written nothing.
import { followRun, insistRun, onceOnly } from "../operator/follow-run.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

operatorProgram("void", "close a run that has written nothing, so that its document can be cut again")
  .argument("<run-id>", "the run to close")
  .argument("<reason>", "stands in the run's record")
  .action((word: string, reason: string, options: OperatorOptions) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      await insistRun(target, runId);
      return followRun({
        target,
        runId,
        json: options.json,
        words: ["orchestrate", "void", runId, reason, ...onceOnly()],
      });
    }),
  )
  .parse();
