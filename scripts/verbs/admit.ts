// `npm run admit -- <signed files>`: uploads signed statements and has the host's gate verify them; nothing else moves.
import { admitSigned } from "../operator/admit-signed.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";

operatorProgram("admit", "have signed statements admitted: approvals, revocations, an UNHALT")
  .argument("<signed...>", "statements; their .sig lies beside them")
  .action((signed: string[], options: OperatorOptions) =>
    atHost(options, async (target) => {
      await admitSigned(target, signed, (line) => process.stderr.write(`${line}\n`));
      return 0;
    }),
  )
  .parse();
