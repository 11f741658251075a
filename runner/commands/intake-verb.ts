// `intake`: what a document would become. Reads one file, touches nothing else.
import type { Common } from "../cli.ts";
import { STOPS, Stopped } from "../model/stop.ts";
import type { GrammarWords } from "../rules/hints.ts";
import { printable } from "../rules/text-hygiene.ts";
import { host } from "../wire-host.ts";
import { grammarRequestOf } from "../terminal/grammar-request-of.ts";
import { printJson } from "../terminal/print-json.ts";
import { intakeCaps, intakeJson, intakeText, takeInExplained } from "./intake.ts";

const DOCUMENT_CAP = 32 * 1024 * 1024;

/** Exit 0 with a plan, else the exit status of the refusal. */
export async function showIntake(
  common: Pick<Common, "json">,
  file: string,
  prefix: string,
  options: GrammarWords,
): Promise<number> {
  const read = await host.readSafely(file, DOCUMENT_CAP);
  if (!read.ok)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${printable(file)}: ${read.reason}`,
      wanted: `a plain file of at most ${DOCUMENT_CAP} bytes`,
    });
  const request = await grammarRequestOf(options, host.readSafely);
  const { taken, suggestion } = takeInExplained(read.bytes, prefix, { ...request, caps: intakeCaps(request.profile) });
  if (common.json) printJson(intakeJson(taken));
  else process.stdout.write(intakeText(taken, prefix, request.profile, suggestion));
  return taken.refusal ? STOPS[taken.refusal.code].exit : 0;
}
