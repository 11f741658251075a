// The plan of a run, rebuilt from its pinned source; phases and gates ask here, so that no phase imports another.
import { materialOf, type Material } from "./plan-of-source.ts";
import type { DocumentId, RunId } from "./model/ids.ts";
import type { Json } from "./model/canonical.ts";
import type { SourcePinOutput } from "./model/outputs.ts";
import type { CutPlan } from "./model/cut-plan.ts";
import type { PureScope } from "./phase.ts";
import { affectedRowId, ledgerIds, sourceSpan, type LedgerIds } from "./rules/ledger.ts";

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

/** What the gate admits with SG_1: rows of planned_unit, and the ids of every ledger row of the run. The database holds the writer to both. */
export interface PlannedRows {
  readonly units: readonly Readonly<Record<string, Json>>[];
  readonly ledger: LedgerIds;
}

/** Derived from the pinned snapshot alone. */
export function plannedRows(
  { rows, manifest, writer_digest }: Material,
  run: { run_id: RunId; document_id: DocumentId },
): PlannedRows {
  const units = rows.map((row, index) => {
    const {
      ordinal,
      canonical_address,
      title_sha,
      content_hash,
      section_type,
      unit_kind,
      owner_ref,
      publication_type,
      parent_address,
    } = row;
    return {
      ordinal,
      canonical_address,
      title_sha,
      content_hash,
      section_type,
      unit_kind,
      owner_ref,
      publication_type,
      parent_address,
      source_span: sourceSpan(manifest.units[index]),
      affected_row_id: affectedRowId(run, writer_digest, canonical_address),
    };
  });
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
