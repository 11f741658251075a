// What people should be told about a host now, from what is recorded there: docs/notifications.md. Facts in, notices out; reads nothing.
import { DRILL_DAYS } from "../model/drill.ts";
import type { HaltFile } from "../model/halt-file.ts";
import type { Notice } from "../model/notice.ts";
import type { ApproverSet } from "../model/approvers.ts";
import { GATES, type Gate } from "../model/run.ts";
import type { StateJson } from "../model/state.ts";
import { TERM_SECONDS } from "../model/statement.ts";
import { STOPS, isStopCode } from "../model/stop.ts";
import {
  batchNotices,
  endingInBatches,
  runsOfHaltedBatches,
  runsOfOpenBatches,
  type EndingSignature,
  type SeenBatch,
} from "./batch-notices.ts";
import { operatorCommand, withStack } from "./operator-command.ts";
import { pendingOf, requestsOf, statusFromState, usableUntil, type Pending } from "./status.ts";

const DAY = 24 * 3_600_000;
/** Days before the end of a key, each told once, and the day it has ended. */
const KEY_DAYS = [30, 7, 0] as const;
/** The ordinary pauses: whoever may sign is told by a notice of its own. */
const PAUSES = ["STOP_APPROVAL_REQUIRED", "STOP_EXECUTION_NOT_AUTHORIZED", "STOP_HALTED"];
/** Stops that only a decision of those who sign SG_3 ends. */
const ESCALATED = ["STOP_TORN", "STOP_SG_3_REQUIRED"];

/** A halt file of this host: of one run, or of all; `said` undefined for one laid by hand, `laid` the file's own time. */
export interface SeenHalt {
  readonly run_id: string | null;
  readonly laid: Date;
  readonly said: HaltFile | undefined;
}

/** A key with its end; `person` null for the key of the backups, `expires` null for one without an end. */
export interface SeenKey {
  readonly person: string | null;
  readonly fingerprint: string;
  readonly expires: Date | null;
}

/** A run's state file; `silent`: its process is gone and never said how it ended. */
export interface SeenRun {
  readonly state: StateJson;
  readonly silent: boolean;
}

/** Everything a look at a host found. */
export interface HostSight {
  readonly host: string;
  /** How colleagues call the host's stack. */
  readonly stack: string;
  readonly now: Date;
  readonly runs: readonly SeenRun[];
  readonly halts: readonly SeenHalt[];
  readonly batches: readonly SeenBatch[];
  readonly persons: readonly Pick<ApproverSet["persons"][number], "id" | "gates">[];
  readonly keys: readonly SeenKey[];
  /** Newest proven backup and newest whole drill; null when there is none. */
  readonly backup: Date | null;
  readonly drill: Date | null;
  readonly backup_days: number;
  /** Seconds that an EXECUTION lasts on this host. */
  readonly execution_term: number;
  /** What could not be looked at, one sentence each. */
  readonly unseen: readonly string[];
}

/**
 * Every notice that holds now, whether it was told or not. `forHost` false: another machine tells what both know, and only what lies on
 * this one is left.
 */
export function noticesOf(sight: HostSight, forHost = true): Notice[] {
  const inBatch = runsOfOpenBatches(sight.batches);
  const [ofBatches, single] = [
    sight.runs.filter(({ state }) => inBatch.has(state.run_id)),
    sight.runs.filter(({ state }) => !inBatch.has(state.run_id)),
  ];
  return [
    ...single.flatMap(({ state }) => signatures(sight, state)),
    ...sight.runs.flatMap((run) => stopped(sight, run)),
    ...endingInBatches(
      sight,
      ofBatches.flatMap(({ state }) => endingOf(sight, state)),
    ),
    ...halts(sight),
    ...unseen(sight),
    ...(forHost ? [...batchNotices(sight), ...backups(sight), ...drills(sight), ...keys(sight)] : []),
  ];
}

const isGate = (word: string): word is Gate => GATES.some((gate) => gate === word);

/** Who may sign a gate. The two signatures of a cut are two persons', so whoever gave one is not asked for the other. */
export function signersOf({ persons }: Pick<HostSight, "persons">, state: StateJson, gate: string): string[] {
  const other = { SG_1_cut_authz: "EXECUTION", EXECUTION: "SG_1_cut_authz" }[gate];
  const signed = state.approvals
    .filter((row) => row.gate === other && row.used_phase === null)
    .map((row) => row.person);
  return persons
    .filter((person) => isGate(gate) && person.gates.includes(gate) && !signed.includes(person.id))
    .map((person) => person.id);
}

