// `npm run resume -- <run-id> [signed files]`: uploads and admits what people signed, then carries the run on.
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { admitSigned } from "../operator/admit-signed.ts";
import { changeRun } from "../operator/follow-run.ts";

operatorProgram("resume", "admit signed statements, then carry an open run on; after an interruption too")
  .argument("<run-id>", "`npm run status` tells it")
  .argument("[signed...]", "statements that npm run approve wrote; their .sig lies beside them")
  .action((run: string, signed: string[], options: OperatorOptions) =>
    atHost(options, (target) =>
      changeRun(target, "resume", run, {
        json: options.json,
        before: () => admitSigned(target, signed, (line) => process.stderr.write(`${line}\n`)),
      }),
    ),
  )
  .parse();
