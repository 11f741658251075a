// What a document would become, without a database: manifest, proof, plan, registration. Pure; scripts print it.
import { genericAtx1 } from "../grammar/generic-atx-1.ts";
import type { ByteSpan, GenericOptions, Manifest, ManifestUnit, Refusal } from "../model/manifest.ts";
import type { PlanRow } from "../model/plan.ts";
import { proveLossless } from "../rules/lossless.ts";
import type { Coverage } from "../rules/lossless.ts";
import { PLAN_DEFAULTS, planRows, writerDigest } from "../rules/plan.ts";
import type { PlanWords } from "../rules/plan.ts";
import { registrationPackage } from "../rules/registration.ts";
import { printable } from "../rules/text-hygiene.ts";

/** Caps of an intake that asks no host: those of the default configuration. */
export const INTAKE_CAPS = { units: 500, hard: 1000 } as const;

/** words: what the host's configuration says under `plan`; without it the defaults, which a default host shares. */
export interface IntakeOptions {
  readonly empty_body: GenericOptions["empty_body"];
  readonly caps: { readonly units: number; readonly hard: number };
  readonly words?: PlanWords & { readonly section_types: readonly string[] };
}

/** A document that was marked, planned and proven, or the refusal. */
export type Intake =
  | { readonly manifest: Manifest; readonly rows: readonly PlanRow[]; readonly coverage: Coverage; readonly writer_digest: string; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly manifest?: never; readonly rows?: never; readonly coverage?: never; readonly writer_digest?: never };

/** Marks, plans and proves a file. Expected refusals are values; line 0 means the refusal is not about a line. */
export function takeIn(bytes: Uint8Array, prefix: string, options: IntakeOptions): Intake {
  const words = options.words ?? PLAN_DEFAULTS;
  const marked = genericAtx1.mark(bytes, prefix, { empty_body: options.empty_body, section_types: words.section_types }, options.caps);
  if (marked.refusal) return { refusal: marked.refusal };
  // No run exists yet: the run-derived key is outside writer_digest, so the digest is the one every run of this document computes.
  const rows = planRows(marked.manifest, { ...words, run_id: "intake" });
  const proof = proveLossless(bytes, marked.manifest, rows);
  if (!proof.ok) return { refusal: { code: proof.verdict.code, line: 0, reason: proof.verdict.facts.saw } };
  return { manifest: marked.manifest, rows, coverage: proof.coverage, writer_digest: writerDigest(rows) };
}

/** The members of a unit that are printed. */
export type IntakeUnit = Pick<ManifestUnit, "address" | "title" | "title_start" | "title_end" | "body" | "body_start" | "body_end"
  | "byte_start" | "byte_end" | "section_type" | "parent" | "content_hash">;

/** The object `npm run intake -- --json` prints. Offsets are bytes from the start of the file. */
export type IntakeJson =
  | { readonly region: ByteSpan; readonly units: readonly IntakeUnit[]; readonly separators: readonly ByteSpan[]; readonly manifest_digest: string; readonly writer_digest: string }
  | { readonly stop: Refusal };

/** A result of {@link takeIn} in the form of {@link IntakeJson}. */
export function intakeJson(taken: Intake): IntakeJson {
  if (taken.refusal) return { stop: { code: taken.refusal.code, line: taken.refusal.line, reason: taken.refusal.reason } };
  const { region, units, separators, manifest_digest } = taken.manifest;
  return {
    region,
    units: units.map((unit) => ({
      address: unit.address, title: unit.title, title_start: unit.title_start, title_end: unit.title_end,
      body: unit.body, body_start: unit.body_start, body_end: unit.body_end, byte_start: unit.byte_start, byte_end: unit.byte_end,
      section_type: unit.section_type, parent: unit.parent, content_hash: unit.content_hash,
    })),
    separators, manifest_digest, writer_digest: taken.writer_digest,
  };
}

/** {@link takeIn} and {@link intakeJson} in one. */
export const intake = (bytes: Uint8Array, prefix: string, options: IntakeOptions): IntakeJson => intakeJson(takeIn(bytes, prefix, options));

const TITLE_SHOWN = 72;

function unitLine(unit: ManifestUnit): string {
  const title = printable(unit.title);
  const shown = title.length > TITLE_SHOWN ? `${title.slice(0, TITLE_SHOWN)}…` : title;
  const indent = "  ".repeat(unit.address.split("/").length - 1);
  return `${indent}${unit.address}  ${shown}  (line ${unit.line}, ${unit.body_end - unit.body_start} bytes)`;
}

function countsOf(units: readonly ManifestUnit[]): string {
  const counts = new Map<string, number>();
  for (const unit of units) counts.set(unit.section_type, (counts.get(unit.section_type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}`).join(", ");
}

/** The registration of a taken-in document as SQL text with its parameters beside it, for reading; `npm run register` applies it. */
function registrationText(documentId: string, regionSha: string): string[] {
  const registration = registrationPackage({
    document_id: documentId, region_sha: regionSha, document_ref: documentId.toLowerCase(), version_label: regionSha.slice(0, 12), authority_class: "non_authoritative",
  });
  const part = (name: "apply" | "check" | "undo"): string[] => registration[name].flatMap((step) => [
    `-- ${name}: ${step.purpose}`, `${step.statement};`, ...step.params.map((param, index) => `--   $${index + 1} = ${printable(JSON.stringify(param))}`), "",
  ]);
  return [...part("apply"), ...part("check"), ...part("undo")];
}

/** What a person reads: tree, counts, proof, digests, findings, registration; every character without a glyph escaped. */
export function intakeText(taken: Intake, documentId: string): string {
  if (taken.refusal) {
    const { code, line, reason } = taken.refusal;
    return `${code}\n  saw     ${line > 0 ? `line ${line}: ` : ""}${printable(reason)}\n  wanted  a document that ${genericAtx1.name} can cut\n`;
  }
  const { manifest, coverage } = taken;
  const findings = manifest.findings.map((finding) => `  line ${finding.line}  ${finding.code}: ${printable(finding.text)}`);
  return [
    ...manifest.units.map(unitLine), "",
    `units            ${manifest.units.length} (${countsOf(manifest.units)})`,
    `lossless         ${coverage.bytes} bytes in ${coverage.units} units and ${coverage.separators} separators, byte for byte`,
    `grammar          ${manifest.profile} ${manifest.profile_sha}`,
    `region_sha       ${manifest.region_sha}`,
    `manifest_digest  ${manifest.manifest_digest}`,
    `writer_digest    ${taken.writer_digest}`, "",
    findings.length === 0 ? "findings         none" : `findings         ${findings.length}`, ...findings, "",
    ...registrationText(documentId, manifest.region_sha),
  ].join("\n");
}
