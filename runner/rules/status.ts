// What a person can do with a run now, by the table of docs/decisions/0060-status-and-reports.md. State file in, answer out; reads nothing.
import type { StatusJson } from "../model/events.ts";
import { ASKED_IN, type Gate } from "../model/run.ts";
import type { StateJson } from "../model/state.ts";
import { STOPS, isStopCode } from "../model/stop.ts";
import { parseState } from "./run-state.ts";
import { shellWord } from "./shell-word.ts";
import { finishBy } from "./times.ts";

/** How far the effects of a run have come. `unknown`: the answer to a COMMIT was lost and nobody has looked yet. */
export type Stage = "nothing" | "leg_a" | "enacted" | "reverted" | "torn" | "unknown";

/** What the caller saw outside the database: a halt file's name, and whether the lease's holder is a living process of this host. */
export interface Seen {
  readonly haltFile?: string | undefined;
  readonly holderAlive?: boolean | undefined;
}

/** Commands people paste; where it is known why, the reason stands in them. One place, because scripts on the operator's side replace some of them. */
const COMMANDS = {
  resume: (run: string) => `cutter orchestrate resume ${run}`,
  revert: (run: string) => `cutter orchestrate revert ${run} "<reason>"`,
  revertStuck: (run: string) => `cutter orchestrate revert ${run} "the run stops here every time"`,
  revertRevoked: (run: string) => `cutter orchestrate revert ${run} "revoked by a person"`,
  follow: (run: string) => `cutter orchestrate follow ${run}`,
  verify: (run: string) => `cutter orchestrate verify ${run}`,
  cut: (document: string) => `cutter orchestrate cut ${document}`,
  void: (run: string) => `cutter orchestrate void ${run} "<reason>"`,
  voidStuck: (run: string) => `cutter orchestrate void ${run} "the run stops here every time"`,
  voidRevoked: (run: string) => `cutter orchestrate void ${run} "revoked by a person"`,
  unhalt: (ids: string) => `npm run unhalt -- ${ids}`,
  unhaltRun: (ids: string, run: string) => `npm run unhalt -- ${ids} --run ${run}`,
  approve: (bundle: string) => `npm run approve -- ${shellWord(bundle)}`,
} as const;

/** From the text of state.json. STOP_COULD_NOT_LOOK when it is not one. */
export function statusFromText(text: string, now: Date, seen: Seen = {}): StatusJson {
  return statusFromState(parseState(text), now, seen);
}

/** What the answers of a status are made from. */
interface Known {
  readonly state: StateJson;
  readonly stage: Stage;
  readonly halted: readonly string[];
  readonly seen: Seen;
  readonly now: Date;
}

/** From a state file alone. `now` is the reader's clock; deadlines were written by the database's. */
export function statusFromState(state: StateJson, now: Date, seen: Seen = {}): StatusJson {
  const stage = stageOf(state);
  const halted = haltsOf(state, seen);
  const known: Known = { state, stage, halted, seen, now };
  const waiting = waitingFor(known);
  const deadline = state.closed === null ? deadlineOf(state, stage) : undefined;
  const safety = safetyOf(state, stage, now);
  return {
    schema_version: "1",
    run_id: state.run_id,
    document_id: state.document_id,
    actor: state.actor,
    host: state.host,
    state: state.state,
    last_stop: state.last_stop,
    committed: stage,
    committed_text: committedText(state, stage),
    waiting_for: waiting,
    deadline: deadline?.at ?? null,
    deadline_of: deadline?.of ?? null,
    ...safety,
    ...commandsOf(known),
    call: callOf(state, stage, halted),
    halted,
    ...holderOf(state, seen, now),
    closed: state.closed,
    as_of: state.written_at,
    now: now.toISOString(),
  };
}

/** Who works on the run: nobody once it is closed or its lease has ended, unless that process was seen alive. */
function holderOf(state: StateJson, seen: Seen, now: Date): Pick<StatusJson, "holder" | "holder_until"> {
  const { holder, expires_at } = state.lease;
  const ended =
    state.closed !== null ||
    (expires_at !== null && Date.parse(expires_at) <= now.getTime() && seen.holderAlive !== true);
  return ended ? { holder: null, holder_until: null } : { holder, holder_until: expires_at };
}

