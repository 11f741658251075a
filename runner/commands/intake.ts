// What a document would become, without a database: manifest, proof, plan, registration. Pure; scripts print it.
import { grammarProfile } from "../grammar/profiles.ts";
import { suggestHints, type Suggestion } from "../grammar/suggest-hints.ts";
import type { IntakeJson } from "../model/events.ts";
import { DEFAULT_REQUEST, hintLine, optionsOf, type GrammarRequest } from "../model/grammar-request.ts";
import type { Manifest, Refusal } from "../model/manifest.ts";
import type { PlanRow } from "../model/cut-plan.ts";
import type { Stopped } from "../model/stop.ts";
import { suggestedHints } from "../rules/hints.ts";
import { proveLossless, type Coverage } from "../rules/lossless.ts";
import { PLAN_DEFAULTS, planRows, writerDigest, type PlanWords } from "../rules/plan-rows.ts";
import { registrationPackage } from "../rules/registration.ts";
import { printable } from "../rules/text-hygiene.ts";
import { countsText, treeLines } from "./intake-tree.ts";
import { outcomeText, refusalText } from "./refusal-text.ts";

/** Caps of an intake that asks no host: those of the default configuration. */
export const INTAKE_CAPS = { units: 500, hard: 1000 } as const;

/** Largest document or text that is taken in, bytes. */
export const DOCUMENT_CAP = 32 * 1024 * 1024;

/** The same for a profile: a code of law has more articles than another document has headings; the hard cap is the same for all. */
export const intakeCaps = (profile: string): { readonly units: number; readonly hard: number } =>
  profile.startsWith("vn-law-") ? { units: INTAKE_CAPS.hard, hard: INTAKE_CAPS.hard } : INTAKE_CAPS;

/**
 * What is asked of the grammar, as far as it is not the default. words: what the host's configuration says under
 * `plan`; without it the defaults, which a default host shares.
 */
export interface IntakeOptions extends Partial<GrammarRequest> {
  readonly caps: { readonly units: number; readonly hard: number };
  readonly words?: PlanWords & { readonly section_types: readonly string[] };
}

/** A document that was marked, planned and proven, or the refusal. */
export type Intake =
  | {
      readonly manifest: Manifest;
      readonly rows: readonly PlanRow[];
      readonly coverage: Coverage;
      readonly writer_digest: string;
      readonly refusal?: never;
    }
  | {
      readonly refusal: Refusal;
      readonly manifest?: never;
      readonly rows?: never;
      readonly coverage?: never;
      readonly writer_digest?: never;
    };

/** Marks, plans and proves a file. Expected refusals are values; line 0 means the refusal is not about a line. */
export function takeIn(bytes: Uint8Array, prefix: string, options: IntakeOptions): Intake {
  const words = options.words ?? PLAN_DEFAULTS;
  const request = { ...DEFAULT_REQUEST, ...options };
  const marked = grammarProfile(request.profile).mark(
    bytes,
    prefix,
    optionsOf(request, words.section_types),
    options.caps,
  );
  if (marked.refusal) return { refusal: marked.refusal };
  // No run exists yet: the run-derived key is outside writer_digest, so the digest is the one every run of this document computes.
  const rows = planRows(marked.manifest, { ...words, run_id: "intake" });
  const proof = proveLossless(bytes, marked.manifest, rows);
  if (!proof.ok) return { refusal: { code: proof.verdict.code, line: 0, reason: proof.verdict.facts.saw } };
  return { manifest: marked.manifest, rows, coverage: proof.coverage, writer_digest: writerDigest(rows) };
}

/** As {@link takeIn}; a refused law with all its places and the hint that would settle each, and what becomes of it with them. */
export function takeInExplained(
  bytes: Uint8Array,
  prefix: string,
  options: IntakeOptions,
): { readonly taken: Intake; readonly suggestion?: Suggestion } {
  const taken = takeIn(bytes, prefix, options);
  const request = { ...DEFAULT_REQUEST, ...options };
  const asked = optionsOf(request, []);
  if (!taken.refusal || !("depth" in asked)) return { taken };
  const profile = grammarProfile(request.profile);
  const suggestion = suggestHints({
    profile,
    bytes,
    prefix,
    options: asked,
    caps: options.caps,
    refusal: taken.refusal,
  });
  if (suggestion.places.length === 0) return { taken };
  const reason = suggestion.twoTexts ?? taken.refusal.reason;
  return { taken: { refusal: { ...taken.refusal, reason, places: suggestion.places } }, suggestion };
}

