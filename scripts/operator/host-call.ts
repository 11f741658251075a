// One call of the host's cutter over ssh: its NDJSON comes event by event out of the frame, what it says to people is kept for
// the case that it ends without a word.
import * as z from "zod";
import { FRAME_OPTION } from "../../runner/model/answer-frame.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { KEPT_ANSWER, lineReader, PASSING_ANSWER, type AnswerCaps } from "../../infra/ssh/framed-answer.ts";
import { framedCall, newToken, type CallEnd } from "../../infra/ssh/framed-call.ts";
import { framedScript } from "../../infra/ssh/framed-shell.ts";
import { dialFault, neverStood } from "../../infra/ssh/jump.ts";
import { remoteCommand, sshCommandLine } from "../../infra/ssh/line.ts";
import { operatorStop, stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

const hostEvent = z.looseObject({ event: z.string().optional() });
/** One line the host printed with --json; status lines have no `event`. */
export type HostEvent = z.infer<typeof hostEvent>;

/** How a call ended. `status` undefined: the line broke or never stood, nothing is known about the command. */
export type HostAnswer = CallEnd;

/** What to run, what to do with each event, and what ends the call from this side when the person detaches. */
export interface HostCall {
  readonly words: readonly string[];
  readonly caps?: AnswerCaps;
  readonly onEvent?: (event: HostEvent) => void | Promise<void>;
  readonly started?: (end: () => void) => void;
}

/** Runs one of our shell scripts on the host, as the user the cutter has there; `args` are its positional words. */
export async function scriptOnHost(
  target: Target,
  body: string,
  args: readonly string[],
  input?: Buffer,
): Promise<HostAnswer & { readonly stdout: string }> {
  const token = newToken();
  const words = [...target.launcher.slice(0, -1), "sh", "-c", framedScript(body, token), "sh", ...args];
  return textOf(target, { token, words, input });
}

/** What the host's cutter says to people, whole. */
export const wordsOfHost = (
  target: Target,
  words: readonly string[],
): Promise<HostAnswer & { readonly stdout: string }> => {
  const token = newToken();
  return textOf(target, { token, words: [...target.launcher, FRAME_OPTION, token, ...words] });
};

async function textOf(
  { address, stack }: Target,
  { token, words, input }: { token: string; words: readonly string[]; input?: Buffer | undefined },
): Promise<HostAnswer & { readonly stdout: string }> {
  const parts: Buffer[] = [];
  const line = [...sshCommandLine(address), remoteCommand(words)];
  const call = { line, token, input, caps: KEPT_ANSWER, onPart: (part: Buffer) => void parts.push(part) };
  const end = await framedCall(call).catch(namesStack(stack));
  return { ...end, stdout: Buffer.concat(parts).toString("utf8") };
}

/** A line knows no stack; the command that its stop leads to names it. */
const namesStack =
  (stack: string) =>
  (error: unknown): never => {
    if (!(error instanceof Stopped) || error.facts.next === undefined) throw error;
    throw new Stopped(error.code, { ...error.facts, next: withStack(error.facts.next, stack) }, error);
  };

/** Runs the host's cutter with --json; each event comes with its line. A line that is no JSON object is dropped: it is no event. */
export async function callHost(
  target: Target,
  { words, caps = PASSING_ANSWER, onEvent, started }: HostCall,
): Promise<HostAnswer> {
  const token = newToken();
  const lines = lineReader(caps);
  const told = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      const event = parsed(text);
      if (event) await onEvent?.(event);
    }
  };
  const end = await framedCall({
    line: [
      ...sshCommandLine(target.address),
      remoteCommand([...target.launcher, FRAME_OPTION, token, "--json", ...words]),
    ],
    token,
    caps,
    onPart: (part) => told(lines.take(part)),
    ...(started ? { started } : {}),
  }).catch(namesStack(target.stack));
  await told(lines.rest());
  return end;
}

/** Waits between tries, milliseconds: of a host that cannot be dialled at all, and of a line that stood and broke. */
const NEVER_STOOD = [200, 1_000, 3_000] as const;
export const BROKE = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000] as const;

/** Asks what is safe to ask twice until an answer came or patience ends: a line that broke comes back, a wrong address does not. */
export async function askedAgain<T extends HostAnswer>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    const wait = (neverStood(answer.stderr) ? NEVER_STOOD : BROKE)[tries];
    if (answer.status !== undefined || wait === undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Every event of a call that is safe to ask twice. STOP_COULD_NOT_LOOK when the host cannot be reached or its cutter ended with a bug. */
export async function eventsOf(
  target: Target,
  words: readonly string[],
): Promise<{ status: number; events: HostEvent[] }> {
  let events: HostEvent[] = [];
  const { status, stderr } = await askedAgain(() => {
    events = [];
    return callHost(target, { words, caps: KEPT_ANSWER, onEvent: (event) => void events.push(event) });
  });
  if (status === undefined) throw lineBroken(target, stderr);
  if (status !== 0 && events.length === 0) throw hostFailed(words, status, stderr);
  return { status, events };
}

/** Throws the host's stop, where there is one, with commands of this workstation. */
export function insistNoStop(events: readonly HostEvent[], target: Target, runId?: string): void {
  const stop = stopOf(events);
  if (!stop) return;
  const { code, facts } = operatorStop(stop, target.stack, runId);
  throw new Stopped(code, facts);
}

/** The events of a call that is safe to ask twice and ends well; the host's own stop otherwise. */
export async function answersOf(target: Target, words: readonly string[], runId?: string): Promise<HostEvent[]> {
  const { events } = await eventsOf(target, words);
  insistNoStop(events, target, runId);
  return events;
}

/** Those events that have the schema's form, as it reads them. */
export const eventsLike = <T>(schema: z.ZodType<T>, events: readonly HostEvent[]): T[] =>
  events.flatMap((event) => {
    const parsed = schema.safeParse(event);
    return parsed.success ? [parsed.data] : [];
  });

/** The stop of a line that does not stand. */
export function lineBroken({ address }: Target, stderr: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${address.host}:${address.port}: ${dialFault(address, stderr) || "the line ended"}`,
    wanted: "the pinned host, answering",
    hint: "what runs there goes on",
  });
}

/** The stop of a cutter on the host that ended without an event. */
export function hostFailed(words: readonly string[], status: number, stderr: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw:
      `cutter ${words.slice(0, 2).join(" ")} on the host answered ${status}: ` +
      `${printable(stderr.trim().split("\n").at(-1) ?? "").slice(0, 300)}`,
    wanted: "an answer",
  });
}

function parsed(line: string): HostEvent | undefined {
  // The last line of a line that broke may be half a line.
  return line.startsWith("{") ? hostEvent.safeParse(jsonOf(line)).data : undefined;
}
