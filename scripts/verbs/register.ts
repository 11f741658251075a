// `npm run register -- <file> <PREFIX>`: registers a document as the host's database administrator; never the runner's work.
import { readSafely } from "../../runner/adapters/safe-file.ts";
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { withGrammarOptions } from "../../runner/terminal/grammar-options.ts";
import { grammarRequestOf } from "../../runner/terminal/grammar-request-of.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";
import { stackConfigOfFile, stackFileOf } from "../stack/stack-config.ts";
import type { StackConfig } from "../../infra/config.ts";
import { countsLine } from "../../runner/rules/supersession.ts";
import { enactedText } from "../operator/enacted-text.ts";
import { targetOf } from "../operator/target.ts";
import { registerDocument } from "../operator/register-document.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { insistProvisioned } from "../sandbox/provisioned.ts";
import { ensureSandbox } from "../sandbox/sandbox.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

interface Options extends GrammarWords {
  readonly stack: string;
  readonly versionLabel: string;
  readonly json: boolean;
  readonly against?: string;
}

withGrammarOptions(programNamed("register", "register a document and lay its snapshot"))
  .argument("<file>", "document")
  .argument("<PREFIX>", "document prefix, 3-32 of A-Z 0-9 -")
  .option("--stack <name>", "whose host: a stack of this project, or the path of a stack file", SANDBOX_STACK)
  .option("--against <document-id>", "the enacted document of this host that the text is a new version of")
  .option("--version-label <text>", "label of this version", "v1")
  .option("--json", "one object on stdout", false)
  .action((file: string, prefix: string, options: Options) =>
    runProgram(async () => {
      const request = await grammarRequestOf(options, readSafely);
      const config = await configOf(options.stack);
      const supersedes =
        options.against === undefined ? undefined : await enactedText(targetOf(options.stack), options.against, prefix);
      const choice = { request, versionLabel: options.versionLabel, supersedes };
      const registered = await registerDocument(config, file, prefix, choice);
      if (options.json) printJson({ document_id: prefix, ...registered });
      else {
        const { source_version_id, units, compared } = registered;
        const follows =
          compared === undefined ? [] : [`a new version of ${compared.document_id}: ${countsLine(compared)}`];
        const lines = [
          `${prefix} is registered: version ${source_version_id}, ${units} units`,
          ...follows,
          `cut it with: ${withStack(`npm run cut -- ${prefix}`, options.stack)}`,
        ];
        process.stdout.write(`${lines.join("\n")}\n`);
      }
      return 0;
    }),
  )
  .parse();

// The embedded host is started when it is down; any other one is only dialled.
async function configOf(stack: string): Promise<StackConfig> {
  if (stack !== SANDBOX_STACK) return stackConfigOfFile(stackFileOf(stack));
  const sandbox = await ensureSandbox();
  insistProvisioned(sandbox.place);
  return sandbox.stack;
}
