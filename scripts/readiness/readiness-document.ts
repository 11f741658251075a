// Readiness as a document: the checklist and its evidence, in the form that the documents of a run have.
import type { Point } from "../../runner/model/point.ts";
import { code, facts, table, utc, type Document } from "../../runner/reports/blocks.ts";
import { allFound } from "../../runner/terminal/checklist.ts";
import type { Evidence } from "./non-mutation.ts";

/** What is told, and of what. `documentId`: of its first run; undefined: of the host as a whole. */
export interface ToldReadiness {
  readonly host: string;
  readonly documentId: string | undefined;
  readonly at: Date;
  readonly points: readonly Point[];
  readonly evidence: readonly Evidence[];
  readonly next: string | undefined;
}

/** Name of the document: its kind and its second. Two looks are two documents. */
export function documentName({ documentId, at }: Pick<ToldReadiness, "documentId" | "at">): string {
  const second = at.toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
  return `${documentId === undefined ? "prerequisite-survey" : "first-run-package"}-${second}.md`;
}

/** The checklist and its evidence as a report. */
export function readinessReport({ host, documentId, at, points, evidence, next }: ToldReadiness): Document {
  const open = points.filter(({ state }) => state !== "found").length;
  const head = facts([
    ["date_utc", utc(at)],
    ["host", code(host)],
    ["result", allFound(points) ? "everything was found" : `${open} of ${points.length} points are open`],
    ["mutation", "none: readiness only looks"],
    ["next", next === undefined ? "none" : code(next)],
  ]);
  const parts = [...new Set(points.map(({ part }) => part))].map((part) => ({
    title: part,
    blocks: [
      table(
        ["point", "state", "saw"],
        points.filter((point) => point.part === part).map(({ title, state, saw }) => [code(title), state, code(saw)]),
      ),
    ],
  }));
  const proof = {
    title: "What proves that nothing was changed",
    blocks: [
      table(
        ["witness", "holds", "saw"],
        evidence.map(({ what, holds, saw }) => [code(what), holds === null ? "?" : holds ? "yes" : "NO", code(saw)]),
      ),
    ],
  };
  return {
    title: documentId === undefined ? "Prerequisite survey" : ["First-run package of ", code(documentId)],
    opening: [head],
    sections: [...parts, ...(evidence.length === 0 ? [] : [proof])],
  };
}
