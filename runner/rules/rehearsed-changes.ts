// What a rehearsal may change at all, and how its facts are found again: docs/decisions/0051-rehearsal.md.
import { digestOf, type Json } from "../model/canonical.ts";
import { COUNTED, REHEARSED, rehearsalSchema, type CountedEffect, type Rehearsal } from "../model/rehearsal.ts";
import type { RecordedPhase } from "../model/run.ts";
import { Stopped, type Verdict } from "../model/stop.ts";
import type { JournalEntry } from "./journal.ts";
import type { TableChanges } from "./prediction.ts";

/** Rows of one table: exactly `ins` new ones; `upd` a number, or any multiple of the units where the database's own function decides. */
interface Allowed {
  readonly ins: number;
  readonly upd: number | "each";
}

const LEDGER = (units: number): Record<string, Allowed> => ({
  "cutter_governance.decision_backlog_entry": { ins: 1, upd: 0 },
  "cutter_governance.decision_backlog_history": { ins: 1, upd: 0 },
  "cutter_governance.manifest_envelope": { ins: 1, upd: 0 },
  "cutter_governance.manifest_unit_block": { ins: units, upd: 0 },
  "cutter_governance.review_decision": { ins: 1, upd: 0 },
  "cutter_governance.dot_pair_signature": { ins: 1, upd: 0 },
  "cutter_governance.cut_change_set": { ins: 1, upd: 0 },
  "cutter_governance.cut_change_set_affected_row": { ins: units, upd: 0 },
});
const SET_ASIDE = (units: number): Record<string, Allowed> => ({
  "public.information_unit": { ins: 0, upd: "each" },
  "public.unit_version": { ins: 0, upd: "each" },
  "public.iu_lifecycle_log": { ins: units, upd: 0 },
});

/** Tables an effect is made to write; the cutter's own schema is bookkeeping and stands beside. */
function allowedIn(effect: CountedEffect, units: number): Record<string, Allowed> {
  switch (effect) {
    case "cut_leg_a":
      return {
        "public.information_unit": { ins: units, upd: "each" },
        "public.unit_version": { ins: units, upd: "each" },
        "public.birth_registry": { ins: units, upd: 0 },
      };
    case "leg_b_record":
      return LEDGER(units);
    case "write_verify":
      return {
        "cutter_governance.verify_result": { ins: 1, upd: 0 },
        "cutter_governance.dot_pair_signature": { ins: 1, upd: 0 },
      };
    case "lifecycle_enact":
      return { ...SET_ASIDE(units), "cutter_governance.review_decision": { ins: 1, upd: 0 } };
    case "revert":
      return SET_ASIDE(units);
    case "revert_ledger":
      return { ...SET_ASIDE(units), "cutter_governance.review_decision": { ins: 1, upd: 0 } };
  }
}

/** New rows by table that an effect over so many units makes; the cutter's own bookkeeping stands beside. */
export const newRowsOf = (effect: CountedEffect, units: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(allowedIn(effect, units)).map(([table, { ins }]) => [table, ins]));

/** Name under which the changes of a writing phase are counted; `isRecorded` tells what the run has committed. */
export function countedEffect(phase: RecordedPhase, isRecorded: (phase: RecordedPhase) => boolean): CountedEffect {
  const wanted = phase === "revert" && isRecorded("leg_b_record") ? "revert_ledger" : phase;
  const name = COUNTED.find((known) => known === wanted);
  if (!name) throw new Error(`${phase} is no effect`);
  return name;
}

/**
 * What was counted becomes what is allowed, so a trap in the database must not count itself in: a table no effect is made to write, a
 * deleted row, or another number of new rows is STOP_INVARIANT_FAILED already here.
 */
export function judgeCounted(effect: CountedEffect, units: number, changes: readonly TableChanges[]): Verdict {
  const allowed = new Map(Object.entries(allowedIn(effect, units)));
  const seen = new Map(
    changes
      .filter(({ table }) => !table.startsWith("pg_toast.") && !isBookkeeping(table))
      .map((row) => [row.table, row]),
  );
  const details = [...new Set([...allowed.keys(), ...seen.keys()])].sort().flatMap((table) => {
    const [may, saw] = [allowed.get(table) ?? { ins: 0, upd: 0 }, seen.get(table) ?? { table, ins: 0, upd: 0, del: 0 }];
    const updates = may.upd === "each" ? saw.upd % units === 0 : saw.upd === may.upd;
    if (saw.ins === may.ins && updates && saw.del === 0) return [];
    return [
      `${table}: ${saw.ins} inserted, ${saw.upd} updated, ${saw.del} deleted, made for ${may.ins} ` +
        `inserted${may.upd === "each" ? " and the units' own updates" : ""}`,
    ];
  });
  if (details.length === 0) return undefined;
  return {
    code: "STOP_INVARIANT_FAILED",
    facts: {
      saw: `${effect} would change what it is not made to change: ${details.join("; ")}`,
      wanted: "the run's own rows only",
      details,
    },
  };
}