const minutes = (from: Date, to: number): string => {
  const left = Math.max(0, Math.round((to - from.getTime()) / 60_000));
  return left < 180 ? `${left} minutes` : `${Math.round(left / 60)} hours`;
};

/** How long a statement of a gate lasts here, in milliseconds. */
const termIn = ({ execution_term }: HostSight, gate: Gate): number =>
  (gate === "EXECUTION" ? execution_term : TERM_SECONDS[gate]) * 1000;

/** What a run has asked for in this pause and can still be signed, and what it was given and can still use. */
function asksOf(
  { now }: HostSight,
  state: StateJson,
): { readonly open: Pending[]; readonly given: StateJson["requests"] } {
  if (state.closed !== null || state.halts.length > 0) return { open: [], given: [] };
  return {
    open: pendingOf(state, now).filter((request) => Date.parse(request.approve_by) > now.getTime()),
    given: requestsOf(state).filter((request) => (usableUntil(state, request) ?? 0) > now.getTime()),
  };
}

/** Those of them whose last third has begun. */
function endingOf(sight: HostSight, state: StateJson): EndingSignature[] {
  const { open, given } = asksOf(sight, state);
  const all = [
    ...open.map(({ gate, approve_by }) => ({ gate, admitted: false, until: Date.parse(approve_by) })),
    ...given.map((request) => ({ gate: request.gate, admitted: true, until: usableUntil(state, request) ?? 0 })),
  ];
  return all.flatMap((one) => {
    if (!isGate(one.gate)) return [];
    const term = termIn(sight, one.gate);
    if (one.until - sight.now.getTime() >= term / 3) return [];
    return [{ ...one, term, run_id: state.run_id, persons: signersOf(sight, state, one.gate) }];
  });
}

function signatures(sight: HostSight, state: StateJson): Notice[] {
  const ending = endingOf(sight, state);
  const wanted = asksOf(sight, state).open.flatMap((request) => {
    const asked = signature(sight, state, request, "signature_wanted");
    return ending.some(({ gate, admitted }) => gate === request.gate && !admitted)
      ? [asked, signature(sight, state, request, "signature_expiring")]
      : [asked];
  });
  const admitted = ending.filter((one) => one.admitted).map((one) => admittedEnding(sight, state, one));
  return [...wanted, ...admitted];
}

function signature(
  sight: HostSight,
  state: StateJson,
  request: Pending,
  kind: "signature_wanted" | "signature_expiring",
): Notice {
  const { stack, now, host } = sight;
  const persons = signersOf(sight, state, request.gate);
  const left = minutes(now, Date.parse(request.approve_by));
  const what = `${request.gate} of ${state.document_id}`;
  const bundle = request.bundle.split("/").at(-1) ?? "";
  return {
    key: `${kind} ${state.run_id} ${request.gate} ${request.approve_by}`,
    kind,
    persons,
    run_id: state.run_id,
    subject: kind === "signature_wanted" ? `signature wanted: ${what}` : `${left} left to sign ${what}`,
    lines: [
      `Run ${state.run_id} on ${host} waits for the signature ${request.gate} of document ${state.document_id}.`,
      `It can be signed until ${request.approve_by}, that is for ${left}. After that the operator's resume asks anew.`,
      persons.length === 0
        ? "Nobody of the approver set may sign it."
        : `Who may sign: ${persons.join(", ")}. Read before you sign; the request is computed again on your machine.`,
    ],
    next: [
      withStack(`npm run fetch -- ${state.run_id}`, stack),
      `npm run approve -- bundles/${state.run_id}/${bundle}`,
    ],
  };
}

function admittedEnding(sight: HostSight, state: StateJson, { gate, until, persons }: EndingSignature): Notice {
  const left = minutes(sight.now, until);
  const end = new Date(until).toISOString();
  return {
    key: `signature_expiring ${state.run_id} ${gate} admitted ${end}`,
    kind: "signature_expiring",
    persons,
    run_id: state.run_id,
    subject: `${left} left to use the admitted ${gate} of ${state.document_id}`,
    lines: [
      `Run ${state.run_id} on ${sight.host} has the signature ${gate} and has not used it.`,
      `The run can begin to write with it until ${end}, that is for ${left}. After that a new signature over the same request renews it.`,
    ],
    next: [operatorCommand(`cutter orchestrate resume ${state.run_id}`, sight.stack)],
  };
}

