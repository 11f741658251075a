// `npm run cut -- <document-id>`: opens a run on the host and follows it to its first pause.
import { randomBytes } from "node:crypto";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { requestWord } from "../../runner/model/grammar-request.ts";
import { newRunId } from "../../runner/model/ids.ts";
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { withAskedGrammar } from "../../runner/terminal/grammar-options.ts";
import { askedGrammarOf } from "../../runner/terminal/grammar-request-of.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { followRun } from "../operator/follow-run.ts";

withAskedGrammar(operatorProgram("cut", "open a run of a registered document and carry it to its first pause"))
  .argument("<document-id>", "as registered: npm run register")
  .action((document: string, options: OperatorOptions & Partial<GrammarWords>) =>
    atHost(options, async (target) => {
      const request = requestWord(await askedGrammarOf(options, readSafely));
      // The run's name is ours: asked for again after a broken line, the host follows it and begins no second one.
      const runId = newRunId(new Date(), randomBytes(4).toString("hex"));
      const words = ["orchestrate", "cut", document, "--run-id", runId, "--request", request];
      return followRun({ target, runId, json: options.json, words });
    }),
  )
  .parse();
