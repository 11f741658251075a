// `intake`: what a document would become. Reads one file, touches nothing else.
import type { Common } from "../cli.ts";
import { STOPS, Stopped } from "../model/stop.ts";
import type { GrammarWords } from "../rules/hints.ts";
import { printable } from "../rules/text-hygiene.ts";
import { host } from "../wire-host.ts";
import { grammarRequestOf } from "./grammar-options.ts";
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
  const request = await grammarRequestOf(options);
  const { taken, suggestion } = takeInExplained(read.bytes, prefix, { ...request, caps: intakeCaps(request.profile) });
  const json = intakeJson(taken);
  if (common.json) process.stdout.write(`${JSON.stringify(json)}\n`);
  else process.stdout.write(intakeText(taken, prefix, request.profile, suggestion));
  return "stop" in json && json.stop ? STOPS[json.stop.code].exit : 0;
}
