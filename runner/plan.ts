// The plan as values, made again from the pinned bytes whenever it is needed: nothing between signature and write is trusted to have
// kept it. Phases, gates and commands ask here, so that no phase imports another.
import { grammarProfile } from "./grammar/profiles.ts";
import { suggestHints } from "./grammar/suggest-hints.ts";
import type { Json } from "./model/canonical.ts";
import type { Config } from "./model/config.ts";
import { documentIdOf, type DocumentId, type RunId } from "./model/ids.ts";
import type { Manifest, Refusal } from "./model/manifest.ts";
import type { GrammarChoice, SourcePinOutput } from "./model/outputs.ts";
import type { CutPlan, PlanRow } from "./model/cut-plan.ts";
import type { Supersedes } from "./model/registration-record.ts";
import { registrationOf } from "./looks/registered-version.ts";
import { insist, Stopped } from "./model/stop.ts";
import type { PureScope } from "./phase.ts";
import { placeDetails } from "./rules/hints.ts";
import { affectedRowId, ledgerIds, sourceSpan, type LedgerIds } from "./rules/ledger.ts";
import { proveLossless } from "./rules/lossless.ts";
import type { WrittenUnit } from "./rules/structural.ts";
import { planRows, withoutText, writerDigest } from "./rules/plan-rows.ts";
import { comparedSha, rowsSuperseding, supersededColumns } from "./rules/supersession.ts";

/** The plan of one snapshot: its bytes, the manifest, the rows to write and their digest. `coverage_bytes` is the size of the region. */
export interface Material {
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  readonly rows: readonly PlanRow[];
  readonly writer_digest: string;
  readonly coverage_bytes: number;
  /** Of a new version: the enacted text whose units the rows name. */
  readonly supersedes?: Supersedes;
}

/** What phase 1 fixed of a source; enough to make the plan again. */
export interface Pinned {
  readonly run_id: string;
  readonly document_id: string;
  readonly region_sha: string;
  readonly grammar: GrammarChoice;
  readonly supersedes?: Supersedes | undefined;
}

/** Marks and plans the artifact's bytes; the region must hash to the registered checksum (STOP_DRIFT), the cut must be lossless. */
export function materialOf(bytes: Uint8Array, pinned: Pinned, config: Config): Material {
  const profile = grammarProfile(pinned.grammar.profile);
  const marked = profile.mark(bytes, documentIdOf(pinned.document_id), pinned.grammar.options, {
    units: config.caps.units,
    hard: config.caps.hard,
  });
  if (marked.refusal) throw refused(bytes, pinned, marked.refusal, config);
  const { manifest } = marked;
  if (manifest.region_sha !== pinned.region_sha) {
    throw new Stopped("STOP_DRIFT", {
      saw: `the snapshot's region hashes to ${manifest.region_sha.slice(0, 12)}`,
      wanted: `${pinned.region_sha.slice(0, 12)}, the registered content_checksum`,
    });
  }
  const planned = planRows(manifest, {
    run_id: pinned.run_id,
    unit_kind: config.plan.unit_kind,
    owner_ref: config.plan.owner_ref,
    publication_type: config.plan.publication_type,
  });
  const rows = rowsSuperseding(planned, pinned.supersedes);
  const proof = proveLossless(bytes, manifest, rows);
  if (!proof.ok) insist(proof.verdict);
  return {
    bytes,
    manifest,
    rows,
    writer_digest: writerDigest(rows),
    coverage_bytes: manifest.region.byte_end - manifest.region.byte_start,
    ...(pinned.supersedes === undefined ? {} : { supersedes: pinned.supersedes }),
  };
}

/** A refusal of the grammar with every place of it, each by the line of a hints file that would settle it. */
function refused(bytes: Uint8Array, pinned: Pinned, refusal: Refusal, { caps }: Config): Stopped {
  const { profile, options } = pinned.grammar;
  const places =
    "depth" in options
      ? suggestHints({
          profile: grammarProfile(profile),
          bytes,
          prefix: pinned.document_id,
          options,
          caps: { units: caps.units, hard: caps.hard },
          refusal,
        }).places
      : [];
  return new Stopped(refusal.code, {
    saw: `line ${refusal.line}: ${refusal.reason}`,
    wanted: "a document the grammar can cut",
    line: refusal.line,
    ...(places.length === 0 ? {} : { details: placeDetails(places) }),
  });
}

/** The enacted text that a pinned source follows, as registration recorded it. STOP_DRIFT when the record tells another one now. */
async function supersededBy(
  source: SourcePinOutput,
  files: Pick<PureScope["files"], "registration">,
): Promise<Supersedes | undefined> {
  if (!source.supersedes) return undefined;
  const recorded = (await registrationOf(files, source.source_version_id))?.supersedes;
  if (
    recorded?.document_id !== source.supersedes.document_id ||
    comparedSha(recorded.units) !== source.supersedes.compared_sha
  )
    throw new Stopped("STOP_DRIFT", {
      saw: `artifacts/${source.source_version_id}.registration.json names another enacted text than was pinned`,
      wanted: "the registration record unchanged",
    });
  return recorded;
}

/** What making a plan needs of a run. */
interface PlanScope {
  readonly files: Pick<PureScope["files"], "artifact" | "registration">;
  readonly run_id: string;
  readonly document_id: string;
  readonly config: Config;
}

/** The titles and bodies that stand in the database rebuild the pinned region, whose bytes are counted. STOP_INVARIANT_FAILED otherwise. */
export async function losslessFromRows(
  source: SourcePinOutput,
  units: readonly Pick<WrittenUnit, "title" | "body">[],
  scope: PlanScope,
): Promise<number> {
  const { bytes, manifest, coverage_bytes } = await planOf(source, scope);
  const texts = units.map(({ title, body }) => ({ title: title ?? "", body: body ?? "" }));
  const proof = proveLossless(bytes, manifest, texts);
  if (!proof.ok) insist(proof.verdict);
  return coverage_bytes;
}

/** The plan of a pinned source, rebuilt from the artifact on disk. */
export async function planOf(source: SourcePinOutput, scope: PlanScope): Promise<Material> {
  const bytes = await scope.files.artifact(source.source_version_id);
  return materialOf(
    bytes,
    {
      run_id: scope.run_id,
      document_id: scope.document_id,
      region_sha: source.region_sha,
      grammar: source.grammar,
      supersedes: await supersededBy(source, scope.files),
    },
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
  const units = rows.map((row, index) => {
    const { supersedes, ...planned } = withoutText(row);
    return {
      ...planned,
      source_span: sourceSpan(manifest.units[index]),
      affected_row_id: affectedRowId(run, writer_digest, row.canonical_address),
      ...supersededColumns(supersedes),
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
