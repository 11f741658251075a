// `intake`: what a document would become. Reads one file, touches nothing else.
import type { Common } from "../cli.ts";
import { STOPS, Stopped } from "../model/stop.ts";
import { printable } from "../rules/text-hygiene.ts";
import { host } from "../wire-host.ts";
import { intakeJson, intakeText, takeIn, INTAKE_CAPS } from "./intake.ts";

const DOCUMENT_CAP = 32 * 1024 * 1024;

/** Exit 0 with a plan, else the exit status of the refusal. */
export async function showIntake(common: Pick<Common, "json">, file: string, prefix: string, options: { emptyBody: "refuse" | "heading" }): Promise<number> {
  const read = await host.readSafely(file, DOCUMENT_CAP);
  if (!read.ok) throw new Stopped("STOP_REFUSED_INPUT", { saw: `${printable(file)}: ${read.reason}`, wanted: `a plain file of at most ${DOCUMENT_CAP} bytes` });
  const taken = takeIn(read.bytes, prefix, { empty_body: options.emptyBody, caps: INTAKE_CAPS });
  const json = intakeJson(taken);
  if (common.json) process.stdout.write(`${JSON.stringify(json)}\n`);
  else process.stdout.write(intakeText(taken, prefix));
  return "stop" in json && json.stop ? STOPS[json.stop.code].exit : 0;
}
