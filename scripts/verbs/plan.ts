// `npm run plan -- <document-id>`: what a cut would sign, against the live database; read-only, no run.
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { grammarRequestOf, grammarWords, withGrammarOptions } from "../frame/grammar-options.ts";
import { passThrough } from "../operator/pass-through.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { uploadHints } from "../operator/upload-hints.ts";

withGrammarOptions(operatorProgram("plan", "phases 1 to 3 of a registered document, read-only"))
  .argument("<document-id>", "as registered: npm run register")
  .action((document: string, options: OperatorOptions & GrammarWords) =>
    atHost(options, async (target) => {
      await grammarRequestOf(options);
      const words = {
        ...options,
        ...(options.hints === undefined ? {} : { hints: await uploadHints(target, options.hints, "plan") }),
      };
      return passThrough(target, ["orchestrate", "plan", document, ...grammarWords(words)], options.json);
    }),
  )
  .parse();
