// The page of a batch that was closed: what it was asked for, what each wave came to, and every document with its run or the reason why it
// was set aside. Made of the records alone.
import type { WaveOutcome } from "../model/batch.ts";
import type { BatchAnswer, BatchMemberAnswer } from "../model/events.ts";
import type { EndedWave } from "../rules/batch-answer.ts";
import { code, facts, section, table, told, utc, type Document } from "./blocks.ts";

/** What became of each document of a wave, and when it ended. */
export interface ReportedWave extends EndedWave {
  readonly outcome: WaveOutcome;
  readonly at: Date;
}

/** `manifest_sha`, `actor` and `release` as the batch was opened with. */
export interface ReportedBatch {
  readonly manifest_sha: string;
  readonly actor: string;
  readonly release: string;
  readonly opened: Date;
  readonly closed: Date;
}

/** The whole page. */
export function batchReport(
  answer: BatchAnswer,
  members: readonly BatchMemberAnswer[],
  { batch, waves }: { readonly batch: ReportedBatch; readonly waves: readonly ReportedWave[] },
): Document {
  const aside = members.filter(({ standing }) => standing === "quarantined");
  const units = members.reduce((sum, one) => sum + (one.standing === "enacted" ? (one.units ?? 0) : 0), 0);
  return {
    title: ["Batch ", code(answer.batch_id)],
    run: answer.batch_id,
    opening: [
      facts([
        [
          "result",
          `${answer.close_kind ?? "open"}: ${answer.enacted} of ${answer.documents} documents enacted, ${aside.length} set aside`,
        ],
        ["reason", code(answer.close_reason ?? "")],
        ["units enacted", String(units)],
        ["host", code(answer.host)],
        ["opened", utc(batch.opened)],
        ["closed", utc(batch.closed)],
        ["opened by", code(batch.actor)],
        ["release", code(batch.release)],
        ["manifest", code(batch.manifest_sha)],
      ]),
      ...(aside.length === 0
        ? []
        : [told("alarm", `${aside.length} documents were set aside; each reason stands below.`)]),
    ],
    sections: [
      section(
        "Waves",
        table(
          ["wave", "ended", "enacted", "set aside", "outcome, as the next EXECUTION names it"],
          waves.map(({ wave, at, outcome, outcome_digest }) => [
            String(wave),
            utc(at),
            String(outcome.filter(([, , kind]) => kind === "closeout").length),
            String(outcome.filter(([, , kind]) => kind === "quarantined").length),
            code(outcome_digest),
          ]),
        ),
      ),
      section(
        "Documents",
        table(
          ["document", "wave", "units", "run", "where it stands", "why"],
          members.map(({ document_id, wave, units: count, run_id, standing, reason }) => [
            code(document_id),
            String(wave),
            count === null ? "" : String(count),
            run_id === null ? "" : code(run_id),
            standing === "quarantined" ? "set aside" : standing,
            reason === null ? "" : code(reason),
          ]),
        ),
      ),
    ],
  };
}
