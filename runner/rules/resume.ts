// Resume is one rule: a record of the same inputs is returned, of other inputs refused, none means run it.
import type { RowOf } from "../model/rows.ts";
import { digestOf } from "../model/canonical.ts";
import { ROLES, type RecordedPhase } from "../model/run.ts";
import type { Verdict } from "../model/stop.ts";

/** sha256 of RFC 8785 {phase, run_id, release, output_sha of every phase it takes}. */
export function inputSha(
  phase: RecordedPhase,
  runId: string,
  release: string,
  takes: readonly { phase: string; output_sha: string }[],
): string {
  return digestOf({
    phase,
    run_id: runId,
    release,
    takes: Object.fromEntries(takes.map((taken) => [taken.phase, taken.output_sha])),
  });
}

/** Whether the run has written units: what stands in the target afterwards is then the run's own. */
export const unitsWritten = (isRecorded: (phase: RecordedPhase) => boolean): boolean => isRecorded("cut_leg_a");

/** A row of phase_done as far as it is judged; `principal` is the session user that wrote it. */
export type PhaseRecord = Omit<RowOf<"read/phases-done">, "epoch" | "xid">;

/** Judges a found record: its own principal wrote it, from the same inputs. */
export function judgeRecord(record: PhaseRecord, wantedInput: string): Verdict {
  const principal = record.phase === "write_verify" ? ROLES.verify : ROLES.exec;
  if (record.principal !== principal) {
    return {
      code: "STOP_INVARIANT_FAILED",
      facts: {
        saw: `phase ${record.phase} was recorded by ${record.principal}`,
        wanted: `a record written by ${principal}`,
      },
    };
  }
  if (record.input_sha !== wantedInput) {
    return {
      code: "STOP_REPLAY_CONFLICT",
      facts: {
        saw: `phase ${record.phase} was recorded from inputs ${record.input_sha.slice(0, 12)}`,
        wanted: `the inputs of now, ${wantedInput.slice(0, 12)}`,
      },
    };
  }
  return undefined;
}
