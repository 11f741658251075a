// Times of a run: its own working time, the audit-debt deadline, the age of a backup. All in the units their names say.
import type { Verdict } from "../model/stop.ts";

/** Hours from leg A's commit within which ledger and verification must land (audit-debt rule of the requirements). */
const FINISH_WITHIN_HOURS = 24;

/** Working time of one process of a run, waits excluded; over the cap is STOP_OVER_HARD_CAP. */
export function judgeOwnTime(elapsedNs: bigint, capMinutes: number): Verdict {
  const minutes = Number(elapsedNs / 1_000_000_000n) / 60;
  if (minutes <= capMinutes) return undefined;
  return {
    code: "STOP_OVER_HARD_CAP",
    facts: {
      saw: `${minutes.toFixed(1)} minutes of own time`,
      wanted: `at most ${capMinutes}`,
      hint: "resume: what is recorded is not repeated",
    },
  };
}

/**
 * Time of one writing phase, from its connection to its record; approvals were checked to last that long. Over the cap
 * is STOP_OVER_HARD_CAP, rolled back.
 */
export function judgePhaseTime(phase: string, elapsedNs: bigint, capMinutes: number): Verdict {
  const minutes = Number(elapsedNs / 1_000_000n) / 60_000;
  if (minutes <= capMinutes) return undefined;
  return {
    code: "STOP_OVER_HARD_CAP",
    facts: {
      saw: `${phase} took ${minutes.toFixed(1)} minutes; nothing of it was kept`,
      wanted: `at most ${capMinutes}`,
      hint: "find out what the database waits for, then resume",
    },
  };
}

/** Deadline for phases 7-9 of a run whose leg A committed at `legA`. */
export function finishBy(legA: Date): Date {
  return new Date(legA.getTime() + FINISH_WITHIN_HOURS * 3_600_000);
}

/** Clocks of one database may be corrected by this much, not more. */
const CLOCK_SKEW_MINUTES = 2;

/**
 * True when a backup taken at `at` is older than the cap at database time `now`, or of a time that has not come: then a
 * clock was set back, and no age is known.
 */
export function backupTooOld(at: Date, now: Date, maxAgeMinutes: number): boolean {
  const minutes = (now.getTime() - at.getTime()) / 60_000;
  return minutes > maxAgeMinutes || minutes < -CLOCK_SKEW_MINUTES;
}

/** The part of a backup's life in which a wave must be written, by the pace of this database: the rest is for people. */
const WAVE_SHARE = 3 / 4;

/** The part of a backup's life in which a wave that is planned shares it: it must still be signed and written within it. */
const SHARED_SHARE = 1 / 3;

/** Minutes that the documents of one wave may take, and minutes that its backup is shared for while it is planned. */
export const waveMinutes = (maxAgeMinutes: number): { readonly work: number; readonly shared: number } => ({
  work: maxAgeMinutes * WAVE_SHARE,
  shared: maxAgeMinutes * SHARED_SHARE,
});
