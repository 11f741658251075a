// The head all documents of a run share, in the house style of the requirements.
import { code, day, facts, utc, type Document, type Line, type Section } from "./blocks.ts";

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

/** A document ready to be written out; `name` is its name in the run's report folder, without an ending. */
export interface Report {
  readonly name: string;
  readonly document: Document;
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
  readonly gate: Line;
  readonly letter: Letter;
  readonly result: string;
  readonly mutation: Line;
  readonly next: Line;
}

/** The report with the head that all documents of a run share. */
export function reportOf(run: ReportedRun, head: Head, sections: readonly Section[]): Report {
  const opening = facts([
    ["macro", "governed-cut"],
    ["run", code(run.run_id)],
    ["document", code(run.document_id)],
    ["date_utc", utc(head.at)],
    ["host", code(run.host)],
    ["database", [code(run.database.name), ", system identifier ", code(run.database.system_identifier)]],
    ["actor", code(run.actor)],
    ["release", code(run.release)],
    ["gate covered", head.gate],
    ["result", `${head.letter} - ${head.result}`],
    ["mutation", head.mutation],
    ["next", head.next],
  ]);
  const title = [`${head.title} of `, code(run.document_id)];
  return {
    name: `${head.title}-${day(head.at)}`,
    document: { title, run: run.run_id, opening: [opening], sections },
  };
}
