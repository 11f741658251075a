// May this document be cut on this host? And where do its reports go? Values in, verdict out.
import type { RowOf } from "../model/rows.ts";
import type { Config } from "../model/config.ts";
import type { Verdict } from "../model/stop.ts";
import { isProtected } from "./protected.ts";

/** A registered document joined to its newest version; the version's columns are null when it has none. */
export type RegistryRow = Omit<RowOf<"read/source-document">, "address_docprefix" | "version_status">;

/** A registry row with a version to cut. */
export type SourceRow = {
  readonly [K in Exclude<keyof RegistryRow, "authority_class" | "status">]: NonNullable<RegistryRow[K]>;
};

/** Protected prefixes first (they need no look-up), then existence, then the target policy. */
export function judgeTarget(
  rows: readonly RegistryRow[],
  document: string,
  config: Config,
): { verdict: Verdict; source?: SourceRow } {
  const guarded = config.protected_prefixes.find((entry) => isProtected(document, [entry]));
  if (guarded)
    return {
      verdict: {
        code: "STOP_TARGET_POLICY",
        facts: {
          saw: `${document} is protected by ${guarded}: P-B, a re-exercise of a constitution-shaped document, is refused`,
          wanted: "a document no protected prefix covers",
          hint: "what is in force stays as it is; cut a new version under a prefix of its own",
        },
      },
    };
  const [row] = rows;
  if (!row)
    return {
      verdict: {
        code: "STOP_DOCUMENT_UNKNOWN",
        facts: {
          saw: `no row with address_docprefix ${document} in source_document_registry`,
          wanted: "a registered document",
          next: `npm run register -- <file.md> ${document}`,
        },
      },
    };
  if (!row.source_version_id || !row.content_checksum || !row.captured_at)
    return {
      verdict: {
        code: "STOP_DOCUMENT_UNKNOWN",
        facts: { saw: `${document} has no version in source_document_version_registry`, wanted: "a captured version" },
      },
    };
  if (row.status !== "active")
    return {
      verdict: {
        code: "STOP_TARGET_POLICY",
        facts: { saw: `${document} is ${row.status}`, wanted: "an active document" },
      },
    };
  if (row.authority_class === "authoritative")
    return {
      verdict: {
        code: "STOP_TARGET_POLICY",
        facts: {
          saw: `${document} is authoritative`,
          wanted: "a non-authoritative document, as the target policy of this host asks",
        },
      },
    };
  const source: SourceRow = {
    source_document_id: row.source_document_id,
    source_document_ref: row.source_document_ref,
    source_version_id: row.source_version_id,
    version_label: row.version_label ?? "",
    content_checksum: row.content_checksum,
    captured_at: row.captured_at,
  };
  return { verdict: undefined, source };
}

/**
 * `knowledge/dev/laws/<law-id>/v<16 hex>-automation-cut-<YYYYMMDD>[-<HHMM>[-<8 hex of the run id>]]`, as the requirements'
 * report contract asks; no two runs share one.
 */
export function reportFolder(
  run: { run_id: string; document_id: string; opened: Date },
  regionSha: string,
  before: { earlier: number; same_minute: number },
): string {
  const utc = run.opened.toISOString().replaceAll(/[-:]/g, "");
  const own = before.same_minute > 0 ? `-${run.run_id.slice(-8)}` : "";
  const slug = `automation-cut-${utc.slice(0, 8)}${before.earlier > 0 ? `-${utc.slice(9, 13)}${own}` : ""}`;
  return `knowledge/dev/laws/${run.document_id.toLowerCase()}/v${regionSha.slice(0, 16)}-${slug}`;
}

/** STOP_REFUSED_INPUT when a version was asked for and another one is the newest by now, as after a registration meanwhile. */
export function judgeAskedVersion(document: string, asked: string | null, newest: string): Verdict {
  if (asked === null || asked === newest) return undefined;
  return {
    code: "STOP_REFUSED_INPUT",
    facts: {
      saw: `version ${newest} of ${document} is the newest`,
      wanted: `version ${asked}, which was asked for`,
      hint: "a batch that names no version cuts the newest; nothing was opened",
    },
  };
}
