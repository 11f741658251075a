// The grammar profile `generic-atx-1`: ATX headings outside containers open units; see docs/decisions/0022-generic-atx-1.md.
import { digestOf, sha256 } from "../model/canonical.ts";
import type {
  Finding,
  GenericOptions,
  GrammarOptions,
  GrammarProfile,
  ManifestUnit,
  MarkResult,
  Refusal,
} from "../model/manifest.ts";
import { hasHidden, hasVisible } from "../rules/text-hygiene.ts";
import { assembleManifest } from "./assemble-manifest.ts";
import { blockHeadings } from "./block-headings.ts";
import type { LineTable, TopHeading } from "./block-headings.ts";
import { prefixFault } from "./prefix.ts";
import { encodingRefusal, findRegion, nulRefusal } from "./source-region.ts";
import type { SourceRegion } from "./source-region.ts";
import { fencedHeadings, unseenHeadings, type LookedAt } from "./unseen-headings.ts";
import { addressBook, sectionTypesNameLetters } from "./unit-address.ts";
import { unitSpan } from "./unit-spans.ts";
import type { UnitSpan } from "./unit-spans.ts";

/** The rules in words. Their digest is the profile's sha: whoever changes a rule changes the words, and old approvals stop matching. */
const RULES = {
  name: "generic-atx-1",
  encoding: "UTF-8; NUL refused; a byte order mark at the region's start is separator; LF, CRLF and CR end lines",
  region: "between the lines CUT:BEGIN and CUT:END (comment form), each exactly once, else the whole file",
  units: "CommonMark 0.31 ATX headings outside lists and quotes; setext headings are findings",
  title: "heading content without markers, edge blanks and closing sequence; no hidden character",
  body:
    "whole lines to the next heading without blank edge lines; empty refused, or with " +
    "empty_body heading the title's bytes; shows a character",
  address: "prefix, then letter-number per enclosing heading; letter of the section type; number per parent and letter",
  limits: "line 1048576 bytes; 2000000 lines; 64 container levels; quote steps 8 a line and 100000",
};

type Caps = { readonly units: number; readonly hard: number };

/** A region whose block structure is known. content_start: file offset the lines' offsets count from. nul: first NUL, if any. */
interface Structure {
  readonly bytes: Buffer;
  readonly region: SourceRegion;
  readonly content_start: number;
  readonly lines: LineTable;
  readonly atx: readonly TopHeading[];
  /** 1-based lines of underlined headings. */
  readonly setext: readonly number[];
  readonly findings: readonly Finding[];
  /** What looks like headings and opens nothing is found in it when the document is accepted. */
  readonly looked: LookedAt;
  readonly nul: Refusal | undefined;
}

const refuse = (line: number, reason: string): Refusal => ({ code: "STOP_REFUSED_INPUT", line, reason });

/** The refusal of the earlier line; at the same line the first argument's. */
const earlier = <T extends Refusal | undefined>(one: T, other: Refusal | undefined): T | Refusal =>
  one === undefined || (other !== undefined && other.line < one.line) ? (other ?? one) : one;

function readStructure(bytes: Buffer): Structure | Refusal {
  const unreadable = encodingRefusal(bytes);
  if (unreadable) return unreadable;
  const nul = nulRefusal(bytes);
  const found = findRegion(bytes);
  if (found.refusal) return earlier(found.refusal, nul);
  const { region, findings } = found;
  const content_start = region.byte_start + region.bom;
  const structure = blockHeadings(bytes.subarray(content_start, region.byte_end));
  if (structure.fault) return earlier(refuse(region.first_line + structure.fault.line, structure.fault.reason), nul);
  const atx = structure.headings.filter((heading) => !heading.setext);
  const setext = structure.headings
    .filter((heading) => heading.setext)
    .map((heading) => region.first_line + heading.line);
  const looked: LookedAt = {
    text: bytes.subarray(content_start, region.byte_end),
    lines: structure.lines,
    opaque: structure.opaque,
    first_line: region.first_line,
  };
  return { bytes, region, content_start, lines: structure.lines, atx, setext, findings, looked, nul };
}

/** The cap that the headings exceed. cap: number of headings inside it, so also the index of the first one over it. */
function overCap({ atx, region }: Structure, caps: Caps): { cap: number; refusal: Refusal } | undefined {
  const [cap, code, name] =
    atx.length > caps.hard
      ? ([caps.hard, "STOP_OVER_HARD_CAP", "hard cap"] as const)
      : ([caps.units, "STOP_REFUSED_INPUT", "cap"] as const);
  const first = atx[cap];
  if (first === undefined) return undefined;
  return {
    cap,
    refusal: { code, line: region.first_line + first.line, reason: `${atx.length} units; the ${name} is ${cap}` },
  };
}