function stageOf(state: StateJson): Stage {
  if (state.state === "torn") return "torn";
  if (state.state === "ambiguous") return "unknown";
  if (state.phases.revert) return "reverted";
  if (state.phases.lifecycle_enact) return "enacted";
  return state.phases.cut_leg_a ? "leg_a" : "nothing";
}

/** Leg A is committed and the second principal has not judged it: only then a clock runs against the run. */
function auditDebt(state: StateJson, stage: Stage): Date | undefined {
  const legA = state.phases.cut_leg_a;
  return stage === "leg_a" && legA && !state.phases.write_verify ? finishBy(new Date(legA.at)) : undefined;
}

function committedText(state: StateJson, stage: Stage): string {
  const done = Object.keys(state.phases).length;
  switch (stage) {
    case "nothing":
      return `nothing in the target tables (${done} phases recorded)`;
    case "leg_a":
      return (
        `units as drafts${state.phases.leg_b_record ? ", ledger rows" : ""}` +
        `${state.phases.write_verify ? ", the second principal's verdict" : ""}; ` +
        "nothing enacted"
      );
    case "enacted":
      return `units enacted, ledger rows, verdict${state.phases.closeout ? "; closed out" : "; closeout still to come"}`;
    case "reverted":
      return "nothing that counts: the drafts are set aside and their addresses are free";
    case "torn":
      return "rows that no record explains";
    case "unknown":
      return "not known: the answer to a COMMIT was lost";
  }
}

function haltsOf(state: StateJson, seen: Seen): string[] {
  const rows = state.halts.map(
    (halt) =>
      `halt ${halt.halt_id}${halt.every_run ? " of every run" : ""} by ${halt.actor} at ${halt.at}: ${halt.reason}`,
  );
  return seen.haltFile === undefined ? rows : [...rows, `the file ${seen.haltFile}`];
}

/** A request that nobody has signed yet, or whose admission can no longer be used. */
export type Pending = Pick<StateJson["requests"][number], "gate" | "bundle" | "approve_by">;

/** Newest request of each gate of the present pause. */
export function requestsOf(state: StateJson): StateJson["requests"] {
  const gates: Readonly<Partial<Record<StateJson["state"], readonly Gate[]>>> = ASKED_IN;
  return (gates[state.state] ?? []).flatMap((gate) =>
    state.requests.filter((request) => request.gate === gate).slice(-1),
  );
}

/** The last moment an effect may begin with an admitted, unused statement over a request's payload; undefined when there is none. */
export function usableUntil(state: StateJson, request: StateJson["requests"][number]): number | undefined {
  const ends = state.approvals
    .filter((row) => row.gate === request.gate && row.payload_sha === request.payload_sha && row.used_phase === null)
    .map((row) => Date.parse(row.use_by) - state.phase_cap_seconds * 1000);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** The requests of the present pause that wait for a signature. */
export function pendingOf(state: StateJson, now: Date): Pending[] {
  return requestsOf(state).filter(
    (request) => (usableUntil(state, request) ?? Number.NEGATIVE_INFINITY) <= now.getTime(),
  );
}

function deadlineOf(state: StateJson, stage: Stage): { at: string; of: string } | undefined {
  const debt = auditDebt(state, stage);
  if (debt) return { at: debt.toISOString(), of: "ledger and verification; after it only a revert" };
  const ends = requestsOf(state).map((request) => {
    const until = usableUntil(state, request);
    return until === undefined
      ? { at: request.approve_by, of: `signing ${request.gate}; after it resume asks anew` }
      : { at: new Date(until).toISOString(), of: `the admitted ${request.gate}; after it a new signature renews` };
  });
  return ends.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];
}

function waitingFor({ state, stage, halted, seen, now }: Known): string | null {
  if (state.closed !== null) return null;
  if (stage === "torn") return "an SG_3 decision: hold, compensate or void";
  if (halted.length > 0)
    return `the end of ${halted.length === 1 ? "a halt" : `${halted.length} halts`}, by a signed UNHALT`;
  if (seen.holderAlive === true) return `the process ${state.lease.holder ?? "that holds the lease"}, which is at work`;
  const gates = pendingOf(state, now).map((request) => request.gate);
  if (gates.length > 0) return `${gates.length === 1 ? "the signature" : "the signatures"} of ${gates.join(" and ")}`;
  return null;
}