/** A hints file for a refused law, as the program reads it. again: the command that uses the file. */
export const suggestedHintsFile = (suggestion: Suggestion, given: GrammarRequest["hints"], again: string): string =>
  suggestedHints(suggestion.places, given.map(hintLine), { again, outcome: outcomeText(suggestion) });

/** A result of {@link takeIn} in the form of {@link IntakeJson}. */
export function intakeJson(taken: Intake): IntakeJson {
  if (taken.refusal) return { stop: taken.refusal };
  const { region, units, separators, manifest_digest, completeness } = taken.manifest;
  return {
    region,
    units: units.map((unit) => ({
      address: unit.address,
      title: unit.title,
      title_start: unit.title_start,
      title_end: unit.title_end,
      body: unit.body,
      body_start: unit.body_start,
      body_end: unit.body_end,
      byte_start: unit.byte_start,
      byte_end: unit.byte_end,
      section_type: unit.section_type,
      parent: unit.parent,
      content_hash: unit.content_hash,
      ...(unit.level === undefined ? {} : { level: unit.level, number: unit.number ?? "", eid: unit.eid ?? "" }),
    })),
    separators,
    manifest_digest,
    writer_digest: taken.writer_digest,
    findings: taken.manifest.findings,
    ...(completeness === undefined ? {} : { completeness }),
  };
}

/** What was in the way of reading a document, in the form of {@link IntakeJson}. Line 0: it is not about a line of the document. */
export const stoppedJson = ({ code, facts }: Stopped): IntakeJson => ({
  stop: { code, line: 0, reason: printable(`${facts.saw}; wanted: ${facts.wanted}`) },
});

/** {@link takeIn} and {@link intakeJson} in one. */
export const intake = (bytes: Uint8Array, prefix: string, options: IntakeOptions): IntakeJson =>
  intakeJson(takeIn(bytes, prefix, options));

/** The registration of a taken-in document as SQL text with its parameters beside it, for reading; `npm run register` applies it. */
function registrationText(documentId: string, regionSha: string): string[] {
  const registration = registrationPackage({
    document_id: documentId,
    region_sha: regionSha,
    document_ref: documentId.toLowerCase(),
    version_label: regionSha.slice(0, 12),
    authority_class: "non_authoritative",
  });
  const part = (name: "apply" | "check" | "undo"): string[] =>
    registration[name].flatMap((step) => [
      `-- ${name}: ${step.purpose}`,
      `${step.statement};`,
      ...step.params.map((param, index) => `--   $${index + 1} = ${printable(JSON.stringify(param))}`),
      "",
    ]);
  return [...part("apply"), ...part("check"), ...part("undo")];
}

/** What a person reads: tree, counts, proof, digests, findings, registration, or the refusal; every character without a glyph escaped. */
export function intakeText(
  taken: Intake,
  documentId: string,
  profile: string = DEFAULT_REQUEST.profile,
  suggestion?: Suggestion,
): string {
  if (taken.refusal) return refusalText(taken.refusal, profile, suggestion);
  const { manifest, coverage } = taken;
  const findings = manifest.findings.map(
    (finding) => `  line ${finding.line}  ${finding.code}: ${printable(finding.text)}`,
  );
  return [
    ...treeLines(manifest.units),
    "",
    `units            ${manifest.units.length} (${countsText(manifest.units)})`,
    `lossless         ${coverage.bytes} bytes in ${coverage.units} units and ${coverage.separators} separators, byte for byte`,
    ...(manifest.completeness === undefined ? [] : [`counted again    ${manifest.completeness.summary}`]),
    `grammar          ${manifest.profile} ${manifest.profile_sha}`,
    `region_sha       ${manifest.region_sha}`,
    `manifest_digest  ${manifest.manifest_digest}`,
    `writer_digest    ${taken.writer_digest}`,
    "",
    findings.length === 0 ? "findings         none" : `findings         ${findings.length}`,
    ...findings,
    "",
    ...registrationText(documentId, manifest.region_sha),
  ].join("\n");
}
