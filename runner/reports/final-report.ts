// The report `12-final-report`: the whole run on one page, made of its records.
import { backupOutput } from "../model/backup-receipt.ts";
import {
  closeoutOutput,
  cutplanOutput,
  enactOutput,
  grantProbeOutput,
  sourcePinOutput,
  writeVerifyOutput,
} from "../model/outputs.ts";
import { PHASES, type RecordedPhase } from "../model/run.ts";
import type { PhaseRecord } from "../rules/resume.ts";
import {
  bullets,
  byName,
  code,
  codes,
  facts,
  list,
  section,
  table,
  text,
  utc,
  type Bars,
  type Block,
} from "./blocks.ts";
import type { ReportedAdmission, ReportedReceipt } from "./phase-body.ts";
import { reportName } from "./phase-report.ts";
import { baselineTable, receiptTable } from "./reading-phases.ts";
import { reportOf, type Report, type ReportedRun } from "./report-head.ts";
import { peopleTable } from "./writing-phases.ts";

/**
 * `phases`: every record of the run; `proves`: names of invariants by phase; `journal_head`: digest of the journal entry that recorded
 * closeout; the entry of the closing itself comes later and would make the report differ with the hour.
 */
export interface FinalReportFacts {
  readonly run: ReportedRun;
  readonly phases: readonly PhaseRecord[];
  readonly proves: Readonly<Partial<Record<RecordedPhase, readonly string[]>>>;
  readonly receipts: readonly ReportedReceipt[];
  readonly admissions: readonly ReportedAdmission[];
  readonly journal_head: string;
}

/** The last document of a run that is closed out. Throws (a bug) when a phase it tells of is not recorded. */
export function finalReport(given: FinalReportFacts): Report {
  const { run } = given;
  const of = <O>(phase: RecordedPhase, schema: { parse(value: unknown): O }): O =>
    schema.parse(recordOf(given, phase).output);
  const closed = recordOf(given, "closeout");
  const [source, plan] = [of("source_pin", sourcePinOutput), of("cutplan", cutplanOutput)];
  const [verified, enacted] = [of("write_verify", writeVerifyOutput), of("lifecycle_enact", enactOutput)];
  const closeout = of("closeout", closeoutOutput);
  const again = enacted.observed_digest === verified.observed_digest;
  // Closeout lists what colleagues edited first and repeats the environment's findings after it.
  const { findings: environment } = of("grant_probe", grantProbeOutput);
  const others = closeout.findings.filter((text) => !environment.includes(text));
  return reportOf(
    run,
    {
      title: "12-final-report",
      at: closed.at,
      gate: "all",
      letter: "A",
      result: `${closeout.final_state}, ${enacted.enacted} of ${plan.candidate_count} units enacted`,
      mutation: "as in the table of rows below, every transaction together with its record",
      next: "none",
    },
    [
      section(
        "What was cut",
        facts([
          ...codes(source, ["source_version_id", "region_sha"]),
          ["writer_digest", code(plan.writer_digest)],
          ["units", String(plan.candidate_count)],
          ["observed_digest", code(verified.observed_digest)],
          ["observed again at enactment", again ? "equal" : code(enacted.observed_digest)],
          ["review decision", code(enacted.review_decision_id)],
          ["closeout summary_sha", code(closeout.summary_sha)],
        ]),
      ),
      section("Phases", phaseTable(given)),
      section("Rows before and after", rowTable(of("pre_write_backup", backupOutput).content_digests, closeout.counts)),
      section("Other documents when the run began", baselineTable(source.baseline)),
      section("The same documents at the end", others.length === 0 ? text("byte-equal, every one") : bullets(others)),
      section("Findings in the environment", bullets(environment)),
      section("Backup, each proven by a restore", receiptTable(given.receipts)),
      section("People who signed", peopleTable(given.admissions)),
      section("How to verify later", verifySteps(run.run_id, given.journal_head)),
    ],
  );
}

function recordOf(given: FinalReportFacts, phase: RecordedPhase): PhaseRecord {
  const record = given.phases.find((item) => item.phase === phase);
  if (!record) throw new TypeError(`the final report needs the record of ${phase}`);
  return record;
}

/** Times are those of the records; the seconds run from the record before, so a pause counts to the phase after it. */
function phaseTable(given: FinalReportFacts): Block {
  let before = given.run.opened;
  const timed = PHASES.map((phase) => {
    const record = recordOf(given, phase);
    const began = before;
    before = record.at;
    return { phase, record, began };
  });
  const secondsOf = ({ began, record }: (typeof timed)[number]): number =>
    (record.at.getTime() - began.getTime()) / 1000;
  const bars: Bars = {
    column: 2,
    lengths: timed.map((row) => secondsOf(row) - waitedSeconds(given, row)),
    legend: "A bar is the time a phase took, without what it waited for its signatures.",
  };
  return table(
    ["phase", "recorded", "seconds since the one before", "invariants", "by", "output sha"],
    timed.map((row) => {
      const { phase, record } = row;
      const proven = given.proves[phase]?.length;
      return [
        reportName(phase),
        utc(record.at),
        secondsOf(row).toFixed(1),
        proven === undefined ? "not counted" : `${proven}/${proven}`,
        code(record.principal),
        code(record.output_sha),
      ];
    }),
    bars,
  );
}

/** From the record before to the last signature that the phase used. */
function waitedSeconds(
  { admissions }: FinalReportFacts,
  { phase, record, began }: { readonly phase: RecordedPhase; readonly record: PhaseRecord; readonly began: Date },
): number {
  const signed = admissions.filter((row) => row.used_phase === phase).map((row) => row.valid_from.getTime());
  const last = Math.min(Math.max(began.getTime(), ...signed), record.at.getTime());
  return (last - began.getTime()) / 1000;
}

/** Before: as the backup's own snapshot counted; after: as closeout counted. What others wrote meanwhile is in the difference too. */
function rowTable(before: Readonly<Record<string, { rows: number }>>, after: Readonly<Record<string, number>>): Block {
  const counted = (rows: number | undefined): string => (rows === undefined ? "not read" : String(rows));
  return table(
    ["table", "before", "after", "difference"],
    Object.entries({ ...before, ...after })
      .sort(byName)
      .map(([name]) => {
        const [was, is] = [before[name]?.rows, after[name]];
        const difference = was === undefined || is === undefined ? "not known" : `${is >= was ? "+" : ""}${is - was}`;
        return [code(name), counted(was), counted(is), difference];
      }),
  );
}

const verifySteps = (runId: string, closeoutEntry: string): Block =>
  list([
    [
      code(`cutter orchestrate verify ${runId}`),
      " reads the rows again, read-only, and compares them with the records.",
    ],
    [
      code(`cutter journal verify ${runId}`),
      " walks the hash chain; its entry of closeout must be ",
      code(closeoutEntry),
      ".",
    ],
    [
      "The signed statements and their signatures lie in ",
      code("approvals/"),
      "; the admitted bytes also in cutter_runtime.admission.",
    ],
    ["The encrypted backup is ", code(`backups/${runId}.sql.gpg`), "; only the holder of the private key can open it."],
  ]);