const isBookkeeping = (table: string): boolean => table.startsWith("cutter_runtime.");

/** By table: rows that stood before and are gone or changed, with one of them, and rows that are new. */
export interface LookedAt {
  readonly table: string;
  readonly lost: number;
  readonly added: number;
  readonly first_lost: string | null;
}

/**
 * STOP_INVARIANT_FAILED when a row that stood before does not stand as it was, or another number of rows came than these effects make.
 * `units` has a number for each run that went through all of them.
 */
export function judgeOtherRows(
  looked: readonly LookedAt[],
  effects: readonly CountedEffect[],
  units: readonly number[],
): Verdict {
  const wanted = new Map<string, number>();
  for (const effect of effects)
    for (const each of units)
      for (const [table, { ins }] of Object.entries(allowedIn(effect, each)))
        wanted.set(table, (wanted.get(table) ?? 0) + ins);
  const lost = looked
    .filter((row) => row.lost > 0)
    .map(
      (row) => `${row.table}: ${row.lost} rows changed or gone, among them ${row.first_lost ?? "one without a key"}`,
    );
  const added = new Map(looked.map((row) => [row.table, row.added]));
  const other = [...new Set([...wanted.keys(), ...added.keys()])]
    .sort()
    .filter((table) => (wanted.get(table) ?? 0) !== (added.get(table) ?? 0))
    .map((table) => `${table}: ${added.get(table) ?? 0} new rows, ${wanted.get(table) ?? 0} are the run's own`);
  const details = [...lost, ...other];
  const [first] = details;
  if (first === undefined) return undefined;
  return {
    code: "STOP_INVARIANT_FAILED",
    facts: { saw: first, wanted: "every row but the run's own as it was", details },
  };
}

/** Digest of a rehearsal's facts, as EXECUTION signs it. */
const rehearsalDigest = (facts: Json): string => digestOf(facts);

/** Facts of every rehearsal in a journal, newest first; the chain is judged by the caller. */
function rehearsalsIn(journal: readonly Pick<JournalEntry, "entry">[]): Json[] {
  return journal
    .flatMap(({ entry }) => {
      if (typeof entry !== "object" || entry === null || !("event" in entry) || entry["event"] !== REHEARSED) return [];
      return [entry["rehearsal"] ?? null];
    })
    .reverse();
}

/** Digest of the newest rehearsal; STOP_APPROVAL_INVALID before there is one: nothing can be signed yet. */
export function newestDigest(journal: readonly Pick<JournalEntry, "entry">[]): string {
  const [facts] = rehearsalsIn(journal);
  if (facts === undefined)
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: "this run has not been rehearsed",
      wanted: "a rehearsal of this plan on its proven backup",
    });
  return rehearsalDigest(facts);
}

/** The rehearsal with this digest. STOP_TORN when the journal does not hold it, for it was signed. */
export function rehearsalOf(journal: readonly Pick<JournalEntry, "entry">[], digest: string): Rehearsal {
  const facts = rehearsalsIn(journal).find((candidate) => rehearsalDigest(candidate) === digest);
  const parsed = rehearsalSchema.safeParse(facts);
  if (!parsed.success)
    throw new Stopped("STOP_TORN", {
      saw: "the rehearsal that was signed does not stand in the journal",
      wanted: `a rehearsal with digest ${digest.slice(0, 12)}`,
    });
  return parsed.data;
}

/** The newest rehearsal when it is of this plan over this content, else undefined: then it has to be made. */
export function standingRehearsal(
  journal: readonly Pick<JournalEntry, "entry">[],
  of: { run_id: string; writer_digest: string; content_digests_sha: string },
): Rehearsal | undefined {
  const parsed = rehearsalSchema.safeParse(rehearsalsIn(journal)[0]);
  if (!parsed.success) return undefined;
  const { run_id, writer_digest, content_digests_sha } = parsed.data;
  return run_id === of.run_id && writer_digest === of.writer_digest && content_digests_sha === of.content_digests_sha
    ? parsed.data
    : undefined;
}
