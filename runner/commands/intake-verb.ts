// `intake`: what a document would become. Reads one file, touches nothing else.
import type { Common } from "../cli.ts";
import { STOPS } from "../model/stop.ts";
import type { GrammarWords } from "../rules/hints.ts";
import { host } from "../wire-host.ts";
import { intakeJson, intakeText, takeInFile } from "./intake.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0 with a plan, else the exit status of the refusal. */
export async function showIntake(
  common: Pick<Common, "json">,
  file: string,
  prefix: string,
  options: GrammarWords,
): Promise<number> {
  const taken = await takeInFile(file, prefix, options, host.readSafely);
  if (common.json) printJson(intakeJson(taken));
  else process.stdout.write(intakeText(taken, prefix, options.profile));
  return taken.refusal ? STOPS[taken.refusal.code].exit : 0;
}
