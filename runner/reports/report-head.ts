// The head all documents of a run share, in the house style of the requirements.
import { ownerLine } from "../rules/report-owner.ts";
import { code, list, utc } from "./markdown.ts";

/** What every report says of its run. `release` is the digest of the code that ran. */
export interface ReportedRun {
  readonly run_id: string;
  readonly document_id: string;
  readonly host: string;
  readonly actor: string;
  readonly release: string;
  readonly opened: Date;
  readonly database: { readonly name: string; readonly system_identifier: string };
}

/** A document ready to be delivered; file is its name in the run's report folder. */
export interface Report {
  readonly file: string;
  readonly markdown: string;
}

/**
 * Result letters of the requirements: A reached, B everything ready and only signatures missing, D stopped and rolled back.
 * C, blocked, is a stop: it is printed and recorded, and no phase report exists.
 */
export type Letter = "A" | "B" | "D";

/** What differs from document to document; `result` and `mutation` are our own words. */
export interface Head {
  readonly title: string;
  readonly at: Date;
  readonly gate: string;
  readonly letter: Letter;
  readonly result: string;
  readonly mutation: string;
  readonly next: string;
}

/** Title and head list. */
export function reportHead(run: ReportedRun, head: Head): string {
  const rows = list([
    ["document", code(run.document_id)],
    ["date_utc", utc(head.at)],
    ["host", code(run.host)],
    ["database", `${code(run.database.name)}, system identifier ${code(run.database.system_identifier)}`],
    ["actor", code(run.actor)],
    ["release", code(run.release)],
    ["gate covered", head.gate],
    ["result", `${head.letter} - ${head.result}`],
    ["mutation", head.mutation],
    ["next", head.next],
  ]);
  return `# ${head.title} of ${code(run.document_id)}\n\n- macro: governed-cut\n${ownerLine(run.run_id)}\n${rows}`;
}
