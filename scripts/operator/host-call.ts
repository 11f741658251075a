// One call of the host's cutter over ssh, by zx: its NDJSON comes event by event, what it says to people is kept for
// the case that it ends without a word.
import { $, type ProcessPromise } from "zx";
import * as z from "zod";
import { jsonOf } from "../../runner/model/json-text.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { remoteCommand, sshCommandLine } from "../../infra/ssh/line.ts";
import { operatorStop, stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

const hostEvent = z.looseObject({ event: z.string().optional() });
/** One line the host printed with --json; status lines have no `event`. */
export type HostEvent = z.infer<typeof hostEvent>;

/** How a call ended. `status` undefined: the line broke or never stood, nothing is known about the command. */
export interface HostAnswer {
  readonly status: number | undefined;
  readonly stderr: string;
}

/** What to run, what to do with each event, and the process while it lives (to end it when the person detaches). */
export interface HostCall {
  readonly words: readonly string[];
  readonly onEvent?: (event: HostEvent) => void;
  readonly started?: (child: ProcessPromise) => void;
}

/** ssh's own status for "could not connect", and for a line that broke. */
const SSH_FAILED = 255;

// zx takes defaults from ZX_ variables; here every one that matters is said, whatever the caller's shell holds.
$.shell = "/bin/bash";
$.prefix = "set -euo pipefail;";
$.postfix = "";
$.verbose = false;

/** Runs any words on the host with `input` on their standard input; output as text. */
export async function onHost(
  target: Target,
  words: readonly string[],
  input?: Buffer,
): Promise<HostAnswer & { readonly stdout: string }> {
  const child = zx(input)`exec ${sshCommandLine(target.address)} ${remoteCommand(words)}`;
  const { exitCode, stdout, stderr } = await child;
  return { status: statusOf(exitCode), stdout, stderr };
}

/** Runs the host's cutter with --json. A line that is no JSON object is dropped: it is no event. */
export async function callHost(target: Target, { words, onEvent, started }: HostCall): Promise<HostAnswer> {
  const child = zx()`exec ${sshCommandLine(target.address)} ${remoteCommand([...target.launcher, "--json", ...words])}`;
  started?.(child);
  for await (const line of child) {
    const event = parsed(line);
    if (event) onEvent?.(event);
  }
  const { exitCode, stderr } = await child;
  return { status: statusOf(exitCode), stderr };
}

/** Waits between tries, milliseconds: of a host that cannot be dialled at all, and of a line that stood and broke. */
const NEVER_STOOD = [200, 1_000, 3_000] as const;
export const BROKE = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000] as const;

/** Asks what is safe to ask twice until an answer came or patience ends: a line that broke comes back, a wrong address does not. */
export async function askedAgain<T extends HostAnswer>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    const wait = (
      /^ssh: (?:connect to host|Could not resolve)|Host key verification failed|Permission denied/m.test(answer.stderr)
        ? NEVER_STOOD
        : BROKE
    )[tries];
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
    return callHost(target, { words, onEvent: (event) => events.push(event) });
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
  const said = printable(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200);
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${address.host}:${address.port}: ${said || "the line ended"}`,
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

function zx(input?: Buffer) {
  return $({
    nothrow: true,
    quiet: true,
    env: childEnvironment(),
    ...(input ? { input } : { stdio: ["ignore", "pipe", "pipe"] as const }),
  });
}

function statusOf(exitCode: number | null): number | undefined {
  return exitCode === null || exitCode === SSH_FAILED ? undefined : exitCode;
}

function parsed(line: string): HostEvent | undefined {
  // The last line of a line that broke may be half a line.
  return line.startsWith("{") ? hostEvent.safeParse(jsonOf(line)).data : undefined;
}
