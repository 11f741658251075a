// `npm run cut -- <document-id>`: opens a run on the host and follows it to its first pause.
import { randomBytes } from "node:crypto";
import { newRunId } from "../../runner/model/ids.ts";
import { grammarRequestOf, grammarWords, withGrammarOptions } from "../frame/grammar-options.ts";
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { followRun } from "../operator/follow-run.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { uploadHints } from "../operator/upload-hints.ts";

withGrammarOptions(operatorProgram("cut", "open a run of a registered document and carry it to its first pause"))
  .argument("<document-id>", "as registered: npm run register")
  .action((document: string, options: OperatorOptions & GrammarWords) =>
    atHost(options, async (target) => {
      await grammarRequestOf(options);
      // The run's name is ours: asked for again after a broken line, the host follows it and begins no second one.
      const runId = newRunId(new Date(), randomBytes(4).toString("hex"));
      const words = {
        ...options,
        ...(options.hints === undefined ? {} : { hints: await uploadHints(target, options.hints, runId) }),
      };
      return followRun({
        target,
        runId,
        json: options.json,
        words: ["orchestrate", "cut", document, "--run-id", runId, ...grammarWords(words)],
      });
    }),
  )
  .parse();
