// The plan as values, made again from the pinned bytes whenever it is needed: nothing between signature and write is trusted to have kept it.
import { grammarProfile } from "./grammar/profiles.ts";
import { sha256 } from "./model/canonical.ts";
import type { Config } from "./model/config.ts";
import { isDocumentId } from "./model/ids.ts";
import type { Manifest } from "./model/manifest.ts";
import type { GrammarChoice } from "./model/outputs.ts";
import type { PlanRow } from "./model/cut-plan.ts";
import { insist, Stopped } from "./model/stop.ts";
import { proveLossless } from "./rules/lossless.ts";
import { planRows, writerDigest } from "./rules/plan-rows.ts";

/** The plan of one snapshot: its bytes, the manifest, the rows to write and their digest. `coverage_bytes` is the size of the region. */
export interface Material {
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  readonly rows: readonly PlanRow[];
  readonly writer_digest: string;
  readonly coverage_bytes: number;
}

/** What phase 1 fixed of a source; enough to make the plan again. */
export interface Pinned {
  readonly run_id: string;
  readonly document_id: string;
  readonly region_sha: string;
  readonly grammar: GrammarChoice;
}

/** Marks and plans the artifact's bytes; the region must hash to the registered checksum (STOP_DRIFT), the cut must be lossless. */
export function materialOf(bytes: Uint8Array, pinned: Pinned, config: Config): Material {
  if (!isDocumentId(pinned.document_id))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "a document id out of form", wanted: "3-32 of A-Z 0-9 -" });
  const profile = grammarProfile(pinned.grammar.profile);
  const marked = profile.mark(bytes, pinned.document_id, pinned.grammar.options, {
    units: config.caps.units,
    hard: config.caps.hard,
  });
  if (marked.refusal)
    throw new Stopped(marked.refusal.code, {
      saw: `line ${marked.refusal.line}: ${marked.refusal.reason}`,
      wanted: "a document the grammar can cut",
      line: marked.refusal.line,
    });
  const { manifest } = marked;
  if (manifest.region_sha !== pinned.region_sha) {
    throw new Stopped("STOP_DRIFT", {
      saw: `the snapshot's region hashes to ${manifest.region_sha.slice(0, 12)}`,
      wanted: `${pinned.region_sha.slice(0, 12)}, the registered content_checksum`,
    });
  }
  const rows = planRows(manifest, {
    run_id: pinned.run_id,
    unit_kind: config.plan.unit_kind,
    owner_ref: config.plan.owner_ref,
    publication_type: config.plan.publication_type,
  });
  const proof = proveLossless(bytes, manifest, rows);
  if (!proof.ok) insist(proof.verdict);
  return {
    bytes,
    manifest,
    rows,
    writer_digest: writerDigest(rows),
    coverage_bytes: manifest.region.byte_end - manifest.region.byte_start,
  };
}

/** sha256 of the artifact as it lies on disk. */
export const artifactSha = (bytes: Uint8Array): string => sha256(bytes);