function headingFault(span: UnitSpan, title: string, body: string, options: GenericOptions): string | undefined {
  if (span.title_start === span.title_end) return "the heading has no text";
  if (hasHidden(title)) return "the heading holds an invisible, bidirectional or control character";
  if (!hasVisible(title)) return "the heading shows no character";
  // The database refuses a body of white space, but only after people have signed.
  if (!hasVisible(body)) return "the text below the heading shows no character";
  if (span.body_start < span.body_end || options.empty_body === "heading") return undefined;
  return "the heading has no text below it before the next heading; --empty-body heading takes the heading as its body";
}

/** The units of the headings up to `limit`, or the first heading that cannot open one. */
function unitsOf(
  structure: Structure,
  prefix: string,
  options: GenericOptions,
  limit: number,
): ManifestUnit[] | Refusal {
  const { bytes, atx, lines, region, content_start: from } = structure;
  const text = bytes.subarray(from, region.byte_end);
  const nextAddress = addressBook(prefix, options.section_types);
  const units: ManifestUnit[] = [];
  for (const [index, heading] of atx.slice(0, limit).entries()) {
    const line = region.first_line + heading.line;
    const span = unitSpan(text, lines, heading, atx[index + 1]?.line ?? lines.count);
    const titleBytes = text.subarray(span.title_start, span.title_end);
    const title = titleBytes.toString("utf8");
    const own =
      span.body_start < span.body_end
        ? { start: span.body_start, end: span.body_end }
        : { start: span.title_start, end: span.title_end };
    const bodyBytes = text.subarray(own.start, own.end);
    const body = bodyBytes.toString("utf8");
    const fault = headingFault(span, title, body, options);
    if (fault !== undefined) return refuse(line, fault);
    units.push({
      ordinal: index + 1,
      depth: heading.depth,
      line,
      ...nextAddress(heading.depth),
      title,
      title_start: from + span.title_start,
      title_end: from + span.title_end,
      title_sha: sha256(titleBytes),
      body,
      body_start: from + own.start,
      body_end: from + own.end,
      content_hash: sha256(bodyBytes),
      byte_start: from + span.start,
      byte_end: from + span.end,
    });
  }
  return units;
}

function noHeading({ setext, region, bytes, looked }: Structure): Refusal {
  const text = bytes.subarray(region.byte_start, region.byte_end).toString("utf8");
  if (!hasVisible(text)) return refuse(region.first_line, "the document shows no character");
  // Whoever brings a law meets this profile first, because it is the default. Laws indent their articles, print them bold, in
  // capitals or with a Latin Eth, and the profile for laws reads all of that.
  const law = /^[ \t\u00a0*_]*[Đ\u00d0](?:iều|IỀU)[ \u00a0]\d/mu.test(text.normalize("NFC"))
    ? "; --profile vn-law-1 cuts a Vietnamese law at its articles"
    : "";
  const [line] = setext;
  return line === undefined
    ? refuse(
        region.first_line,
        `no ATX heading (\`#\`) outside fences, lists and quotes${fencedHeadings(looked)}${law}`,
      )
    : refuse(line, `no ATX heading (\`#\`); the underlined heading here opens no unit${law}`);
}

function mark(source: Uint8Array, prefix: string, options: GrammarOptions, caps: Caps): MarkResult {
  if (!("empty_body" in options)) return { refusal: refuse(0, "options of another grammar profile") };
  const fault =
    prefixFault(prefix) ??
    (sectionTypesNameLetters(options.section_types) ? undefined : "a section type does not begin with a letter");
  if (fault !== undefined) return { refusal: refuse(0, fault) };
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const structure = readStructure(bytes);
  if ("code" in structure) return { refusal: structure };
  const over = overCap(structure, caps);
  // With too many headings only those inside the cap can hold an earlier fault.
  const units = unitsOf(structure, prefix, options, over?.cap ?? structure.atx.length);
  if ("code" in units) return { refusal: earlier(units, structure.nul) };
  const refusal = earlier(over?.refusal, structure.nul) ?? (units.length === 0 ? noHeading(structure) : undefined);
  if (refusal !== undefined) return { refusal };
  const findings = [...structure.findings, ...unseenHeadings(structure.looked)];
  return { manifest: assembleManifest({ ...structure, findings, profile: genericAtx1, options, units }) };
}

/**
 * See {@link GrammarProfile}. A refusal of line 0 is about the prefix or the options, not about a line. Never throws,
 * whatever the bytes.
 */
export const genericAtx1: GrammarProfile = { name: RULES.name, sha: digestOf(RULES), mark };
