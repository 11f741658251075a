// What changed between two backups of one run: whether recorded phases of other runs explain every bit of it
// (docs/decisions/0150-changed-content.md).
import type { ContentDigests } from "../model/backup-receipt.ts";
import type { CountedEffect } from "../model/rehearsal.ts";
import type { Verdict } from "../model/stop.ts";
import type { BaselineRow } from "../model/outputs.ts";
import { newRowsOf } from "./rehearsed-changes.ts";

/** A writing phase that another run recorded, with its transaction's beginning and the time of its record. */
export interface OtherEffect {
  readonly run_id: string;
  readonly document_id: string;
  readonly effect: CountedEffect;
  readonly units: number;
  readonly began: Date;
  readonly at: Date;
}

/** The two backups and what stands around them; `taken` and `until` are when the first and the second were restored and found equal. */
export interface ChangedContent {
  readonly before: ContentDigests;
  readonly now: ContentDigests;
  readonly taken: Date;
  readonly until: Date;
  readonly effects: readonly OtherEffect[];
  readonly target: string;
  readonly documents: { readonly before: readonly BaselineRow[]; readonly now: readonly BaselineRow[] };
}

/** Tables whose rows belong to documents; what changed in them is judged document by document. */
const UNIT_TABLES = ["public.information_unit", "public.unit_version"];

/** Other documents are registered while a run waits; that its own rows stand as they were is what source_pin looks at again. */
const REGISTRIES = ["cutter_governance.source_document_registry", "cutter_governance.source_document_version_registry"];

/** A dump and its restore last at most this long, so an effect this near before a proof may be in the dump or not. */
const DUMP_MINUTES = 11;
/** The clocks of host and database. */
const SKEW_MINUTES = 1;

/**
 * STOP_DRIFT unless one stretch of other runs' recorded phases, in the order of their commits, made exactly the new rows of every table,
 * and every changed document was changed last inside such a phase of its own run. Equal content is no change at all.
 */
export function judgeChangedContent(change: ChangedContent): Verdict {
  const { before, now } = change;
  const tables = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  const changed = tables.filter((table) => before[table]?.sha !== now[table]?.sha && !hasMoreRegistered(table, change));
  if (changed.length === 0) return undefined;
  const stretch = explainingEffects(change);
  const details = [...(stretch ? [] : unexplainedRows(changed, change)), ...unexplainedDocuments(change)];
  const [first] = details;
  if (first === undefined) return undefined;
  return {
    code: "STOP_DRIFT",
    facts: {
      saw: `the tables changed since they were first backed up: ${first}`,
      wanted: "content as it was, but for what recorded phases of other runs wrote",
      hint: "void the run and cut again: what was signed rests on other content",
      details,
    },
  };
}

type Measured = Pick<ChangedContent, "before" | "now" | "taken" | "until" | "effects">;

/**
 * The effects between the two dumps: where exactly they began is not known, so every beginning and end that the times allow is tried, and
 * one must fit in all tables at once. Undefined when none does.
 */
export function explainingEffects({
  before,
  now,
  taken,
  until,
  effects,
}: Measured): readonly OtherEffect[] | undefined {
  const sorted = [...effects].sort((one, other) => one.at.getTime() - other.at.getTime());
  const tables = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  for (const from of cuts(sorted, taken))
    for (const to of cuts(sorted, until)) {
      if (to < from) continue;
      const stretch = sorted.slice(from, to);
      const rows = stretch.map(({ effect, units }) => newRowsOf(effect, units));
      const fits = tables.every((table) => {
        if (hasMoreRegistered(table, { before, now })) return true;
        const grown = (now[table]?.rows ?? 0) - (before[table]?.rows ?? 0);
        const touched = before[table]?.sha === now[table]?.sha || rows.some((made) => table in made);
        return touched && grown === rows.reduce((sum, made) => sum + (made[table] ?? 0), 0);
      });
      if (fits) return stretch;
    }
  return undefined;
}

const hasMoreRegistered = (table: string, { before, now }: Pick<ChangedContent, "before" | "now">): boolean =>
  REGISTRIES.includes(table) && (now[table]?.rows ?? 0) > (before[table]?.rows ?? 0);

/** Positions in the order of commits at which a dump, proven at `proof`, may have read the tables. */
function cuts(sorted: readonly OtherEffect[], proof: Date): number[] {
  const minutes = ({ at }: OtherEffect): number => (at.getTime() - proof.getTime()) / 60_000;
  const inside = sorted.filter((one) => minutes(one) <= -DUMP_MINUTES).length;
  const outside = sorted.filter((one) => minutes(one) <= SKEW_MINUTES).length;
  return Array.from({ length: outside - inside + 1 }, (_, index) => inside + index);
}

function unexplainedRows(changed: readonly string[], { before, now, effects }: ChangedContent): string[] {
  return changed.map((table) => {
    const grown = (now[table]?.rows ?? 0) - (before[table]?.rows ?? 0);
    const known = effects.some(({ effect, units }) => table in newRowsOf(effect, units));
    return known
      ? `${table} has ${grown} rows more, and no stretch of other runs' recorded phases explains all tables`
      : `${table} holds other rows, and no recorded phase of another run writes it`;
  });
}

function unexplainedDocuments({ before, now, documents, effects, target }: ChangedContent): string[] {
  if (UNIT_TABLES.every((table) => before[table]?.sha === now[table]?.sha)) return [];
  const key = (row: BaselineRow): string => `${row.document}\0${row.set_aside}`;
  const was = new Map(documents.before.map((row) => [key(row), row]));
  const is = new Map(documents.now.map((row) => [key(row), row]));
  const own = (document: string): readonly OtherEffect[] => effects.filter((one) => one.document_id === document);
  const appeared = [...is.values()]
    .filter((row) => was.get(key(row))?.content_sha !== row.content_sha)
    .filter((row) => row.document !== target || row.set_aside)
    .filter((row) => !own(row.document).some((one) => isInside(row.newest_updated_at, one)))
    .map(
      (row) =>
        `document ${row.document} changed at ${row.newest_updated_at ?? "an unknown time"} ` +
        `by ${row.updated_by ?? "an unknown person"}, outside every recorded phase`,
    );
  const gone = [...was.values()]
    .filter((row) => !is.has(key(row)))
    .filter((row) => !own(row.document).some(({ effect }) => effect === "revert" || effect === "revert_ledger"))
    .map((row) => `document ${row.document} is gone, and no recorded phase moved it aside`);
  return [...appeared, ...gone];
}

/** Documents whose newest change lies inside a recorded writing phase of a run of their own. */
export function changedByRecords(rows: readonly BaselineRow[], effects: readonly OtherEffect[]): ReadonlySet<string> {
  return new Set(
    rows
      .filter((row) => effects.some((one) => one.document_id === row.document && isInside(row.newest_updated_at, one)))
      .map((row) => row.document),
  );
}

/** Rows carry microseconds, a record's times milliseconds: one millisecond at each end. */
function isInside(time: string | null, { began, at }: OtherEffect): boolean {
  if (time === null) return false;
  const changed = Date.parse(time);
  return changed >= began.getTime() - 1 && changed <= at.getTime() + 1;
}
