// A stop of a program of this folder, with its commands for the host that was typed: what a person pastes must reach the host they meant.
import { Stopped, type StopFacts } from "../../runner/model/stop.ts";
import { operatorSentence, SANDBOX_STACK, withMachine, withStack } from "../../runner/rules/operator-command.ts";
import optionsOfVerbs from "../command-line/verb-options.json" with { type: "json" };

const OPTIONS: Readonly<Record<string, readonly string[]>> = optionsOfVerbs;
/** Names a host for the next command only; whoever signs dials none. */
const DIALS_NOTHING: ReadonlySet<string> = new Set(["approve"]);

/** What --stack and --machine say among the words of a command line; the embedded host without them. */
export function typedStack(words: readonly string[]): string {
  return withMachine(valueOf(words, "--stack") ?? SANDBOX_STACK, valueOf(words, "--machine"));
}

function valueOf(words: readonly string[], option: string): string | undefined {
  const end = words.indexOf("--");
  const own = end === -1 ? words : words.slice(0, end);
  const joined = own.findLast((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
  const at = own.lastIndexOf(option);
  return at === -1 ? joined : own[at + 1];
}

/** Every command between backticks of a sentence, in words of this folder and with the stack. */
export const sentenceFor = (text: string, stack: string): string =>
  operatorSentence(text, stack).replaceAll(
    /`(npm run [^`]+)`/g,
    (_all, command: string) => `\`${commandFor(command, stack)}\``,
  );

/** The same stop, its next commands and its hint for this stack. */
export function stopFor(stopped: Stopped, stack: string): Stopped {
  const { next, or, hint, ...facts } = stopped.facts;
  const ours: StopFacts = {
    ...facts,
    ...(next === undefined ? {} : { next: commandFor(next, stack) }),
    ...(or === undefined ? {} : { or: commandFor(or, stack) }),
    ...(hint === undefined ? {} : { hint: sentenceFor(hint, stack) }),
  };
  return new Stopped(stopped.code, ours, stopped);
}

function commandFor(command: string, stack: string): string {
  const verb = /^npm run ([a-z-]+)/.exec(command)?.[1];
  if (verb === undefined || DIALS_NOTHING.has(verb)) return command;
  return (OPTIONS[verb] ?? ["--stack"]).includes("--stack") ? withStack(command, stack) : command;
}
