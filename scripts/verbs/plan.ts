// `npm run plan -- <document-id>`: what a cut would sign, against the live database; read-only, no run.
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { requestWord } from "../../runner/model/grammar-request.ts";
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { withAskedGrammar } from "../../runner/terminal/grammar-options.ts";
import { askedGrammarOf } from "../../runner/terminal/grammar-request-of.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { passThrough } from "../operator/pass-through.ts";

withAskedGrammar(operatorProgram("plan", "phases 1 to 3 of a registered document, read-only"))
  .argument("<document-id>", "as registered: npm run register")
  .action((document: string, options: OperatorOptions & Partial<GrammarWords>) =>
    atHost(options, async (target) => {
      const request = requestWord(await askedGrammarOf(options, readSafely));
      return passThrough(target, ["orchestrate", "plan", document, "--request", request], options.json);
    }),
  )
  .parse();
