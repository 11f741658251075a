// `npm run rollback -- <run-id> <reason>`: undoes one written, not enacted run, and nothing else.
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { changeRun } from "../operator/follow-run.ts";

operatorProgram("rollback", "undo a written, not enacted run: its drafts are set aside, its addresses are free")
  .argument("<run-id>", "the run to undo")
  .argument("<reason>", "stands in the ledger's compensating decision")
  .action((run: string, reason: string, options: OperatorOptions) =>
    atHost(options, (target) => changeRun(target, "revert", run, { json: options.json, reason })),
  )
  .parse();
