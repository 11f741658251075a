// What a host tells a board, for tests: statuses, events and looks of a made-up host.
import type { BatchAnswer, BatchMemberAnswer, StatusJson, WatchedAnswer } from "../../runner/model/events.ts";
import { boardAfter, emptyBoard, type Board, type News } from "../../scripts/board/board-state.ts";

export const BOARD_NOW = new Date("2026-11-29T12:00:00Z");
const AT = "2026-11-29T11:59:58Z";
export const OPEN_RUN = "ictr-20261129T110000Z-0000000a";

/** An open run that waits for two signatures. */
export const statusOfRun = (over: Partial<StatusJson> = {}): StatusJson => ({
  schema_version: "1",
  run_id: OPEN_RUN,
  document_id: "MY-LAW",
  actor: "linh",
  host: "vmi",
  state: "awaiting_cut_authorization",
  last_stop: null,
  committed: "nothing",
  committed_text: "nothing in the target tables (5 phases recorded)",
  waiting_for: "the signatures of SG_1_cut_authz and EXECUTION",
  deadline: "2026-11-29T13:15:00Z",
  deadline_of: "signing EXECUTION; after it resume asks anew",
  safe_to_leave: true,
  safe_until: null,
  safe_text: "yes, without limit",
  next: `npm run fetch -- ${OPEN_RUN}`,
  or: `npm run resume -- ${OPEN_RUN}`,
  call: "operator",
  halted: [],
  holder: null,
  holder_until: null,
  closed: null,
  as_of: AT,
  now: AT,
  ...over,
});

export const watchedHost = (over: Partial<WatchedAnswer> = {}): WatchedAnswer => ({
  event: "watched",
  host: "vmi",
  at: AT,
  halts: [],
  signers: [{ run_id: OPEN_RUN, gate: "EXECUTION", until: "2026-11-29T13:15:00Z", persons: ["minh", "hoa"] }],
  backup_at: "2026-11-20T12:00:00Z",
  drill_at: null,
  backup_days: 7,
  unseen: [],
  ...over,
});

/** An event of a run as the host hands it on. */
export const saidByRun = (event: object, run_id = OPEN_RUN): object => ({
  run_id,
  position: 1,
  at: AT,
  pid: 7,
  ...event,
});

export const batchOfHost: BatchAnswer = {
  event: "batch",
  batch_id: "ictb-20261129T100000Z-0000000b",
  state: "batch_awaiting_cut_authz_set",
  host: "vmi",
  opened: AT,
  stopped: null,
  close_kind: null,
  close_reason: null,
  next: "npm run batch -- fetch ictb-20261129T100000Z-0000000b",
  documents: 12,
  enacted: 4,
  quarantined: 1,
  wave: 2,
  backup_minutes_left: 50,
  per_minute: 0.5,
  minutes_left: 16,
  throttle: "goes_on",
};

/** Typed, so that a member of the contract that is new is missed by the compiler and not by a page. */
export const batchMemberOfHost: BatchMemberAnswer = {
  event: "batch_member",
  batch_id: batchOfHost.batch_id,
  document_id: "LAW-7",
  standing: "quarantined",
  run_id: null,
  last_stop: "STOP_DRIFT",
  reason: null,
  wave: 1,
  units: 9,
  backup_minutes_left: null,
};

export const hostSaid = (event: object): News => ({ kind: "host", at: AT, event });
export const statusSaid = (over: Partial<StatusJson> = {}): News => ({
  kind: "status",
  at: AT,
  status: statusOfRun(over),
});

/** The board after this news, for the stack contabo. */
export const boardOf = (...news: readonly News[]): Board =>
  news.reduce(boardAfter, emptyBoard("contabo", "2026-11-29T11:59:00Z"));
