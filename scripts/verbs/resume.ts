// `npm run resume -- <run-id> [signed files]`: uploads and admits what people signed, then carries the run on.
import { admitSigned } from "../operator/admit-signed.ts";
import { followRun, insistRun, onceOnly } from "../operator/follow-run.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

operatorProgram("resume", "admit signed statements, then carry an open run on; after an interruption too")
  .argument("<run-id>", "npm run status tells it")
  .argument("[signed...]", "statements that npm run approve wrote; their .sig lies beside them")
  .action((word: string, signed: string[], options: OperatorOptions) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      await insistRun(target, runId);
      await admitSigned(target, signed, (line) => process.stderr.write(`${line}\n`));
      return followRun({ target, runId, json: options.json, words: ["orchestrate", "resume", runId, ...onceOnly()] });
    }),
  )
  .parse();
