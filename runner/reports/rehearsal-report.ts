// What a rehearsal did and counted, for people who have to sign; everything in it stands in the journal.
import type { Rehearsal } from "../model/rehearsal.ts";
import { table } from "./markdown.ts";

/** The report of a rehearsal whose facts have this digest. */
export function rehearsalMarkdown(facts: Rehearsal, digest: string): string {
  const rows = Object.entries(facts.counts).flatMap(([effect, changes]) =>
    changes.map((change) => [effect, change.table, String(change.ins), String(change.upd), String(change.del)]),
  );
  return [
    `# Rehearsal of ${facts.run_id}`,
    "",
    "The run was carried out in two databases restored from its own proven backup: cut, " +
      "verified, enacted and closed out in one; cut, reverted after leg B, cut again and " +
      "reverted after leg A in the other. Every row that is not the run's own stands as it was " +
      "restored.",
    "",
    `- units: ${facts.units}`,
    `- writer digest: ${facts.writer_digest}`,
    `- content digests: ${facts.content_digests_sha}`,
    `- rehearsal digest: ${digest}`,
    `- proved: ${facts.proved.join(", ")}`,
    "",
    "## Rows each effect will change, exactly",
    "",
    table(["effect", "table", "inserted", "updated", "deleted"], rows),
    "",
  ].join("\n");
}
