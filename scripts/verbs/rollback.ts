// `npm run rollback -- <run-id> <reason>`: undoes one written, not enacted run, and nothing else.
import { insistYes, YES_OPTION } from "../frame/asked-first.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";
import { changeRun } from "../operator/follow-run.ts";

operatorProgram("rollback", "undo a written, not enacted run: its drafts are set aside, its addresses are free")
  .argument("<run-id>", "the run to undo")
  .argument("<reason>", "stands in the ledger's compensating decision")
  .option(...YES_OPTION)
  .action((run: string, reason: string, options: OperatorOptions & { yes: boolean }) =>
    atHost(options, async (target) => {
      const runId = runIdOf(run);
      await insistYes(`undo ${runId}? Its drafts are set aside; cutting it again needs new signatures.`, options.yes);
      return changeRun(target, "revert", runId, { json: options.json, reason });
    }),
  )
  .parse();
