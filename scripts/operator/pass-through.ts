// A host verb that answers at once: its events are shown, its stop is ours to show, its status is the answer.
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { callHost, hostFailed, lineBroken, type HostEvent } from "./host-call.ts";
import { operatorSentence, operatorCommand } from "./operator-command.ts";
import { operatorStop, stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

/** Runs the words. People read what the host says to people, line by line as printable text; programs read the events. */
export async function passThrough(target: Target, words: readonly string[], json: boolean): Promise<number> {
  const events: HostEvent[] = [];
  const { status, stderr } = await callHost(target, { words, onEvent: (event) => {
    events.push(event);
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
  } });
  if (status === undefined) throw lineBroken(target, stderr);
  const stop = stopOf(events);
  if (stop) {
    const { code, facts } = operatorStop(stop, target.stack);
    throw new Stopped(code, facts);
  }
  if (status !== 0 && events.length === 0) throw hostFailed(words, status, stderr);
  if (!json) process.stderr.write(stderr.split("\n").filter((line) => line !== "").map((line) => `${asOperator(printable(line), target.stack)}\n`).join(""));
  return status;
}

// A line may end in a command to paste.
function asOperator(line: string, stack: string): string {
  return operatorSentence(line, stack).replace(/(?<=: )cutter .+$/, (command) => operatorCommand(command, stack));
}
