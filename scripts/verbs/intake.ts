// `npm run intake -- <file> <PREFIX>`: what a document would become. Reads one file, touches nothing.
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { intakeJson, intakeText, stoppedJson, takeInFile } from "../../runner/commands/intake.ts";
import { DEFAULT_REQUEST } from "../../runner/model/grammar-request.ts";
import { STOPS } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import type { GrammarWords } from "../../runner/rules/hints.ts";
import { withGrammarOptions } from "../../runner/terminal/grammar-options.ts";
import { SANDBOX_STACK, withStack } from "../frame/operator-command.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";

interface Options extends GrammarWords {
  readonly stack: string;
  readonly json: boolean;
}

/** Exit 0 with a plan, else the exit status of the refusal. */
async function show(file: string, prefix: string, options: Options): Promise<number> {
  const taken = await takeInFile(file, prefix, options, readSafely);
  if (options.json) printJson(intakeJson(taken));
  else process.stdout.write(intakeText(taken, prefix, options.profile));
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

withGrammarOptions(programNamed("intake", "show the units, the proof and the registration package of a document"))
  .argument("<file>", "document")
  .argument("<PREFIX>", "document prefix, 3-32 of A-Z 0-9 -")
  .option("--stack <name>", "the host that the next command is for; nothing is dialled here", SANDBOX_STACK)
  .option("--json", "one object on stdout", false)
  .action((file: string, prefix: string, options: Options) =>
    runProgram(() => show(file, prefix, options), { aboutRun: false, lastWord: stoppedJson }),
  )
  .parse();
