import { expect, test } from "vitest";
import { boardAfter, closedRunsOf, openRunsOf, workOf } from "../../../../scripts/board/board-state.ts";
import {
  batchOfHost,
  boardOf,
  hostSaid,
  OPEN_RUN,
  saidByRun,
  statusSaid,
  watchedHost,
} from "../../../support/watched-board.ts";

const started = hostSaid(saidByRun({ event: "phase", phase: "mark", status: "started" }));
const progress = (done: number) =>
  hostSaid(saidByRun({ event: "progress", phase: "mark", done, of: 9, what: "units" }));

test("a run is what its newest status says, and a closed one is open no more", () => {
  const board = boardOf(statusSaid(), statusSaid({ state: "marked" }));
  expect(openRunsOf(board).map(({ state }) => state)).toEqual(["marked"]);
  const closed = boardAfter(board, statusSaid({ closed: "2026-11-29T12:00:00Z" }));
  expect([openRunsOf(closed), closedRunsOf(closed, 5).map(({ run_id }) => run_id)]).toEqual([[], [OPEN_RUN]]);
});

test("of a thousand reports of progress the newest is kept, and it says how far the phase is", () => {
  const board = boardOf(started, ...[...Array(1000).keys()].map((done) => progress(done % 9)));
  const events = board.events.get(OPEN_RUN) ?? [];
  expect(events).toHaveLength(2);
  expect(workOf(events)).toBe("mark: 0 of 9 units");
  expect(workOf([])).toBeUndefined();
});

test("the time since when a host is away is that of its last word, whatever is tried meanwhile", () => {
  const gone = { kind: "away", at: "2026-11-29T12:01:00Z", saw: "vmi:22: refused" } as const;
  const board = boardOf(hostSaid(watchedHost()), gone, { ...gone, at: "2026-11-29T12:05:00Z", saw: "no route" });
  expect(board.away).toEqual({ since: "2026-11-29T11:59:58Z", saw: "no route" });
  expect(boardOf(gone).away?.since).toBe("2026-11-29T11:59:00Z");
  expect(boardAfter(board, hostSaid(watchedHost())).away).toBeUndefined();
});

test("what has no known form changes nothing but that the host spoke", () => {
  const board = boardOf(hostSaid({ event: "watched", host: 7 }), hostSaid({ event: "phase" }), hostSaid({}));
  expect([board.runs.size, board.events.size, board.watched, board.heard]).toEqual([
    0,
    0,
    undefined,
    "2026-11-29T11:59:58Z",
  ]);
});

test("a host that names runs without end is remembered up to five hundred, open ones longest", () => {
  const runs = [...Array(900).keys()].map((number) =>
    statusSaid({
      run_id: `r-${number}`,
      closed: number === 0 ? null : `2026-11-29T${String(number).padStart(6, "0")}`,
    }),
  );
  const board = boardOf(...runs);
  expect([board.runs.size, board.runs.has("r-0"), board.runs.has("r-1"), board.runs.has("r-899")]).toEqual([
    500,
    true,
    false,
    true,
  ]);
  const events = boardOf(
    ...[...Array(900).keys()].map((id) => hostSaid(saidByRun({ event: "state", state: "x" }, `r-${id}`))),
  );
  expect(events.events.size).toBe(500);
});

test("batches are what the host told last, and stay when it cannot be asked", () => {
  const told = { kind: "batches", at: "2026-11-29T12:00:00Z", events: [batchOfHost, { event: "other" }] } as const;
  const board = boardOf(told, { kind: "batches_away", at: "2026-11-29T12:01:00Z", saw: "no database" });
  expect(board.batches?.batches.map(({ batch_id }) => batch_id)).toEqual([batchOfHost.batch_id]);
  expect(board.batchesAway).toEqual({ since: "2026-11-29T12:00:00Z", saw: "no database" });
  expect(boardAfter(board, told).batchesAway).toBeUndefined();
});
