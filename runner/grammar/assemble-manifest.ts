// From units to a manifest: what lies between them, what is worth saying, and the digest people sign.
import { digestOf, sha256, type Json } from "../model/canonical.ts";
import type { ByteSpan, Completeness, Finding, GrammarOptions, Manifest, ManifestUnit } from "../model/manifest.ts";
import { hiddenCount } from "../rules/text-hygiene.ts";

/** Findings of one code after which the rest is only counted. */
const SHOWN = 100;

/** What lies between units: byte order mark, preamble, blank lines. */
function separatorsOf(region: ByteSpan, units: readonly ByteSpan[]): ByteSpan[] {
  const separators: ByteSpan[] = [];
  let from = region.byte_start;
  for (const unit of [...units, { byte_start: region.byte_end, byte_end: region.byte_end }]) {
    if (unit.byte_start > from) separators.push({ byte_start: from, byte_end: unit.byte_start });
    from = unit.byte_end;
  }
  return separators;
}

/** The options as they are signed; what the operator hinted is part of them. */
function optionsRecord(options: GrammarOptions): Json {
  if ("empty_body" in options) return { empty_body: options.empty_body, section_types: options.section_types };
  return {
    depth: options.depth,
    annexes: options.annexes,
    hints: options.hints.map((hint) => ({ line: hint.line, reads: hint.reads, reason: hint.reason })),
  };
}

/** The second count as it is signed; its lines count from the region's start too. */
const countRecord = ({ series, elsewhere, summary }: Completeness, first_line: number): Json => ({
  series: series.map((one) => ({ ...one })),
  elsewhere: elsewhere.map((one) => ({ ...one, line: one.line - first_line })),
  summary,
});

/** A unit without its text; offsets from byte `from` on. */
function unitRecord(unit: ManifestUnit, from: number): Json {
  const record: Record<string, Json> = {
    byte_start: unit.byte_start - from,
    byte_end: unit.byte_end - from,
    ordinal: unit.ordinal,
    address: unit.address,
    depth: unit.depth,
    section_type: unit.section_type,
    parent: unit.parent,
    title_start: unit.title_start - from,
    title_end: unit.title_end - from,
    body_start: unit.body_start - from,
    body_end: unit.body_end - from,
    content_hash: unit.content_hash,
    title_sha: unit.title_sha,
  };
  if (unit.title_breaks !== undefined) {
    record["title_breaks"] = unit.title_breaks.map((one) => ({
      byte_start: one.byte_start - from,
      byte_end: one.byte_end - from,
    }));
  }
  if (unit.level !== undefined) {
    record["level"] = unit.level;
    record["number"] = unit.number ?? "";
    record["eid"] = unit.eid ?? "";
  }
  return record;
}

/**
 * Digest of what the grammar decided, without text. Offsets count from the region's start, so that an approver who holds
 * only the region computes the same digest as the host that holds the file.
 */
function manifestDigest(manifest: Omit<Manifest, "manifest_digest" | "findings">, first_line: number): string {
  const from = manifest.region.byte_start;
  const span = (one: ByteSpan) => ({ byte_start: one.byte_start - from, byte_end: one.byte_end - from });
  return digestOf([
    manifest.profile_sha,
    optionsRecord(manifest.options),
    manifest.units.map((unit) => unitRecord(unit, from)),
    manifest.separators.map(span),
    ...(manifest.completeness === undefined ? [] : [countRecord(manifest.completeness, first_line)]),
  ]);
}

/** The first findings of a kind one by one, the rest as one that counts them. */
function limited(findings: readonly Finding[]): Finding[] {
  const next = findings[SHOWN];
  if (next === undefined) return [...findings];
  return [
    ...findings.slice(0, SHOWN),
    { ...next, text: `and ${findings.length - SHOWN} more of this kind from here on` },
  ];
}

function hiddenInBodies(units: readonly ManifestUnit[]): Finding[] {
  return units.flatMap((unit) => {
    const count = hiddenCount(unit.body);
    return count === 0
      ? []
      : [
          {
            code: "hidden_in_body",
            line: unit.line,
            text: `${unit.address}: ${count} invisible, bidirectional or control characters in the body`,
          },
        ];
  });
}

const notNormalised = (units: readonly ManifestUnit[]): Finding[] =>
  units
    .filter((unit) => unit.title !== unit.title.normalize("NFC"))
    .map((unit) => ({
      code: "title_not_nfc",
      line: unit.line,
      text: `${unit.address}: the title is not in Unicode form NFC; its bytes are kept`,
    }));

function preamble(first_line: number, start: number, units: readonly ManifestUnit[]): Finding[] {
  const [unit] = units;
  if (unit === undefined || unit.byte_start === start) return [];
  return [
    {
      code: "preamble",
      line: first_line,
      text: `${unit.byte_start - start} bytes before the first heading are recorded, not cut`,
    },
  ];
}

/** setext: 1-based lines of underlined headings. content_start: offset after a byte order mark. */
export interface ManifestParts {
  readonly bytes: Buffer;
  readonly profile: { readonly name: string; readonly sha: string };
  readonly options: GrammarOptions;
  readonly region: ByteSpan & { readonly first_line: number };
  readonly content_start: number;
  readonly units: readonly ManifestUnit[];
  readonly setext: readonly number[];
  readonly findings: readonly Finding[];
  readonly completeness?: Completeness;
}

/** The manifest of accepted units; findings in the order of their lines. */
export function assembleManifest(parts: ManifestParts): Manifest {
  const { bytes, units, options } = parts;
  const { byte_start, byte_end, first_line } = parts.region;
  const manifest = {
    profile: parts.profile.name,
    profile_sha: parts.profile.sha,
    options,
    region: { byte_start, byte_end },
    region_sha: sha256(bytes.subarray(byte_start, byte_end)),
    units,
    separators: separatorsOf(parts.region, units),
    ...(parts.completeness === undefined ? {} : { completeness: parts.completeness }),
  };
  const setext = parts.setext.map((line): Finding => ({
    code: "setext_heading",
    line,
    text: "an underlined heading opens no unit; it stays text",
  }));
  const findings = [
    parts.findings,
    setext,
    hiddenInBodies(units),
    notNormalised(units),
    preamble(first_line, parts.content_start, units),
  ]
    .flatMap(limited)
    .sort((one, other) => one.line - other.line);
  return { ...manifest, findings, manifest_digest: manifestDigest(manifest, first_line) };
}
