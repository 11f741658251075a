// What a batch's records become for whoever asks: one answer for the batch, one for each document, and the next command.
import type { LoadVerdict } from "./throttle.ts";
import type { BatchAnswer, BatchMemberAnswer, BatchWaveAnswer } from "../model/events.ts";
import {
  batchState,
  currentWave,
  isAtLeast,
  nextLegs,
  standingOf,
  type BatchFacts,
  type MemberFacts,
  type Standing,
} from "./batch-progress.ts";

/** The rows an answer is made from. */
export interface AnsweredBatch {
  readonly facts: BatchFacts;
  readonly batch: {
    readonly host: string;
    readonly opened: Date;
    readonly close_reason: string | null;
    readonly now: Date;
    /** Halts of the batch that no UNHALT has lifted, as `npm run unhalt` wants them: `<id> --run <run>`. */
    readonly halts_in_force: readonly string[];
  };
  readonly members: readonly (MemberFacts & { readonly units: number | null; readonly backed_up: Date | null })[];
  readonly maxAgeMinutes: number;
  /** Seconds a document takes by this database's last runs; null before the first. */
  readonly secondsEach: number | null;
  readonly load: LoadVerdict;
  /** What a worker says of this batch that it holds back; it knows how long transactions of others have run. */
  readonly heldBack: string | undefined;
}

/** How a batch stands as a whole, for its answer and for state.json. */
export function batchTotals(
  facts: BatchFacts,
): Pick<BatchAnswer, "state" | "wave" | "documents" | "enacted" | "quarantined" | "stopped" | "close_kind"> {
  const standings = facts.members.map(standingOf);
  return {
    state: batchState(facts),
    wave: currentWave(facts) ?? Math.max(...facts.members.map(({ wave }) => wave)),
    documents: facts.members.length,
    enacted: standings.filter((standing) => standing === "enacted").length,
    quarantined: standings.filter((standing) => standing === "quarantined").length,
    stopped: facts.stopped,
    close_kind: facts.close_kind,
  };
}

/** The answer for the whole batch. */
export function batchAnswer({
  facts,
  batch,
  members,
  maxAgeMinutes,
  secondsEach,
  load,
  heldBack,
}: AnsweredBatch): BatchAnswer {
  const standings = facts.members.map(standingOf);
  return {
    event: "batch",
    batch_id: facts.batch_id,
    ...batchTotals(facts),
    host: batch.host,
    opened: batch.opened.toISOString(),
    close_reason: batch.close_reason,
    backup_minutes_left: backupLeft(members, { now: batch.now, maxAgeMinutes }),
    ...paceOf(standings, facts.close_kind === null ? secondsEach : null),
    throttle: heldBack ?? (load.kind === "goes_on" ? load.kind : `${load.kind}: ${load.why}`),
    next: nextCommand(facts, standings, batch.halts_in_force),
  };
}

/** Minutes that the oldest backup of those that wait to be written is good for; null when none waits. */
function backupLeft(
  members: AnsweredBatch["members"],
  { now, maxAgeMinutes }: { readonly now: Date; readonly maxAgeMinutes: number },
): number | null {
  const waiting = members.filter((member) => ["asks_cut", "may_cut"].includes(standingOf(member)));
  const taken = waiting.flatMap(({ backed_up }) => (backed_up === null ? [] : [backed_up.getTime()]));
  if (taken.length === 0) return null;
  return Math.max(0, maxAgeMinutes - Math.ceil((now.getTime() - Math.min(...taken)) / 60_000));
}

/** One answer for each wave, in their order. */
export function waveAnswers(answered: AnsweredBatch & { readonly waves: readonly EndedWave[] }): BatchWaveAnswer[] {
  const { facts, members, batch, maxAgeMinutes, secondsEach, waves } = answered;
  return [...new Set(members.map(({ wave }) => wave))]
    .sort((one, other) => one - other)
    .map((wave) => {
      const own = members.filter((member) => member.wave === wave);
      const standings = own.map(standingOf);
      const reached = (least: Standing): number => standings.filter((standing) => isAtLeast(standing, least)).length;
      const written = reached("writing");
      return {
        event: "batch_wave",
        batch_id: facts.batch_id,
        wave,
        documents: own.length,
        planned: reached("asks_cut"),
        signed: reached("may_cut"),
        written,
        verified: reached("asks_enact"),
        enacted: reached("enacted"),
        quarantined: standings.filter((standing) => standing === "quarantined").length,
        ...paceOf(standings, facts.close_kind === null ? secondsEach : null),
        backup_minutes_left: backupLeft(own, { now: batch.now, maxAgeMinutes }),
        outcome_digest: waves.find((one) => one.wave === wave)?.outcome_digest ?? null,
      };
    });
}

/** A wave whose outcome is recorded. */
export interface EndedWave {
  readonly wave: number;
  readonly outcome_digest: string;
}

/** Machine time alone, for every document that is not done as if it had just begun. */
function paceOf(
  standings: readonly string[],
  seconds: number | null,
): Pick<BatchAnswer, "per_minute" | "minutes_left"> {
  if (seconds === null || seconds <= 0) return { per_minute: null, minutes_left: null };
  const left = standings.filter((standing) => standing !== "enacted" && standing !== "quarantined").length;
  return { per_minute: Math.round(600 / seconds) / 10, minutes_left: Math.ceil((left * seconds) / 60) };
}

/** The command a person signs the UNHALT of one halt with. */
export const unhaltCommand = (halt: string): string => `npm run unhalt -- ${halt}`;

/**
 * What a person does next: whatever the batch does by itself is followed first, then people are asked. Without either, a document waits
 * with what was tried before: only a person tries it again.
 */
function nextCommand(facts: BatchFacts, standings: readonly string[], halts: readonly string[]): string | null {
  const id = facts.batch_id;
  if (facts.close_kind !== null) return null;
  if (facts.stopped !== null && halts[0] !== undefined) return unhaltCommand(halts[0]);
  if (facts.stopped !== null) return `cutter orchestrate batch void ${id} "<reason>"`;
  if (nextLegs(facts).length > 0) return `cutter orchestrate batch follow ${id}`;
  // Approving what is fetched names the resume.
  if (standings.some((standing) => standing === "asks_cut" || standing === "asks_enact"))
    return `npm run batch -- fetch ${id}`;
  return `cutter orchestrate batch resume ${id}`;
}

/** One answer for each document, in the order of work. */
export const memberAnswers = ({
  facts,
  members,
  batch: { now },
  maxAgeMinutes,
}: Pick<AnsweredBatch, "facts" | "members" | "maxAgeMinutes"> & {
  readonly batch: Pick<AnsweredBatch["batch"], "now">;
}): BatchMemberAnswer[] =>
  members.map((member) => ({
    event: "batch_member",
    batch_id: facts.batch_id,
    document_id: member.document_id,
    standing: standingOf(member),
    run_id: member.run_id,
    last_stop: member.last_stop,
    reason: member.reason,
    wave: member.wave,
    units: member.units,
    backup_minutes_left: backupLeft([member], { now, maxAgeMinutes }),
  }));
