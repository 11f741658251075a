// What the phases that write nothing to the target tell: 1 to 5, 7 and 11.
import { backupOutput } from "../model/backup-receipt.ts";
import type { GrammarOptions } from "../model/manifest.ts";
import {
  closeoutOutput,
  cutplanOutput,
  grantProbeOutput,
  markOutput,
  sourcePinOutput,
  structuralOutput,
} from "../model/outputs.ts";
import { bullets, byName, code, codes, countTable, section, table, type Block, type Piece } from "./blocks.ts";
import { bodyOf, type Beside, type BodyWriter } from "./phase-body.ts";

const NOTHING = "NONE (target tables and ledger untouched; the run's own bookkeeping only)";
const yes = (value: boolean): string => (value ? "True" : "False");

/** The grammar's options in words; hints by their lines, because their reasons may name what stands in the text. */
function optionsText(options: GrammarOptions): readonly Piece[] {
  if ("empty_body" in options)
    return [
      "empty body ",
      code(options.empty_body),
      ", section types ",
      ...options.section_types.flatMap((type, index) => (index === 0 ? [code(type)] : [" ", code(type)])),
    ];
  const hints = options.hints.map((hint) => `line ${hint.line} is ${hint.reads}`).join(", ");
  const annexes = `, annexes ${options.annexes ? "cut" : "recorded"}, hints ${hints === "" ? "none" : hints}`;
  return ["depth ", code(options.depth), annexes];
}

const sourcePin = bodyOf(sourcePinOutput, (output) => ({
  mutation: NOTHING,
  next: "02-mark",
  facts: [
    ...codes(output, ["source_document_id", "source_document_ref", "source_version_id", "version_label"]),
    ...codes(output, ["captured_at", "region_sha", "artifact_sha"]),
    ["artifact_bytes", String(output.artifact_bytes)],
    ["grammar", [code(output.grammar.profile), ", ", ...optionsText(output.grammar.options)]],
  ],
  sections: [section("Other documents before the run", baselineTable(output.baseline))],
}));

/** One line for every document that is not the target, as it stood when the run began. */
export function baselineTable(rows: ReturnType<typeof sourcePinOutput.parse>["baseline"]): Block {
  return table(
    ["document", "units", "versions", "content sha", "last changed", "by"],
    rows.map((row) => [
      row.set_aside ? [code(row.document), " (set aside)"] : code(row.document),
      String(row.units),
      String(row.versions),
      code(row.content_sha),
      row.newest_updated_at === null ? "unknown" : code(row.newest_updated_at),
      row.updated_by === null ? "unknown" : code(row.updated_by),
    ]),
  );
}

const mark = bodyOf(markOutput, (output) => ({
  mutation: NOTHING,
  next: "03-cutplan",
  facts: [
    ...codes(output, ["profile", "profile_sha", "region_sha", "manifest_digest"]),
    ["units", String(output.units)],
    ["separators", String(output.separators)],
    ["coverage", `${output.coverage_bytes} bytes, every byte of the region exactly once`],
    ["built twice", output.built_twice_equal ? "equal" : "different"],
    ...(output.completeness === undefined ? [] : [["counted again", code(output.completeness)] as const]),
  ],
  // Only code and line: the words of a finding may name what stands in the text.
  sections: [
    section(
      "Findings in the document",
      table(
        ["line", "code"],
        output.findings.map((finding) => [String(finding.line), code(finding.code)]),
      ),
    ),
  ],
}));

const cutplan = bodyOf(cutplanOutput, (output) => ({
  mutation: NOTHING,
  next: "04-pre-write-backup",
  facts: [["candidate_count", String(output.candidate_count)], ...codes(output, ["writer_digest", "cut_plan_sha"])],
  sections: [section("Units by section type", countTable(["section type", "units"], output.by_section_type))],
}));

const preWriteBackup = bodyOf(backupOutput, (output, beside) => ({
  mutation: `${NOTHING}; one encrypted file written`,
  next: "05-grant-probe",
  facts: [
    ["content_digests_sha", code(output.content_digests_sha)],
    ["clear text on disk", "never: the dump is streamed into the encryption"],
  ],
  sections: [
    section("Attempts", receiptTable(beside.receipts.filter((receipt) => receipt.at.getTime() <= beside.at.getTime()))),
    section(
      "Rows read and restored",
      table(
        ["table", "rows", "sha256 of all rows"],
        Object.entries(output.content_digests)
          .sort(byName)
          .map(([name, digest]) => [code(name), String(digest.rows), code(digest.sha)]),
      ),
    ),
  ],
}));

/** Receipts by attempt; each is written only after the file was decrypted, restored and compared. */
export function receiptTable(receipts: Beside["receipts"]): Block {
  return table(
    ["attempt", "taken", "bytes", "file sha", "recipient", "restore proof sha"],
    [...receipts]
      .sort((a, b) => a.attempt - b.attempt)
      .map((receipt) => [
        String(receipt.attempt),
        code(receipt.at.toISOString()),
        code(receipt.size_bytes),
        code(receipt.file_sha),
        code(receipt.recipient),
        code(receipt.proof_sha),
      ]),
  );
}

const GRANTS = [
  "cutter_exec_execute_canonical_fns",
  "cutter_verify_select_insert_verify_result",
  "directus_select_review_decision",
  "no_public_execute_leak",
  "two_grant_package",
] as const;

const grantProbe = bodyOf(grantProbeOutput, (output) => ({
  mutation: NOTHING,
  next: "STOP - route to the approvers of SG_1_cut_authz and EXECUTION",
  facts: [
    ...GRANTS.map((name) => [name, yes(output[name])] as const),
    ...codes(output, ["grant_matrix_sha", "environment_hash", "protected_hash", "timeline", "previous_closeout_sha"]),
  ],
  sections: [section("Findings in the environment", bullets(output.findings))],
}));

const structuralVerify = bodyOf(structuralOutput, (output) => ({
  mutation: NOTHING,
  next: "08-leg-b-record",
  facts: [
    ["units", String(output.units)],
    ["lossless", `${output.lossless_bytes} bytes of the region rebuilt from the bodies in the database`],
  ],
  sections: [section("Checks", checkTable(output.checks))],
}));

/** Checks by name; a record can only hold those that passed. */
export function checkTable(checks: Readonly<Record<string, boolean>>): Block {
  return table(
    ["check", "holds"],
    Object.entries(checks)
      .sort(byName)
      .map(([name, holds]) => [code(name), yes(holds)]),
  );
}

const closeout = bodyOf(closeoutOutput, (output) => ({
  mutation: NOTHING,
  next: ["none; ", code("cutter orchestrate verify <run-id>"), " says it all again, read-only"],
  facts: [
    ["final_state", output.final_state],
    ["summary_sha", code(output.summary_sha)],
  ],
  sections: [
    section("Post-run list", checkTable(output.checks)),
    section("Rows at the end", countTable(["table", "rows"], output.counts)),
    section("Findings", bullets(output.findings)),
  ],
}));

/** By phase name. */
export const READING_PHASES = {
  source_pin: sourcePin,
  mark,
  cutplan,
  pre_write_backup: preWriteBackup,
  grant_probe: grantProbe,
  structural_verify: structuralVerify,
  closeout,
} as const satisfies Readonly<Record<string, BodyWriter>>;
