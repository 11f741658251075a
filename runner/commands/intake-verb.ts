// `intake`: what a document would become. Reads one file, touches nothing else.
import type { Common } from "./call-options.ts";
import { STOPS } from "../model/stop.ts";
import type { GrammarWords } from "../rules/hints.ts";
import { readOrStop, readSafely } from "../adapters/safe-file.ts";
import { grammarRequestOf } from "../terminal/grammar-request-of.ts";
import { printJson } from "../terminal/print-json.ts";
import { DOCUMENT_CAP, intakeCaps, intakeJson, intakeText, takeInExplained } from "./intake.ts";

/** Exit 0 with a plan, else the exit status of the refusal. */
export async function showIntake(
  common: Pick<Common, "json">,
  file: string,
  prefix: string,
  options: GrammarWords,
): Promise<number> {
  const bytes = await readOrStop(file, DOCUMENT_CAP);
  const request = await grammarRequestOf(options, readSafely);
  const { taken, suggestion } = takeInExplained(bytes, prefix, { ...request, caps: intakeCaps(request.profile) });
  if (common.json) printJson(intakeJson(taken));
  else process.stdout.write(intakeText(taken, prefix, request.profile, suggestion));
  return taken.refusal ? STOPS[taken.refusal.code].exit : 0;
}
