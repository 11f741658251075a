// `npm run intake -- <file> <PREFIX>`: what a document would become. Reads one file, touches nothing.
import { Command } from "commander";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { intakeCaps, intakeJson, intakeText, stoppedJson, takeIn } from "../../runner/commands/intake.ts";
import { DEFAULT_REQUEST } from "../../runner/model/grammar-request.ts";
import { EXIT_USAGE, Stopped, STOPS } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { refuseForeignEnvironment } from "../../infra/ssh/environment.ts";
import { grammarRequestOf, withGrammarOptions } from "../frame/grammar-options.ts";
import { SANDBOX_STACK, withStack } from "../frame/operator-command.ts";
import { runProgram } from "../frame/print-stop.ts";

const DOCUMENT_CAP = 32 * 1024 * 1024;

interface Options extends GrammarWords {
  readonly stack: string;
  readonly json: boolean;
}

/** Exit 0 with a plan, else the exit status of the refusal. */
async function show(file: string, prefix: string, options: Options): Promise<number> {
  const read = await readSafely(file, DOCUMENT_CAP);
  if (!read.ok)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${file}: ${read.reason}`,
      wanted: `a plain file of at most ${DOCUMENT_CAP} bytes`,
    });
  const request = await grammarRequestOf(options);
  const taken = takeIn(read.bytes, prefix, { ...request, caps: intakeCaps(request.profile) });
  process.stdout.write(
    options.json ? `${JSON.stringify(intakeJson(taken))}\n` : intakeText(taken, prefix, request.profile),
  );
  if (!options.json && !taken.refusal)
    process.stderr.write(
      `register it with: ${withStack(`npm run register -- ${shellWord(file)} ${prefix}${chosen(options)}`, options.stack)}\n`,
    );
  return taken.refusal ? STOPS[taken.refusal.code].exit : 0;
}

// The same grammar again: what was shown here is what is registered.
function chosen({ profile, emptyBody, depth, annexes, hints }: Options): string {
  if (profile === DEFAULT_REQUEST.profile) return emptyBody === "refuse" ? "" : ` --empty-body ${emptyBody}`;
  return ` --profile ${profile} --depth ${depth}${annexes ? " --annexes" : ""}${hints === undefined ? "" : ` --hints ${shellWord(hints)}`}`;
}

withGrammarOptions(
  new Command("intake").description("show the units, the proof and the registration package of a document"),
)
  .argument("<file>", "document")
  .argument("<PREFIX>", "document prefix, 3-32 of A-Z 0-9 -")
  .option("--stack <name>", "the host that the next command is for; nothing is dialled here", SANDBOX_STACK)
  .option("--json", "one object on stdout", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((file: string, prefix: string, options: Options) =>
    runProgram(
      async () => {
        refuseForeignEnvironment();
        return show(file, prefix, options);
      },
      { aboutRun: false, lastWord: stoppedJson },
    ),
  )
  .parse();