function stopped(sight: HostSight, { state, silent }: SeenRun): Notice[] {
  const error = state.last_error;
  const status = statusFromState(state, sight.now);
  const run = `Run ${state.run_id} of document ${state.document_id} on ${sight.host}`;
  const told = {
    kind: "run_stopped" as const,
    run_id: state.run_id,
    next: [
      ...(status.next === null ? [] : [operatorCommand(status.next, sight.stack, state.run_id)]),
      operatorCommand(`cutter orchestrate status ${state.run_id}`, sight.stack),
    ].filter((one, index, all) => all.indexOf(one) === index),
  };
  const standing = [`Committed so far: ${status.committed_text}.`, `Safe to leave: ${safe(status)}.`];
  if (silent && state.closed === null)
    return [
      {
        ...told,
        key: `run_stopped ${state.run_id} silent ${state.lease.epoch ?? ""}`,
        persons: [],
        subject: `the process of ${state.run_id} is gone`,
        lines: [
          `${run}: its process is gone and did not say how it ended. What is committed is recorded.`,
          ...standing,
        ],
      },
    ];
  if (error === null || PAUSES.includes(error.stop_code)) return [];
  const title = isStopCode(error.stop_code) ? STOPS[error.stop_code].title : "a bug; send the run's runner.log";
  const persons = ESCALATED.includes(error.stop_code) ? signersOf(sight, state, "SG_3_failure_escalation") : [];
  return [
    {
      ...told,
      key: `run_stopped ${state.run_id} ${state.revision}`,
      persons,
      subject: `${state.document_id} stopped: ${title}`,
      lines: [
        `${run} stopped${error.phase === null ? "" : ` in ${error.phase}`} with ${error.stop_code}: ${title}.`,
        `It saw: ${error.message}.`,
        ...standing,
        ...(persons.length > 0 ? [`Who may decide (SG_3): ${persons.join(", ")}.`] : []),
      ],
    },
  ];
}

const safe = (status: { safe_text: string; safe_until: string | null }): string =>
  status.safe_until === null ? status.safe_text : `${status.safe_text} ${status.safe_until}`;

interface Halted {
  readonly key: string;
  readonly run_id: string | null;
  readonly halt_id: string | null;
  readonly words: string;
}

function halts(sight: HostSight): Notice[] {
  const files = sight.halts.map(({ run_id, said, laid }): Halted => ({
    key: said === undefined ? `file ${run_id ?? "every run"} ${laid.toISOString()}` : (said.halt_id ?? said.at),
    run_id,
    halt_id: said?.halt_id ?? null,
    words:
      said === undefined ? "by a file that somebody laid by hand" : `by ${said.actor} at ${said.at}: ${said.reason}`,
  }));
  const ofBatches = runsOfHaltedBatches(sight.batches);
  const rows = sight.runs
    .filter(({ state }) => state.closed === null)
    .flatMap(({ state }) =>
      state.halts
        .filter(({ every_run }) => every_run || !ofBatches.has(state.run_id))
        .map((row): Halted => ({
          key: row.halt_id,
          run_id: row.every_run ? null : state.run_id,
          halt_id: row.halt_id,
          words: `by ${row.actor} at ${row.at}: ${row.reason}`,
        })),
    );
  const persons = sight.persons.filter(({ gates }) => gates.includes("UNHALT")).map(({ id }) => id);
  const each = new Map([...rows, ...files].map((halt) => [halt.key, halt]));
  return [...each.values()].map((halt) => {
    const reach = halt.run_id === null ? "every run" : `run ${halt.run_id}`;
    const lift = `npm run unhalt -- ${halt.halt_id ?? ""}${halt.run_id === null ? "" : ` --run ${halt.run_id}`}`;
    return {
      key: `halted ${halt.key}`,
      kind: "halted",
      persons,
      run_id: halt.run_id,
      subject: `halted: ${reach} on ${sight.host}`,
      lines: [
        `A halt is in force on ${sight.host} for ${reach}, ${halt.words}.`,
        "Nothing more is written until one who may sign UNHALT lifts it. Find out why before you do.",
      ],
      next: [
        withStack(`npm run status${halt.run_id === null ? "" : ` -- ${halt.run_id}`}`, sight.stack),
        ...(halt.halt_id === null ? [] : [lift]),
      ],
    };
  });
}

