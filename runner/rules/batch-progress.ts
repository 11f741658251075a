// Where a batch stands and what its next legs are, from what the database recorded alone. Asked again it answers the same, so a queue that
// was lost is made anew from it.
import type { BatchId, BatchState, LegName } from "../model/batch.ts";
import { ASKED_IN, type Gate } from "../model/run.ts";

/** A member as the records tell it. `admitted`: gates with an unused admission that is in its time. */
export interface MemberFacts {
  readonly document_id: string;
  readonly ordinal: number;
  readonly wave: number;
  readonly run_id: string | null;
  readonly run_state: string | null;
  readonly close_kind: string | null;
  readonly last_stop: string | null;
  readonly quarantined: boolean;
  readonly reason: string | null;
  readonly admitted: readonly string[];
  /** A person signed that its run ends: it is set aside by its next leg. */
  readonly revoked: boolean;
}

/** A batch as the records tell it; `ended_waves`: those whose outcome is recorded. */
export interface BatchFacts {
  readonly batch_id: BatchId;
  readonly close_kind: string | null;
  /** Why it stands still; null while it may go on. */
  readonly stopped: string | null;
  readonly members: readonly MemberFacts[];
  readonly ended_waves: readonly number[];
}

/** Where one member stands. */
const STANDINGS = [
  "waiting",
  "planning",
  "asks_cut",
  "may_cut",
  "writing",
  "asks_enact",
  "may_enact",
  "enacting",
  "enacted",
  "quarantined",
] as const;
export type Standing = (typeof STANDINGS)[number];

/** Whether a document has come as far as this; one that was set aside has come nowhere. */
export const isAtLeast = (standing: Standing, least: Standing): boolean =>
  standing !== "quarantined" && STANDINGS.indexOf(standing) >= STANDINGS.indexOf(least);

const WRITING = ["cut_leg_a_committed", "structural_verified", "leg_b_recorded", "write_verified"];
const ENACTING = ["lifecycle_enacted", "closeout_reported"];

/** The run was tried with what is admitted and asked anew, as after a backup that grew too old: the admission in hand is no help. */
const REFUSED: readonly (string | null)[] = [
  "STOP_APPROVAL_INVALID",
  "STOP_APPROVAL_EXPIRED",
  "STOP_APPROVAL_CONSUMED",
  "STOP_APPROVAL_REVOKED",
  "STOP_EXECUTION_NOT_AUTHORIZED",
];

/** The gates that a document of this standing waits for. */
export const WAITS_FOR = {
  asks_cut: ASKED_IN.awaiting_cut_authorization,
  asks_enact: ASKED_IN.awaiting_lifecycle_authorization,
} as const satisfies Readonly<Partial<Record<Standing, readonly Gate[]>>>;

/** One member's standing. A run that was voided or reverted beside the batch is planned again. */
export function standingOf(member: MemberFacts): Standing {
  if (member.quarantined) return "quarantined";
  if (member.close_kind === "closeout") return "enacted";
  if (member.run_state === null || member.close_kind !== null) return "waiting";
  const holds = (gates: readonly Gate[]): boolean =>
    !REFUSED.includes(member.last_stop) && gates.every((gate) => member.admitted.includes(gate));
  if (member.run_state === "awaiting_cut_authorization") return holds(WAITS_FOR.asks_cut) ? "may_cut" : "asks_cut";
  if (member.run_state === "awaiting_lifecycle_authorization")
    return holds(WAITS_FOR.asks_enact) ? "may_enact" : "asks_enact";
  if (WRITING.includes(member.run_state)) return "writing";
  return ENACTING.includes(member.run_state) ? "enacting" : "planning";
}

/** The wave that is worked at: the first whose outcome is not recorded; undefined when all are. */
export function currentWave({ members, ended_waves }: BatchFacts): number | undefined {
  return [...new Set(members.map(({ wave }) => wave))]
    .sort((one, other) => one - other)
    .find((wave) => !ended_waves.includes(wave));
}

/** Standings of the members of one wave, in their order. */
export const inWave = (facts: BatchFacts, wave: number): readonly MemberFacts[] =>
  facts.members.filter((member) => member.wave === wave);

/** The state of the seeds that a batch is in: that of the member of its current wave that is least far. */
export function batchState(facts: BatchFacts): BatchState {
  if (facts.close_kind !== null) return facts.close_kind === "done" ? "batch_done" : "batch_failed";
  const wave = currentWave(facts);
  if (wave === undefined) return "batch_closeout";
  const standings = inWave(facts, wave)
    .map(standingOf)
    .filter((standing) => standing !== "quarantined");
  if (standings.length === 0) return "batch_closeout";
  if (wave === 0 && standings.every((standing) => standing === "waiting")) return "batch_pending";
  const least = standings.reduce((one, other) => (STANDINGS.indexOf(other) < STANDINGS.indexOf(one) ? other : one));
  return STATE_OF[least];
}

const STATE_OF: Readonly<Record<Standing, BatchState>> = {
  waiting: "batch_planning",
  planning: "batch_planning",
  asks_cut: "batch_awaiting_cut_authz_set",
  may_cut: "batch_writing",
  writing: "batch_writing",
  asks_enact: "batch_awaiting_lifecycle_authz_set",
  may_enact: "batch_enacting",
  enacting: "batch_enacting",
  enacted: "batch_closeout",
  quarantined: "batch_closeout",
};

/** A run that was tried with what is admitted and waits again is tried a second time only when somebody asks for it. */
const FRESH: readonly (string | null)[] = [null, "STOP_APPROVAL_REQUIRED"];

/**
 * Legs that may be done now. Planning and closing of the current wave come by themselves; a member is cut or enacted when its signatures
 * are admitted, or when a process died in the middle of it. `asked`: a person asked, so that whoever waits is tried again and writes a
 * new request where the old one has expired. A batch that stands still or is closed has none.
 */
export function nextLegs(facts: BatchFacts, asked = false): LegName[] {
  if (facts.close_kind !== null || facts.stopped !== null) return [];
  const name = (kind: LegName["kind"], what: string): LegName => ({ batch_id: facts.batch_id, kind, what });
  const wave = currentWave(facts);
  // Whoever recorded the last outcome came no further: the batch is still to be closed.
  if (wave === undefined) return [name("close", String(Math.max(...facts.ended_waves)))];
  const members = inWave(facts, wave);
  const standings = members.map(standingOf);
  if (standings.every((standing) => standing === "enacted" || standing === "quarantined"))
    return [name("close", String(wave))];
  const own = members.flatMap((member) => legOf(member, asked).map((kind) => name(kind, member.document_id)));
  const unplanned = standings.some((standing) => standing === "waiting" || standing === "planning");
  return unplanned ? [name("plan", String(wave)), ...own] : own;
}

function legOf(member: MemberFacts, asked: boolean): ("cut" | "enact")[] {
  const may = asked || FRESH.includes(member.last_stop) || member.revoked;
  switch (standingOf(member)) {
    case "writing":
      return ["cut"];
    case "enacting":
      return ["enact"];
    case "may_cut":
      return may ? ["cut"] : [];
    case "may_enact":
      return may ? ["enact"] : [];
    case "asks_cut":
      return asked || member.revoked ? ["cut"] : [];
    case "asks_enact":
      return asked || member.revoked ? ["enact"] : [];
    default:
      return [];
  }
}
