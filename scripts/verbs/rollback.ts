// `npm run rollback -- <run-id> <reason>`: undoes one written, not enacted run, and nothing else.
import { followRun, insistRun, onceOnly } from "../operator/follow-run.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

operatorProgram("rollback", "undo a written, not enacted run: its drafts are set aside, its addresses are free")
  .argument("<run-id>", "the run to undo")
  .argument("<reason>", "stands in the ledger's compensating decision")
  .action((word: string, reason: string, options: OperatorOptions) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      await insistRun(target, runId);
      return followRun({
        target,
        runId,
        json: options.json,
        words: ["orchestrate", "revert", runId, reason, ...onceOnly()],
      });
    }),
  )
  .parse();
