// The rows a run will write, their digest, and everything that speaks against writing them.
import { digestOf, sha256 } from "../model/canonical.ts";
import { documentOfAddress } from "../model/ids.ts";
import type { Manifest } from "../model/manifest.ts";
import type { PlanRow } from "../model/cut-plan.ts";
import type { RowOf } from "../model/rows.ts";
import type { StopCode, Verdict } from "../model/stop.ts";
import { newVersionHint } from "./supersession.ts";

/** Words every row of a plan carries; on a host they come from its configuration. */
export interface PlanWords {
  readonly unit_kind: string;
  readonly owner_ref: string;
  readonly publication_type: string;
}

/** The words and the depth-to-type mapping that intake uses where no host is asked; a host's configuration starts from the same. */
export const PLAN_DEFAULTS: PlanWords & { readonly section_types: readonly string[] } = {
  unit_kind: "law_unit",
  owner_ref: "incomex-council",
  publication_type: "law",
  section_types: ["section", "article", "principle"],
};

/** The rows of a manifest in order. The key carries the run id, so that a reverted document can be cut again. */
export function planRows(manifest: Manifest, words: PlanWords & { readonly run_id: string }): PlanRow[] {
  return manifest.units.map((unit) => ({
    ordinal: unit.ordinal,
    canonical_address: unit.address,
    unit_kind: words.unit_kind,
    section_type: unit.section_type,
    title: unit.title,
    title_sha: unit.title_sha,
    body: unit.body,
    content_hash: unit.content_hash,
    parent_address: unit.parent,
    owner_ref: words.owner_ref,
    publication_type: words.publication_type,
    idempotency_key: `ick:unit:${words.run_id}:${unit.address}`,
  }));
}

/** A row without its texts, which stand in it by their digests, and without its run-derived key. */
export const withoutText = ({ title: _title, body: _body, idempotency_key: _key, ...row }: PlanRow) => row;

/** sha256 of RFC 8785 rows without text and run-derived keys: the same document and words give it in every run. */
export const writerDigest = (rows: readonly PlanRow[]): string => digestOf(rows.map(withoutText));

/** What the database and the configuration say now. locks: the settings that size the shared lock table. */
export interface PlanFacts {
  readonly unit_kinds: readonly string[];
  readonly section_types: readonly string[];
  readonly publication_types: readonly string[];
  /** Those of the planned addresses that exist already. */
  readonly existing_addresses: readonly string[];
  readonly caps: { readonly units: number; readonly hard: number };
  readonly locks: RowOf<"read/lock-room">;
}

/** One thing that speaks against a plan, in the form of a stop. */
export type PlanProblem = NonNullable<Verdict>;

/** Locks a cut takes besides one an address: relations, advisory locks of the effect. */
const OTHER_LOCKS = 500;
/** Addresses named in one problem; the rest is counted. */
const NAMED = 5;

const problem = (saw: string, wanted: string, code: StopCode = "STOP_REFUSED_INPUT"): PlanProblem => ({
  code,
  facts: { saw, wanted },
});
const names = (addresses: readonly string[]): string =>
  addresses.slice(0, NAMED).join(", ") + (addresses.length > NAMED ? ` and ${addresses.length - NAMED} more` : "");

function sizeProblems(count: number, facts: PlanFacts): PlanProblem[] {
  const { max_locks_per_transaction, max_connections, max_prepared_transactions } = facts.locks;
  const room = Math.floor((max_locks_per_transaction * (max_connections + max_prepared_transactions)) / 2);
  const found: PlanProblem[] = [];
  if (count > facts.caps.hard)
    found.push(problem(`${count} units`, `at most ${facts.caps.hard}, the hard cap`, "STOP_OVER_HARD_CAP"));
  if (count + OTHER_LOCKS > room) {
    found.push(
      problem(
        `${count} units need ${count + OTHER_LOCKS} locks`,
        `at most ${room}, half of the server's lock table`,
        "STOP_OVER_HARD_CAP",
      ),
    );
  }
  if (count > facts.caps.units && count <= facts.caps.hard)
    found.push(problem(`${count} units`, `at most ${facts.caps.units}, the cap`));
  if (count === 0) found.push(problem("a plan without rows", "at least one unit"));
  return found;
}

function wordProblems(rows: readonly PlanRow[], facts: PlanFacts): PlanProblem[] {
  const check = (what: string, words: Iterable<string>, known: readonly string[]): PlanProblem[] =>
    [...new Set(words)]
      .filter((word) => !known.includes(word))
      .map((word) =>
        problem(`${what} ${JSON.stringify(word)}`, `one of ${known.join(", ") || "(the live vocabulary names none)"}`),
      );
  return (["unit_kind", "section_type", "publication_type"] as const).flatMap((column) => {
    const words = rows.map((row) => row[column]);
    return check(column.replace("_", " "), words, facts[`${column}s`]);
  });
}

/** A reverted document has left its addresses; an enacted one keeps them. */
function takenProblem(taken: readonly string[]): PlanProblem {
  const { code, facts } = problem(
    `${taken.length} addresses exist already: ${names(taken)}`,
    "addresses that are free",
  );
  return { code, facts: { ...facts, hint: newVersionHint(documentOfAddress(taken[0] ?? "")) } };
}

function addressProblems(rows: readonly PlanRow[], facts: PlanFacts): PlanProblem[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  const orphans: string[] = [];
  for (const row of rows) {
    if (seen.has(row.canonical_address)) twice.push(row.canonical_address);
    // A parent must be created before its children, so it must stand earlier.
    if (row.parent_address !== null && !seen.has(row.parent_address)) orphans.push(row.canonical_address);
    seen.add(row.canonical_address);
  }
  const taken = facts.existing_addresses.filter((address) => seen.has(address));
  const documents = new Set(rows.map((row) => documentOfAddress(row.canonical_address)));
  return [
    ...(twice.length > 0 ? [problem(`addresses planned twice: ${names(twice)}`, "every address once")] : []),
    ...(orphans.length > 0
      ? [problem(`units whose parent does not stand before them: ${names(orphans)}`, "parents first")]
      : []),
    ...(taken.length > 0 ? [takenProblem(taken)] : []),
    ...(documents.size > 1 ? [problem(`addresses of ${documents.size} documents`, "one document")] : []),
  ];
}

function textProblems(rows: readonly PlanRow[]): PlanProblem[] {
  const wrong = rows.filter((row) => sha256(row.body) !== row.content_hash || sha256(row.title) !== row.title_sha);
  const [first] = wrong;
  return first === undefined
    ? []
    : [
        problem(
          `${wrong.length} rows whose text does not hash to their digest, first ${first.canonical_address}`,
          "rows as they were planned",
          "STOP_INVARIANT_FAILED",
        ),
      ];
}

/** Everything that speaks against writing these rows, all at once, hard caps first; an empty list means none. */
export function judgePlan(rows: readonly PlanRow[], facts: PlanFacts): PlanProblem[] {
  return [
    ...sizeProblems(rows.length, facts),
    ...textProblems(rows),
    ...wordProblems(rows, facts),
    ...addressProblems(rows, facts),
  ];
}
