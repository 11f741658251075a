// A restore drill as a report: whose backup, which file, every table that came back, and by whom it was proven.
import type { DrillPackage, DrillRecord } from "../../runner/model/drill.ts";
import { code, facts, section, table, told, utc, type Document } from "../../runner/reports/blocks.ts";

/** Of a drill that went well; one that did not is a stop and has no report. */
export function drillReport(record: DrillRecord, known: DrillPackage): Document {
  const whole = record.kind === "whole";
  const tables = Object.entries(known.content_digests).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    title: ["Restore drill of ", code(record.run_id)],
    run: record.run_id,
    opening: [
      told(
        "good",
        whole
          ? `${record.rows} rows of ${record.tables} tables were restored on this machine and are equal to the receipt.`
          : "The private key opens the backup. Nothing was restored; a drill without --head restores every row.",
      ),
      facts([
        ["date_utc", utc(new Date(record.at))],
        ["proven by", [code(record.actor), " on ", code(record.machine)]],
        ["attempt of the backup", String(known.attempt)],
        ["sealed file", [code(known.file_sha), `, ${known.size_bytes} bytes`]],
        ["for the key", code(known.recipient)],
        ["source", known.source_version === undefined ? "not told" : code(`PostgreSQL ${known.source_version}`)],
        ["mutation", "none of the host but the record of this drill"],
      ]),
    ],
    sections: [
      section(
        whole ? "Every table that came back" : "What the receipt promises",
        table(
          ["table", "rows", "digest of its rows"],
          tables.map(([name, { rows, sha }]) => [code(name), String(rows), code(sha)]),
          { column: 1, lengths: tables.map(([, { rows }]) => rows), legend: "Bars: rows of each table." },
        ),
      ),
    ],
  };
}
