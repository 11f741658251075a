// `npm run intake -- <file> <PREFIX>`: what a document would become. Reads one file; writes nothing but the text of a
// DOCX or HTML document, or hints that are asked for.
import { Option } from "commander";
import { readOrStop, readSafely } from "../../runner/adapters/safe-file.ts";
import {
  DOCUMENT_CAP,
  intakeCaps,
  intakeJson,
  intakeText,
  stoppedJson,
  suggestedHintsFile,
  takeInExplained,
} from "../../runner/commands/intake.ts";
import { DEFAULT_REQUEST, type GrammarRequest } from "../../runner/model/grammar-request.ts";
import type { SupersededUnit } from "../../runner/model/registration-record.ts";
import { insist, STOPS } from "../../runner/model/stop.ts";
import {
  changedLines,
  comparedSha,
  compareVersions,
  countsLine,
  judgeComparable,
  unitsOfRows,
  type Comparison,
} from "../../runner/rules/supersession.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { hintsOffer, type GrammarWords } from "../../runner/rules/hints.ts";
import { withGrammarOptions } from "../../runner/terminal/grammar-options.ts";
import { grammarRequestOf } from "../../runner/terminal/grammar-request-of.ts";
import { convertDocument, type Converted } from "../conversion/convert-document.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";
import { enactedText, textOfFile } from "../operator/enacted-text.ts";
import { targetOf } from "../operator/target.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { programNamed, runProgram, writeNewFile } from "../frame/run-program.ts";

interface Options extends GrammarWords {
  readonly stack: string;
  readonly json: boolean;
  readonly suggestHints?: string;
  readonly against?: string;
  readonly againstFile?: string;
}

/** Exit 0 with a plan, else the exit status of the refusal. */
async function show(file: string, prefix: string, options: Options): Promise<number> {
  const bytes = await readOrStop(file, DOCUMENT_CAP);
  const converted = await convertDocument(file, bytes);
  if (converted) return tellConverted(converted, prefix, options);
  const request = await grammarRequestOf(options, readSafely);
  const { taken, suggestion } = takeInExplained(bytes, prefix, { ...request, caps: intakeCaps(request.profile) });
  const compared = taken.refusal ? undefined : await comparedText(prefix, options, request, unitsOfRows(taken.rows));
  if (options.json) printJson({ ...intakeJson(taken), ...(compared === undefined ? {} : { compared }) });
  else {
    process.stdout.write(intakeText(taken, prefix, request.profile, suggestion));
    if (compared) process.stdout.write(comparisonText(compared));
  }
  if (!options.json && !taken.refusal)
    process.stderr.write(
      `register it with: ${withStack(`npm run register -- ${shellWord(file)} ${prefix}${chosen(options)}`, options.stack)}\n`,
    );
  if (suggestion) {
    const { suggestHints: out, ...others } = options;
    const again = (more: string): string =>
      withStack(`npm run intake -- ${shellWord(file)} ${prefix}${more}`, options.stack);
    if (out === undefined)
      process.stderr.write(hintsOffer(suggestion.places, again(`${chosen(options)} --suggest-hints <new file>`)));
    else await writeHints(out, suggestedHintsFile(suggestion, request.hints, again(chosen({ ...others, hints: out }))));
  }
  return taken.refusal ? STOPS[taken.refusal.code].exit : 0;
}

interface Compared extends Comparison {
  readonly document: string;
  readonly compared_sha: string;
}

/** The comparison with an enacted document of a host, or with an older file, that was asked for. */
async function comparedText(
  prefix: string,
  { against, againstFile, stack }: Options,
  request: GrammarRequest,
  now: readonly SupersededUnit[],
): Promise<Compared | undefined> {
  if (against === undefined && againstFile === undefined) return undefined;
  const before =
    against === undefined
      ? await textOfFile(againstFile ?? "", prefix, request)
      : (await enactedText(targetOf(stack), against, prefix)).units;
  insist(judgeComparable(before, now));
  return {
    document: against ?? againstFile ?? "",
    compared_sha: comparedSha(before),
    ...compareVersions(before, now),
  };
}

const comparisonText = (compared: Compared): string =>
  [
    `compared with    ${printable(compared.document)} (${compared.compared_sha})`,
    `articles         ${countsLine(compared)}`,
    ...changedLines(compared).map((line) => `  ${printable(line)}`),
    "",
    "",
  ].join("\n");

/** Both digests, what to compare, and the same command with the text: nothing is taken in before a person has looked at it. */
function tellConverted(converted: Converted, prefix: string, options: Options): number {
  const { from, to, compare } = converted;
  const next = withStack(`npm run intake -- ${shellWord(to.file)} ${prefix}${chosen(options)}`, options.stack);
  if (options.json) printJson({ converted, next });
  else {
    process.stdout.write(
      `${printable(from.file)}  ${from.name}, sha256 ${from.sha256}\n${printable(to.file)}  the text made of it, sha256 ${to.sha256}\n`,
    );
    for (const what of compare) process.stdout.write(`compare with the document: ${what}\n`);
    process.stderr.write(`what is registered and signed is the text; read it, then go on with: ${next}\n`);
  }
  return 0;
}

/** Writes a new file only: what a person has edited is never written over. */
async function writeHints(out: string, text: string): Promise<void> {
  await writeNewFile(out, text);
  process.stderr.write(
    `the hints are in ${out}: read each line of the document they name, edit them, then use them with --hints\n`,
  );
}

// The same grammar again: what was shown here is what is registered.
function chosen({ profile, emptyBody, depth, annexes, hints, against }: Options): string {
  const follows = against === undefined ? "" : ` --against ${shellWord(against)}`;
  if (profile === DEFAULT_REQUEST.profile)
    return `${emptyBody === "refuse" ? "" : ` --empty-body ${emptyBody}`}${follows}`;
  const hinted = hints === undefined ? "" : ` --hints ${shellWord(hints)}`;
  return ` --profile ${profile} --depth ${depth}${annexes ? " --annexes" : ""}${hinted}${follows}`;
}

withGrammarOptions(programNamed("intake", "show the units, the proof and the registration package of a document"))
  .argument("<file>", "document")
  .argument("<PREFIX>", "document prefix, 3-32 of A-Z 0-9 -")
  .option("--stack <name>", "the host that the next command is for; dialled only for --against", SANDBOX_STACK)
  .addOption(
    new Option("--against <document-id>", "compare with an enacted document of the host, article by article").conflicts(
      "againstFile",
    ),
  )
  .option("--against-file <file>", "compare with an older file, without a host")
  .option("--json", "one object on stdout", false)
  .option(
    "--suggest-hints <file>",
    "vn-law-1: write the hints that would settle a refused law, with reasons, to a new file",
  )
  .action((file: string, prefix: string, options: Options) =>
    runProgram(() => show(file, prefix, options), { aboutRun: false, lastWord: stoppedJson }),
  )
  .parse();
