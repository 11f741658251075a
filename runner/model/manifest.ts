// What a grammar profile says about a document's bytes. All offsets are bytes from the start of the file, BOM included.
import type { StopCode } from "./stop.ts";

/** Offsets in bytes from the start of the file, a byte order mark included; the end is exclusive. */
export interface ByteSpan {
  readonly byte_start: number;
  readonly byte_end: number;
}

/** A finding is shown to the approver; it never stops a run by itself. line is 1-based. */
export interface Finding {
  readonly code: string;
  readonly line: number;
  readonly text: string;
}

/**
 * One information unit as it stands in the source. `body` is exactly the UTF-8 text of its byte range, and so is `title`, but
 * for breaks inside it: each of these is one blank in `title`.
 * byte_start..byte_end covers heading markup, title, the gap and the body; with an empty body under `--empty-body heading`
 * the body range equals the title range.
 */
export interface ManifestUnit extends ByteSpan {
  readonly ordinal: number;
  readonly address: string;
  readonly depth: number;
  readonly line: number;
  readonly section_type: string;
  readonly parent: string | null;
  readonly title: string;
  readonly title_start: number;
  readonly title_end: number;
  readonly body: string;
  readonly body_start: number;
  readonly body_end: number;
  /** SHA-256 of the body's UTF-8 bytes, as fn_content_hash computes it. */
  readonly content_hash: string;
  /** Bytes inside the title that the stored title shows as one blank each: line endings with the blanks and marks around them. */
  readonly title_breaks?: readonly ByteSpan[];
  /** SHA-256 of the title as it is stored. */
  readonly title_sha: string;
  /** Rank in the law (part, chapter, …, article, clause, point, annex), number as written, and eId; only of profiles that know them. */
  readonly level?: string;
  readonly number?: string;
  readonly eid?: string;
}

/** Options of `generic-atx-1`. */
export interface GenericOptions {
  readonly empty_body: "refuse" | "heading";
  /** Heading depth to section type; the last entry serves every greater depth. */
  readonly section_types: readonly string[];
}

/** What an operator says about a line that has two readings; signed with everything else. line: 1-based line of the file. */
export interface Hint {
  readonly line: number;
  readonly reads: "heading" | "text";
  readonly reason: string;
}

/** Options of `vn-law-1`. depth: the innermost level that is cut. annexes: whether annexes become units. */
export interface VnLawOptions {
  readonly depth: "dieu" | "khoan" | "diem";
  readonly annexes: boolean;
  readonly hints: readonly Hint[];
}

/** Options of a grammar profile; a profile refuses those of another. */
export type GrammarOptions = GenericOptions | VnLawOptions;

/** Levels whose headings are counted a second time, independently of the profile. */
export type SeriesKind = "article" | "part" | "chapter" | "section" | "subsection";

/**
 * The units of one level. numbers: of all of them in their order, as `number` of the unit. missing: whole numbers that no unit has
 * and no place of the text could be; only of levels that are numbered through the document.
 */
export interface Series {
  readonly kind: SeriesKind;
  readonly numbers: readonly string[];
  readonly missing: readonly number[];
}

/**
 * A place that has the form of a heading and opens no unit. line: 1-based in the file. where: before the first unit; behind the last
 * one (annexes, forms, what follows the signature); in a quotation; in a note; a number again that a unit has; or settled by a hint.
 */
export interface Elsewhere {
  readonly kind: SeriesKind;
  readonly number: string;
  readonly line: number;
  readonly where: "before" | "behind" | "quotation" | "note" | "again" | "hint";
}

/**
 * How an independent count of headings agrees with the units: nothing is left that a unit could have been. summary: one
 * line for people.
 */
export interface Completeness {
  readonly series: readonly Series[];
  readonly elsewhere: readonly Elsewhere[];
  readonly summary: string;
}

/** A document as units and separators that cover its region exactly. The digest covers everything but the texts. */
export interface Manifest {
  readonly profile: string;
  readonly profile_sha: string;
  readonly options: GrammarOptions;
  readonly region: ByteSpan;
  /** SHA-256 of the region's bytes; equals content_checksum of the registered version. */
  readonly region_sha: string;
  readonly units: readonly ManifestUnit[];
  readonly separators: readonly ByteSpan[];
  readonly findings: readonly Finding[];
  /** The second count of headings; only of profiles that know how a law is numbered. */
  readonly completeness?: Completeness;
  /** sha256 of RFC 8785 [profile_sha, options, units, separators, completeness where there is one] without text. */
  readonly manifest_digest: string;
}

/** One place that has to be settled. line: 1-based in the file. hint: the line of a hints file that would settle it, where one can. */
export interface RefusedPlace {
  readonly line: number;
  readonly reason: string;
  readonly hint?: string;
}

/** A refusal of the grammar: data, because the grammar is pure and `intake` prints it as JSON. places: all that have to be settled. */
export interface Refusal {
  readonly code: StopCode;
  readonly line: number;
  readonly reason: string;
  readonly places?: readonly RefusedPlace[];
}

/** A manifest, or the first reason why the grammar refuses the document. */
export type MarkResult =
  { readonly manifest: Manifest; readonly refusal?: never } | { readonly refusal: Refusal; readonly manifest?: never };

/** A named grammar: bytes and options in, manifest or refusal out. Pure. */
export interface GrammarProfile {
  readonly name: string;
  readonly sha: string;
  mark(
    bytes: Uint8Array,
    prefix: string,
    options: GrammarOptions,
    caps: { readonly units: number; readonly hard: number },
  ): MarkResult;
}
