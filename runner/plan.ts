// The plan as values, made again from the pinned bytes whenever it is needed: nothing between signature and write is trusted to have
// kept it. Phases, gates and commands ask here, so that no phase imports another.
import { grammarProfile } from "./grammar/profiles.ts";
import type { Json } from "./model/canonical.ts";
import type { Config } from "./model/config.ts";
import { isDocumentId, type DocumentId, type RunId } from "./model/ids.ts";
import type { Manifest } from "./model/manifest.ts";
import type { GrammarChoice, SourcePinOutput } from "./model/outputs.ts";
import type { CutPlan, PlanRow } from "./model/cut-plan.ts";
import { insist, Stopped } from "./model/stop.ts";
import type { PureScope } from "./phase.ts";
import { affectedRowId, ledgerIds, sourceSpan, type LedgerIds } from "./rules/ledger.ts";
import { proveLossless } from "./rules/lossless.ts";
import { planRows, withoutText, writerDigest } from "./rules/plan-rows.ts";

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

/** The plan of a pinned source, rebuilt from the artifact on disk. */
export async function planOf(
  source: SourcePinOutput,
  scope: Pick<PureScope, "files" | "run_id" | "document_id" | "config">,
): Promise<Material> {
  const bytes = await scope.files.artifact(source.source_version_id);
  return materialOf(
    bytes,
    { run_id: scope.run_id, document_id: scope.document_id, region_sha: source.region_sha, grammar: source.grammar },
    scope.config,
  );
}

/**
 * What the gate admits with SG_1: rows of planned_unit, and the ids of every ledger row of the run. The database holds
 * the writer to both.
 */
export interface PlannedRows {
  readonly units: readonly Readonly<Record<string, Json>>[];
  readonly ledger: LedgerIds;
}

/** Derived from the pinned snapshot alone. */
export function plannedRows(
  { rows, manifest, writer_digest }: Material,
  run: { run_id: RunId; document_id: DocumentId },
): PlannedRows {
  const units = rows.map((row, index) => ({
    ...withoutText(row),
    source_span: sourceSpan(manifest.units[index]),
    affected_row_id: affectedRowId(run, writer_digest, row.canonical_address),
  }));
  return { units, ledger: ledgerIds(run, writer_digest) };
}

/** cut_plan.json: what is signed, as a person's program reads it. */
export function planJson(
  material: Material,
  source: SourcePinOutput,
  scope: { run_id: string; document_id: string },
): Json {
  const plan: CutPlan = {
    run_id: scope.run_id,
    document_id: scope.document_id,
    source_version_id: source.source_version_id,
    region_sha: source.region_sha,
    manifest_digest: material.manifest.manifest_digest,
    writer_digest: material.writer_digest,
    rows: material.rows,
  };
  return { ...plan, rows: plan.rows.map((row) => ({ ...row })) };
}
