// A host verb that answers at once: people read what the host says to people, programs read its events; its status is the answer.
import { printable } from "../../runner/rules/text-hygiene.ts";
import { callHost, lineBroken, wordsOfHost } from "./host-call.ts";
import { operatorCommand, operatorSentence } from "../frame/operator-command.ts";
import type { Target } from "./target.ts";

/** Runs the words. Every line passes printable, and commands of the host are given as ours. STOP_COULD_NOT_LOOK when the line breaks. */
export async function passThrough(target: Target, words: readonly string[], json: boolean): Promise<number> {
  if (json) {
    const { status, stderr } = await callHost(target, {
      words,
      onEvent: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
    });
    if (status === undefined) throw lineBroken(target, stderr);
    return status;
  }
  const { status, stdout, stderr } = await wordsOfHost(target, words);
  if (status === undefined) throw lineBroken(target, stderr);
  process.stdout.write(forOperator(stdout, target.stack));
  process.stderr.write(forOperator(stderr, target.stack));
  return status;
}

function forOperator(text: string, stack: string): string {
  if (text === "") return "";
  return text
    .split("\n")
    .slice(0, text.endsWith("\n") ? -1 : undefined)
    .map((line) => `${asOperator(printable(line), stack)}\n`)
    .join("");
}

// A line may be, or end in, a command to paste.
function asOperator(line: string, stack: string): string {
  return operatorSentence(line, stack).replace(/(?<=^(?:NEXT|OR) +|: )cutter .+$/, (command) =>
    operatorCommand(command, stack),
  );
}
