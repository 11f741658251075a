// What a rehearsal did and counted, for people who have to sign; everything in it stands in the journal.
import type { Rehearsal } from "../model/rehearsal.ts";
import { facts, section, table, text, type Document } from "./blocks.ts";

/** The report of a rehearsal whose facts have this digest. */
export function rehearsalReport(rehearsal: Rehearsal, digest: string): Document {
  const { run_id: run, counts, units, writer_digest, content_digests_sha, proved, together } = rehearsal;
  return {
    title: `Rehearsal of ${run}`,
    run,
    opening: [
      text(
        "The run was carried out in two databases restored from its own proven backup: cut, " +
          "verified, enacted and closed out in one; cut, reverted after leg B, cut again and " +
          "reverted after leg A in the other. Every row that is not the run's own stands as it was " +
          "restored.",
      ),
      facts([
        ["units", String(units)],
        ["writer digest", writer_digest],
        ["content digests", content_digests_sha],
        ["rehearsal digest", digest],
        ["proved", proved.join(", ")],
        ...(together ? [["together with", together.map(({ document_id }) => document_id).join(", ")] as const] : []),
      ]),
    ],
    sections: [
      section(
        "Rows each effect will change, exactly",
        table(
          ["effect", "table", "inserted", "updated", "deleted"],
          Object.entries(counts).flatMap(([effect, changes]) =>
            changes.map((change) => [effect, change.table, String(change.ins), String(change.upd), String(change.del)]),
          ),
        ),
      ),
    ],
  };
}
