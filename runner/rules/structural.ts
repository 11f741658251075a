// The eleven checks of phase 7: every planned row beside what stands in the tables. Content is compared, not only counted.
import type { RowOf } from "../model/rows.ts";
import { sha256 } from "../model/canonical.ts";
import { STRUCTURAL_CHECKS } from "../model/outputs.ts";
import type { Verdict } from "../model/stop.ts";

/** One line of verify/written-units. */
export type WrittenUnit = RowOf<"verify/written-units">;

/** The eleven checks, each true: a failing one is a stop and has no record. */
export type StructuralChecks = Record<(typeof STRUCTURAL_CHECKS)[number], true>;

const ALL_TRUE: StructuralChecks = {
  unit_count: true,
  version_count: true,
  birth_count: true,
  addresses: true,
  titles: true,
  body_hashes: true,
  section_types: true,
  parents: true,
  all_draft: true,
  anchors: true,
  no_foreign_unit: true,
};

/** `standing` is every address under the document now; `status` is the lifecycle all units must have. */
export function judgeStructure(
  units: readonly WrittenUnit[],
  planned: number,
  standing: readonly { address: string; lifecycle_status: string }[],
  status: "draft" | "enacted",
): { verdict: Verdict; checks?: StructuralChecks } {
  const wanted = new Set(units.map((unit) => unit.address));
  const tests: Record<(typeof STRUCTURAL_CHECKS)[number], (unit: WrittenUnit) => boolean> = {
    unit_count: (unit) => unit.unit_id !== null,
    version_count: (unit) => unit.versions === 1 && unit.version_seq === 1,
    birth_count: (unit) => unit.births === 1,
    addresses: (unit) => wanted.has(unit.address),
    titles: (unit) => unit.title !== null && sha256(unit.title) === unit.planned_title_sha,
    body_hashes: (unit) =>
      unit.body !== null &&
      sha256(unit.body) === unit.planned_content_hash &&
      unit.content_hash === unit.planned_content_hash,
    section_types: (unit) =>
      unit.section_type === unit.planned_section_type &&
      unit.unit_kind === unit.planned_unit_kind &&
      unit.owner === unit.planned_owner &&
      unit.publication_type === unit.planned_publication_type,
    parents: (unit) => unit.parent === unit.planned_parent,
    all_draft: (unit) => unit.lifecycle_status === status && unit.version_status === status,
    anchors: (unit) =>
      unit.version_id !== null &&
      unit.version_anchor_ref === unit.version_id &&
      unit.content_anchor_ref === unit.version_id,
    no_foreign_unit: () => true,
  };
  const failed = STRUCTURAL_CHECKS.flatMap((name) =>
    units
      .filter((unit) => !tests[name](unit))
      .slice(0, 5)
      .map((unit) => `${name}: ${unit.address}`),
  );
  if (units.length !== planned) failed.unshift(`unit_count: ${units.length} planned rows for a plan of ${planned}`);
  failed.push(
    ...standing
      .filter((unit) => !wanted.has(unit.address))
      .slice(0, 5)
      .map((unit) => `no_foreign_unit: ${unit.address}`),
  );
  const [first] = failed;
  if (first)
    return {
      verdict: { code: "STOP_VERIFY_FAILED", facts: { saw: first, wanted: "every row as planned", details: failed } },
    };
  return { verdict: undefined, checks: ALL_TRUE };
}
