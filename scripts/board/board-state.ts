// What a board knows of a host, from what the host tells one by one: news in, next state out. It keeps little of each run, and no more runs
// than a page can show, whatever a host sends.
import {
  batchEvent,
  batchMemberEvent,
  machineEvent,
  spokenEvent,
  watchedEvent,
  type BatchAnswer,
  type BatchMemberAnswer,
  type MachineAnswer,
  type SpokenEvent,
  type StatusJson,
  type WatchedAnswer,
} from "../../runner/model/events.ts";
import type { LastLook } from "../stack/last-look.ts";

/** Newest events of a run that are kept. */
const EVENTS_KEPT = 12;
/** Runs that are kept; the ones that closed first go first. */
const RUNS_KEPT = 500;

/** Since when somebody could not be asked, and why, in one line; `next`: what mends it. */
export interface Away {
  readonly since: string;
  readonly saw: string;
  readonly next?: string;
}

/** Batches as the host told them last. */
export interface Batches {
  readonly at: string;
  readonly batches: readonly BatchAnswer[];
  readonly members: readonly BatchMemberAnswer[];
  readonly machines: readonly MachineAnswer[];
}

/** Times are UTC text of this machine's clock, but for what the host says of its own. `heard`: the host's last word. */
export interface Board {
  readonly stack: string;
  readonly begun: string;
  readonly heard: string | undefined;
  readonly runs: ReadonlyMap<string, StatusJson>;
  readonly events: ReadonlyMap<string, readonly SpokenEvent[]>;
  readonly watched: WatchedAnswer | undefined;
  readonly away: Away | undefined;
  readonly looked: LastLook | undefined;
  readonly batches: Batches | undefined;
  readonly batchesAway: Away | undefined;
}

/** Something that was told or seen. Commands in it are this workstation's already. */
export type News =
  | { readonly kind: "host"; readonly at: string; readonly event: object }
  | { readonly kind: "status"; readonly at: string; readonly status: StatusJson }
  | { readonly kind: "away"; readonly at: string; readonly saw: string; readonly next?: string | undefined }
  | { readonly kind: "looked"; readonly looked: LastLook | undefined }
  | { readonly kind: "batches"; readonly at: string; readonly events: readonly object[] }
  | { readonly kind: "batches_away"; readonly at: string; readonly saw: string; readonly next?: string | undefined };

/** A board that has heard nothing yet. */
export const emptyBoard = (stack: string, begun: string): Board => ({
  stack,
  begun,
  heard: undefined,
  runs: new Map(),
  events: new Map(),
  watched: undefined,
  away: undefined,
  looked: undefined,
  batches: undefined,
  batchesAway: undefined,
});

/** The state after the news. What has no known form changes nothing but that the host spoke. */
export function boardAfter(board: Board, news: News): Board {
  switch (news.kind) {
    case "status":
      return { ...spoken(board, news.at), runs: withRun(board.runs, news.status) };
    case "host":
      return afterEvent(spoken(board, news.at), news.event);
    case "away":
      return { ...board, away: awaySince(board.away, news, board.heard ?? board.begun) };
    case "looked":
      return { ...board, looked: news.looked };
    case "batches":
      return { ...board, batches: batchesOf(news.at, news.events), batchesAway: undefined };
    case "batches_away":
      return { ...board, batchesAway: awaySince(board.batchesAway, news, board.batches?.at ?? board.begun) };
  }
}

/** The first reason's time stays, the newest reason is told. */
function awaySince(before: Away | undefined, { saw, next }: { saw: string; next?: string | undefined }, since: string) {
  return { since: before?.since ?? since, saw, ...(next === undefined ? {} : { next }) };
}

const spoken = (board: Board, at: string): Board => ({ ...board, heard: at, away: undefined });

function afterEvent(board: Board, event: object): Board {
  const watched = watchedEvent.safeParse(event).data;
  if (watched) return { ...board, watched };
  const said = spokenEvent.safeParse(event).data;
  const runId = "run_id" in event && typeof event.run_id === "string" ? event.run_id : undefined;
  if (!said || runId === undefined) return board;
  const kept = [...(board.events.get(runId) ?? []).filter((one) => !replaces(said, one)), said].slice(-EVENTS_KEPT);
  return { ...board, events: capped(new Map(board.events).set(runId, kept)) };
}

/** How far work has come is told again and again; only the newest word of a phase is kept. */
const replaces = (now: SpokenEvent, before: SpokenEvent): boolean =>
  (now.event === "progress" && before.event === "progress" && now.phase === before.phase) ||
  (now.event === "waiting" && before.event === "waiting");

function withRun(runs: Board["runs"], status: StatusJson): Board["runs"] {
  const all = new Map(runs).set(status.run_id, status);
  if (all.size <= RUNS_KEPT) return all;
  const [first] = [...all.values()].filter(({ closed }) => closed !== null).sort((a, b) => order(a.closed, b.closed));
  all.delete(first?.run_id ?? [...all.keys()][0] ?? "");
  return all;
}

function capped<T>(all: Map<string, T>): Map<string, T> {
  if (all.size > RUNS_KEPT) all.delete([...all.keys()][0] ?? "");
  return all;
}

function batchesOf(at: string, events: readonly object[]): Batches {
  return {
    at,
    batches: events.flatMap((event) => batchEvent.safeParse(event).data ?? []),
    members: events.flatMap((event) => batchMemberEvent.safeParse(event).data ?? []),
    machines: events.flatMap((event) => machineEvent.safeParse(event).data ?? []),
  };
}

const order = (a: string | null, b: string | null): number => ((a ?? "") < (b ?? "") ? -1 : 1);

/** Open runs, newest first. */
export const openRunsOf = ({ runs }: Board): StatusJson[] =>
  [...runs.values()].filter(({ closed }) => closed === null).sort((a, b) => order(b.run_id, a.run_id));

/** The runs that closed last, newest first. */
export const closedRunsOf = ({ runs }: Board, most: number): StatusJson[] =>
  [...runs.values()]
    .filter(({ closed }) => closed !== null)
    .sort((a, b) => order(b.closed, a.closed))
    .slice(0, most);

/** What a run does now, from its events: the phase that began last, how far it is; undefined before its first word. */
export function workOf(events: readonly SpokenEvent[]): string | undefined {
  const phase = events.findLast((event) => event.event === "phase");
  if (phase?.event !== "phase") return undefined;
  if (phase.status !== "started") return `${phase.phase} ${phase.status}`;
  const progress = events.findLast((event) => event.event === "progress");
  const far =
    progress?.event === "progress" && progress.phase === phase.phase && progress.of > 0
      ? `: ${progress.done} of ${progress.of} ${progress.what}`
      : "";
  return `${phase.phase}${far}`;
}
