// Keeps one line to the host that is watched, dials again when it breaks, and hands on what it says; batches, which the database knows, are
// asked for once a minute while somebody looks.
import { setTimeout as sleep } from "node:timers/promises";
import { statusAnswer } from "../../runner/model/events.ts";
import { STOPS, type Stopped } from "../../runner/model/stop.ts";
import { stopOfError } from "../../runner/model/system-fault.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import { statusOf } from "../operator/ask-status.ts";
import { answersOf, callHost, hostFailed, lineBroken, type HostEvent } from "../operator/host-call.ts";
import { operatorEvent } from "../operator/stop-of-host.ts";
import { targetOf, type Target } from "../operator/target.ts";
import type { News } from "./board-state.ts";

/** Waits between two dials, milliseconds; the last one for ever after. */
const DIAL_AGAIN = [1_000, 2_000, 5_000, 10_000, 20_000] as const;
const BATCHES_MILLISECONDS = 60_000;

/** Who is watched and who hears of it. `looking`: whether any window is open. */
export interface Watching {
  readonly stack: string;
  readonly target: () => Target;
  readonly tell: (news: News) => void;
  readonly looking: () => boolean;
  readonly ended: AbortSignal;
}

/** The host of a stack, found once; that of a sandbox each time, because it listens elsewhere when it was started anew. */
export function targetFinder(stack: string): () => Target {
  let found: Target | undefined;
  return () => {
    if (found === undefined || found.sandbox) found = targetOf(stack);
    return found;
  };
}

const now = (): string => new Date().toISOString();

/** Waits, shorter when the board ends. */
const rest = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

/** Until the board ends. Whatever keeps it from looking is news, never an end. */
export async function watchHost(watching: Watching): Promise<void> {
  const { stack, tell, ended } = watching;
  for (let failed = 0; !ended.aborted; failed += 1) {
    const away = await lineOnce(watching, (event) => {
      failed = -1;
      tell(newsOf(event, stack));
    });
    if (ended.aborted) return;
    tell({ kind: "away", at: now(), ...away });
    await rest(DIAL_AGAIN[Math.min(Math.max(failed, 0), DIAL_AGAIN.length - 1)] ?? 0, ended);
  }
}

/** One line, from dialling to its end; answers why it ended. */
async function lineOnce(
  { stack, target: find, ended }: Watching,
  onEvent: (event: HostEvent) => void,
): Promise<{ readonly saw: string; readonly next?: string | undefined }> {
  try {
    const target = find();
    const words = ["orchestrate", "watch"];
    const { status, stderr } = await callHost(target, {
      words,
      onEvent,
      started: (end) => ended.addEventListener("abort", end, { once: true }),
    });
    return toldAway(status === undefined ? lineBroken(target, stderr) : hostFailed(words, status, stderr), stack);
  } catch (error) {
    return toldAway(stopOr(error), stack);
  }
}

function stopOr(error: unknown): Stopped {
  const stopped = stopOfError(error);
  if (!stopped) throw error;
  return stopped;
}

/** A release on the host that is older than this folder knows no board; that is the one thing a person can mend from here. */
function toldAway(
  { facts, code }: Stopped,
  stack: string,
): { readonly saw: string; readonly next?: string | undefined } {
  const older = /unknown command/.test(facts.saw);
  return {
    saw: older
      ? "the release on the host is older than this folder and cannot be watched"
      : facts.saw || STOPS[code].title,
    next: older ? withStack("npm run up", stack) : facts.next,
  };
}

/** A status becomes the operator's; everything else is judged where it is kept. */
function newsOf(event: HostEvent, stack: string): News {
  return event.event === undefined && statusAnswer.safeParse(event).success
    ? { kind: "status", at: now(), status: statusOf(event, stack) }
    : { kind: "host", at: now(), event };
}

/** Asks for batches while somebody looks, until the board ends. */
export async function watchBatches({ stack, target, tell, looking, ended }: Watching): Promise<void> {
  while (!ended.aborted) {
    if (!looking()) {
      await rest(1_000, ended);
      continue;
    }
    try {
      const events = await answersOf(target(), ["orchestrate", "batch", "status"]);
      tell({ kind: "batches", at: now(), events: events.map((event) => operatorEvent(event, stack)) });
    } catch (error) {
      tell({ kind: "batches_away", at: now(), ...toldAway(stopOr(error), stack) });
    }
    await rest(BATCHES_MILLISECONDS, ended);
  }
}
