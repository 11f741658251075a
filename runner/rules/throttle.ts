// Whether a batch goes on, pauses or sleeps, from what the server shows about its load. Nothing that runs is ever broken off by it.
import type { Busy, Throttle } from "../model/batch.ts";

/** One look at the server; `others` names the transactions of other applications that ran at `now`. */
export interface LoadLook {
  readonly ungranted_locks: number;
  readonly connections: number;
  readonly max_connections: number;
  readonly others: readonly string[];
  readonly now: Date;
}

/** When each transaction of others was seen first, in milliseconds; so it has run at least since then. */
export type SeenSince = ReadonlyMap<string, number>;

/** What is known after one more look: transactions that ended are forgotten. */
export const seenAfter = (before: SeenSince, { others, now }: LoadLook): SeenSince =>
  new Map(others.map((name) => [name, before.get(name) ?? now.getTime()]));

/** What a look means. `why` names the first number that is over, with its limit. */
export type LoadVerdict =
  | { readonly kind: "goes_on" }
  | { readonly kind: "pauses"; readonly why: string }
  | { readonly kind: "sleeps"; readonly why: string; readonly seconds: number };

/** `byHand`: the file THROTTLE that a person laid among the locks of this machine. */
export function judgeLoad(
  look: LoadLook,
  seen: SeenSince,
  throttle: Throttle,
  byHand: string | undefined,
): LoadVerdict {
  const busy = busyOf(look, seen);
  const critical = whyOver(busy, throttle.critical);
  if (critical !== undefined) return { kind: "sleeps", why: critical, seconds: throttle.hibernate_seconds };
  const why = byHand === undefined ? whyOver(busy, throttle.max) : `the file ${byHand} lies there`;
  return why === undefined ? { kind: "goes_on" } : { kind: "pauses", why };
}

function busyOf(look: LoadLook, seen: SeenSince): Busy {
  const first = Math.min(look.now.getTime(), ...look.others.flatMap((name) => seen.get(name) ?? []));
  return {
    ungranted_locks: look.ungranted_locks,
    connections_percent: Math.floor((100 * look.connections) / look.max_connections),
    transaction_seconds: Math.floor((look.now.getTime() - first) / 1_000),
  };
}

const WORDS: readonly (readonly [keyof Busy, string])[] = [
  ["ungranted_locks", "locks that wait"],
  ["connections_percent", "percent of all connections in use"],
  ["transaction_seconds", "seconds that a transaction of others runs"],
];

function whyOver(busy: Busy, limit: Busy): string | undefined {
  for (const [key, words] of WORDS) if (busy[key] > limit[key]) return `${busy[key]} ${words}, more than ${limit[key]}`;
  return undefined;
}

/** How long it must be quiet before a batch that paused goes on. */
const QUIET_MILLISECONDS = 10_000;
const LOOK_MILLISECONDS = 1_000;

/** A pause that goes on; `quietSince` in milliseconds, null while the server is busy. */
export interface Pause {
  readonly quietSince: number | null;
}

/** The next step: `go`, or the pause as it is now and the milliseconds until the next look. */
export type PauseStep = { readonly go: true } | { readonly go: false; readonly pause: Pause; readonly wait: number };

/** `pause` is undefined while the batch did not pause; then one quiet look lets it go on. */
export function nextStep(pause: Pause | undefined, verdict: LoadVerdict, now: number): PauseStep {
  if (verdict.kind === "sleeps") return { go: false, pause: { quietSince: null }, wait: verdict.seconds * 1_000 };
  if (verdict.kind === "pauses") return { go: false, pause: { quietSince: null }, wait: LOOK_MILLISECONDS };
  if (pause === undefined) return { go: true };
  const quietSince = pause.quietSince ?? now;
  if (now - quietSince >= QUIET_MILLISECONDS) return { go: true };
  return { go: false, pause: { quietSince }, wait: LOOK_MILLISECONDS };
}

/** Characters that a beat can say; the database refuses a longer one, and a process whose beats are refused counts as lost. */
const LONGEST_WORD = 100;

/** What a worker says it is at while a batch is held back, as its beats tell everybody. */
export function heldBackWord(batch_id: string, verdict: Exclude<LoadVerdict, { kind: "goes_on" }>): string {
  const word = `${heldBack(batch_id)}${verdict.kind}: ${verdict.why}`;
  return word.length > LONGEST_WORD ? `${word.slice(0, LONGEST_WORD - 1)}…` : word;
}

/** What workers that live say about a batch that they hold back; undefined when none does. */
export const heldBackIn = (batch_id: string, doing: readonly string[]): string | undefined =>
  doing.find((word) => word.startsWith(heldBack(batch_id)))?.slice(heldBack(batch_id).length);

const heldBack = (batch_id: string): string => `batch, ${batch_id} held back: `;