/** Told again every seven days for as long as it holds. */
const week = (now: Date, since: Date): number => Math.floor((now.getTime() - since.getTime()) / (7 * DAY));
const days = (now: Date, since: Date): number => Math.floor((now.getTime() - since.getTime()) / DAY);

function backups({ now, backup, backup_days: limit, host, stack, runs }: HostSight): Notice[] {
  // A host that was never used has nothing to lose.
  if (backup === null ? runs.length === 0 : now.getTime() - backup.getTime() <= limit * DAY) return [];
  const age = backup === null ? "there is none" : `the newest is ${days(now, backup)} days old`;
  return [
    {
      key: backup === null ? "backup_old none" : `backup_old ${backup.toISOString()} ${week(now, backup)}`,
      kind: "backup_old",
      persons: [],
      run_id: null,
      subject: `no recent backup of ${host}: ${age}`,
      lines: [`Proven backups on ${host}: ${age}; wanted is one at most ${limit} days old.`],
      next: [operatorCommand("cutter backup run", stack)],
    },
  ];
}

function drills({ now, drill, backup, host, stack, runs }: HostSight): Notice[] {
  if (drill === null ? backup === null : now.getTime() - drill.getTime() <= DRILL_DAYS * DAY) return [];
  const age = drill === null ? "never" : `${days(now, drill)} days ago`;
  const since = drill ?? backup ?? now;
  const newest = runs
    .filter(({ state }) => state.backup !== null)
    .map(({ state }) => state.run_id)
    .sort()
    .at(-1);
  return [
    {
      key: `drill_old ${drill === null ? "never" : drill.toISOString()} ${drill === null ? "" : week(now, since)}`,
      kind: "drill_old",
      persons: [],
      run_id: null,
      subject: `a backup of ${host} was last restored ${age}`,
      lines: [
        `A whole backup of ${host} was last restored outside the host: ${age}; wanted is every ${DRILL_DAYS} days.`,
        "A backup that nobody can restore with today's key and programs is none.",
      ],
      next: newest === undefined ? [] : [withStack(`npm run restore-drill -- ${newest}`, stack)],
    },
  ];
}

function keys({ now, keys: seen, host, stack }: HostSight): Notice[] {
  return seen.flatMap(({ person, fingerprint, expires }): Notice[] => {
    if (expires === null) return [];
    const left = Math.ceil((expires.getTime() - now.getTime()) / DAY);
    const stage = KEY_DAYS.filter((limit) => left <= limit).at(-1);
    if (stage === undefined) return [];
    const whose = person === null ? "the key of the backups" : `the key of ${person}`;
    const end = left <= 0 ? `ended on ${expires.toISOString()}` : `ends in ${left} days, on ${expires.toISOString()}`;
    return [
      {
        key: `key_expiring ${fingerprint} ${expires.toISOString()} ${stage}`,
        kind: "key_expiring",
        persons: person === null ? [] : [person],
        run_id: null,
        subject: `${whose} ${left <= 0 ? "has ended" : `ends in ${left} days`}`,
        lines: [
          `On ${host}, ${whose} (${fingerprint}) ${end}.`,
          person === null
            ? "Without a key that can encrypt no backup is made, and without a backup no cut."
            : "Prolong it, or have another key of yours taken into the next approver set; what it signs after its end is refused.",
        ],
        next: [operatorCommand("cutter precheck", stack)],
      },
    ];
  });
}

// One a day: what cannot be looked at may stay so for long, and everything may have changed behind it.
function unseen({ unseen: sentences, now, host, stack }: HostSight): Notice[] {
  if (sentences.length === 0) return [];
  return [
    {
      key: `could_not_look ${now.toISOString().slice(0, 10)} ${sentences.join("; ")}`,
      kind: "could_not_look",
      persons: [],
      run_id: null,
      subject: `could not look at ${host}`,
      lines: ["Nothing is known about what stands behind this:", ...sentences],
      next: [operatorCommand("cutter precheck", stack)],
    },
  ];
}
