// A host verb that answers at once: people read what the host says to people, programs read its events; its status is the answer.
import { printable } from "../../runner/rules/text-hygiene.ts";
import { callHost, lineBroken, wordsOfHost } from "./host-call.ts";
import { printTold } from "../../runner/terminal/print-json.ts";
import { hostCommand, hostSentence } from "../frame/host-command.ts";
import { operatorEvent } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

/** Runs the words. Every line passes printable, and commands of the host are given as ours. STOP_COULD_NOT_LOOK when the line breaks. */
export async function passThrough(target: Target, words: readonly string[], json: boolean): Promise<number> {
  if (json) {
    const { status, stderr } = await callHost(target, {
      words,
      onEvent: (event) => printTold(operatorEvent(event, target.stack)),
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
  const [head = "", told] = /^((?:NEXT|OR) +|.*?: (?=(?:cutter|npm) ))(.+)$/.exec(line)?.slice(1) ?? [];
  if (told === undefined) return hostSentence(line, stack);
  return `${hostSentence(head, stack)}${hostCommand(told, stack) ?? "(a command that is not of this folder)"}`;
}
