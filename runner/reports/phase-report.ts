// One document for each recorded phase: `01-source-pin-<day>.md` to `11-closeout-<day>.md`, and `revert-<day>.md`.
// Made of recorded values only, never of the clock: a report made again on resume is the same report.
import { PHASES, STATE_AFTER, type RecordedPhase } from "../model/run.ts";
import type { PhaseRecord } from "../rules/resume.ts";
import { code, facts, list, section } from "./blocks.ts";
import type { BodyWriter, ReportedAdmission, ReportedReceipt } from "./phase-body.ts";
import { READING_PHASES } from "./reading-phases.ts";
import { reportOf, type Report, type ReportedRun } from "./report-head.ts";
import { WRITING_PHASES } from "./writing-phases.ts";

const BODIES: Readonly<Record<RecordedPhase, BodyWriter>> = { ...READING_PHASES, ...WRITING_PHASES };

/** `proves`: names of the invariants the phase proves; its record exists only if all of them held. */
export interface PhaseReportFacts {
  readonly run: ReportedRun;
  readonly phase: RecordedPhase;
  readonly record: PhaseRecord;
  readonly proves: readonly string[];
  readonly receipts: readonly ReportedReceipt[];
  readonly admissions: readonly ReportedAdmission[];
}

/** The report of one phase. Throws ZodError (a bug) when the record does not fit the phase's output. */
export function phaseReport({ run, phase, record, proves, receipts, admissions }: PhaseReportFacts): Report {
  const body = BODIES[phase](record.output, { at: record.at, receipts, admissions });
  const name = reportName(phase);
  return reportOf(
    run,
    {
      title: name,
      at: record.at,
      gate: `IG_${phase}`,
      letter: body.letter ?? "A",
      result: `${STATE_AFTER[phase]}, ${proves.length}/${proves.length} invariants passed`,
      mutation: body.mutation,
      next: body.next,
    },
    [
      section(
        "Recorded",
        facts([
          ...body.facts,
          ["principal", code(record.principal)],
          ["input_sha", code(record.input_sha)],
          ["output_sha", code(record.output_sha)],
        ]),
      ),
      section("Invariants", list(proves.map((one) => [code(one), ": holds"]))),
      ...(body.sections ?? []),
    ],
  );
}

/** `06-cut-leg-a` for a phase of the flow, `revert` for the other one. */
export function reportName(phase: RecordedPhase): string {
  const position = PHASES.findIndex((name) => name === phase);
  return position < 0 ? phase : `${String(position + 1).padStart(2, "0")}-${phase.replaceAll("_", "-")}`;
}
