// The files of a request bundle, as they travel to an approver.

/**
 * Every file of a bundle; payload.json is written last, so a folder without it was never finished. An SG_1 request has
 * no sg1.json: it is one. Only a new version of an enacted text has superseded.json, and only the EXECUTION of a document of a
 * batch's later wave has wave-before.json.
 */
export const BUNDLE_FILES = [
  "payload.json",
  "sg1.json",
  "snapshot.md",
  "region.bin",
  "cut_plan.json",
  "grammar.json",
  "superseded.json",
  "wave-before.json",
  "receipts.json",
  "findings.json",
  "outputs.json",
  "journal.ndjson",
  "runs-index.jsonl",
  "rehearsal.json",
] as const;

/** Folder of a request below `runs/<run_id>/requests`: gate and number. */
export const BUNDLE_NAME = /^(?:SG_1_cut_authz|EXECUTION|SG_2_lifecycle_authz|SG_3_failure_escalation)-[1-9]\d{0,4}$/;

/** Largest bundle that is sent or taken, bytes of all its files. */
export const BUNDLE_CAP = 128 * 1024 * 1024;

/** Bytes of a file that travel in one line. */
export const BUNDLE_PIECE = 256 * 1024;