function safetyOf(
  state: StateJson,
  stage: Stage,
  now: Date,
): Pick<StatusJson, "safe_to_leave" | "safe_until" | "safe_text"> {
  if (stage === "torn")
    return { safe_to_leave: false, safe_until: null, safe_text: "no: held, nothing moves until an SG_3 decision" };
  if (stage === "unknown")
    return { safe_to_leave: false, safe_until: null, safe_text: "no: resume reads what is true" };
  const debt = auditDebt(state, stage);
  if (!debt) return { safe_to_leave: true, safe_until: null, safe_text: "yes, without limit" };
  return now.getTime() < debt.getTime()
    ? { safe_to_leave: true, safe_until: debt.toISOString(), safe_text: "yes, until" }
    : { safe_to_leave: false, safe_until: debt.toISOString(), safe_text: "no, overdue since" };
}

function commandsOf({ state, stage, halted, seen, now }: Known): Pick<StatusJson, "next" | "or"> {
  const run = state.run_id;
  if (state.closed !== null)
    return { next: stage === "enacted" ? COMMANDS.verify(run) : COMMANDS.cut(state.document_id), or: null };
  // No command of one person ends these two; WAITING FOR and CALL say who can.
  if (stage === "torn") return { next: null, or: null };
  if (halted.length > 0) return { next: unhaltOf(state), or: null };
  if (seen.holderAlive === true) return { next: COMMANDS.follow(run), or: null };
  const debt = auditDebt(state, stage);
  if (debt && debt.getTime() <= now.getTime()) return { next: COMMANDS.revert(run), or: null };
  const [pending] = pendingOf(state, now);
  const undo = undoOf(run, stage);
  // Going on would only stop there again: what is refused is the text or the plan, and that is cut anew.
  if (isStartedOnly(stage) && isForGood(state.last_stop))
    return {
      next: stage === "nothing" ? COMMANDS.voidStuck(run) : COMMANDS.revertStuck(run),
      or: COMMANDS.resume(run),
    };
  // A request past its time can no longer be signed; resume writes a new one.
  if (pending && Date.parse(pending.approve_by) > now.getTime())
    return { next: COMMANDS.approve(pending.bundle), or: COMMANDS.resume(run) };
  // A person revoked the run, so nothing is asked any more: only the way back is left.
  if (isStartedOnly(stage) && state.last_stop === "STOP_APPROVAL_REVOKED" && requestsOf(state).length === 0)
    return { next: stage === "nothing" ? COMMANDS.voidRevoked(run) : COMMANDS.revertRevoked(run), or: null };
  // The second principal disagrees: going on would only repeat that, unless somebody mends what it saw.
  if (stage === "leg_a" && state.last_stop === "STOP_VERIFY_FAILED")
    return { next: COMMANDS.revert(run), or: COMMANDS.resume(run) };
  // The drafts are set aside but the run is not closed: the same verb finishes.
  return stage === "reverted" ? { next: undo, or: COMMANDS.void(run) } : { next: COMMANDS.resume(run), or: undo };
}

/** Stops that the same run meets again however often it is resumed. */
const FOR_GOOD: ReadonlySet<string> = new Set(["STOP_REFUSED_INPUT", "STOP_DOCUMENT_UNKNOWN", "STOP_REPLAY_CONFLICT"]);
/** Nothing is enacted or set aside: the run can still be voided or reverted. */
const isStartedOnly = (stage: Stage): boolean => stage === "nothing" || stage === "leg_a";
const isForGood = (stop: string | null): boolean => stop !== null && FOR_GOOD.has(stop);

/** Halts of the run itself first, then those of every run: one statement has one reach. A file alone names no halt to lift. */
function unhaltOf({ run_id, halts }: StateJson): string | null {
  const own = halts.filter((halt) => !halt.every_run);
  const lifted = own.length > 0 ? own : halts;
  if (lifted.length === 0) return null;
  const ids = lifted.map((halt) => halt.halt_id).join(" ");
  return own.length > 0 ? COMMANDS.unhaltRun(ids, run_id) : COMMANDS.unhalt(ids);
}

function undoOf(run: string, stage: Stage): string | null {
  if (stage === "nothing") return COMMANDS.void(run);
  return stage === "leg_a" || stage === "reverted" ? COMMANDS.revert(run) : null;
}

function callOf(state: StateJson, stage: Stage, halted: readonly string[]): StatusJson["call"] {
  if (state.closed !== null) return null;
  if (stage === "torn" || halted.length > 0) return "approver";
  return state.last_stop !== null && isStopCode(state.last_stop) ? STOPS[state.last_stop].call : "operator";
}
