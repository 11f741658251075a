// What of the database's definitions and rights must not change between the proof and the write, as one digest and in words.
// What counts and why: docs/decisions/0008-environment-hash.md.
import { digestOf } from "../model/canonical.ts";
import type { EnvironmentFact, EnvironmentScope, RelevantObjects, RightsNames } from "../model/environment.ts";
import { Stopped } from "../model/stop.ts";

/** What `sql/rights.json` names, package or not. */
export function relevantIn(rights: RightsNames): RelevantObjects {
  return {
    roles: rights.roles.map((role) => role.name),
    schemas: rights.schemas.map((schema) => schema.name),
    relations: rights.tables.map((table) => table.name),
    functions: rights.functions.map((fn) => fn.signature),
  };
}

/** The scope of the relevant objects: adds what is the same everywhere. */
export function environmentScope(relevant: RelevantObjects): EnvironmentScope {
  const { roles, schemas, relations, functions } = relevant;
  return {
    roles,
    schemas,
    relations,
    functions,
    settings: ["server_version", "track_counts", "fsync", "full_page_writes", "local_preload_libraries"],
    config_prefixes: ["iu_create.gateway.", "iu_enact."],
  };
}

/** The statements whose rows together are the environment; each takes the scope as its only parameter. */
export const ENVIRONMENT_STATEMENTS = [
  "read/environment/server",
  "read/environment/configuration",
  "read/environment/roles",
  "read/environment/role-settings",
  "read/environment/memberships",
  "read/environment/powers",
  "read/environment/grants",
  "read/environment/relations",
  "read/environment/types",
  "read/environment/triggers",
  "read/environment/functions",
] as const;

/**
 * environment_hash, version 3: sha256 of the canonical JSON of the sorted facts, whatever order and role they were read in.
 * STOP_COULD_NOT_LOOK when they were read under another search_path than pg_catalog: definitions would be rendered differently.
 */
export function environmentHash(facts: readonly EnvironmentFact[]): string {
  const reading = facts.find((fact) => fact.kind === "reading" && fact.identity === "search_path");
  if (reading?.value !== "pg_catalog") {
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: reading
        ? "the environment was read under another search_path"
        : "the environment facts do not say how they were read",
      wanted: "facts read under search_path = pg_catalog",
    });
  }
  // Rendered once a fact: rendering both sides of every comparison took longer than reading the facts.
  const lines = facts
    .map(({ kind, identity, value }) => [kind, identity, value] as const)
    .map((line) => ({ line, text: JSON.stringify(line) }));
  return digestOf({ version: "3", facts: lines.sort((a, b) => compareText(a.text, b.text)).map(({ line }) => line) });
}

/** Every difference as one line a person understands; empty when both sides are equal. Sorted. */
export function explainEnvironment(before: readonly EnvironmentFact[], after: readonly EnvironmentFact[]): string[] {
  const was = byIdentity(before);
  const is = byIdentity(after);
  const lines: string[] = [];
  for (const [key, fact] of is) {
    const old = was.get(key);
    if (old === undefined) lines.push(`${noun(fact)} added${shown(fact, ": ")}`);
    else if (old.value !== fact.value) lines.push(changed(old, fact));
  }
  for (const [key, fact] of was) if (!is.has(key)) lines.push(`${noun(fact)} removed${shown(fact, ", was ")}`);
  return lines.sort(compareText);
}

/** What is allowed and yet worth a line to the approver: triggers that protect enacted rows but do not fire in replica mode. */
export function environmentFindings(facts: readonly EnvironmentFact[]): string[] {
  return facts
    .filter((fact) => fact.kind === "trigger mode" && fact.value === "O" && fact.identity.endsWith("_enacted_immut"))
    .map(
      (fact) =>
        `trigger ${printable(fact.identity)} is in mode O, which session_replication_role = ` +
        "replica switches off; A (ENABLE ALWAYS) is the safe mode",
    )
    .sort(compareText);
}

// Kinds whose value is a digest say that it changed, not into what; the others show both sides.
const DIGESTS: ReadonlySet<string> = new Set(["function body"]);
// Characters of a value that a message shows.
const LONGEST = 300;
// Kinds whose identity already reads as a sentence's subject.
const BARE: ReadonlySet<string> = new Set(["power"]);

function noun(fact: EnvironmentFact): string {
  const identity = printable(fact.identity);
  if (BARE.has(fact.kind)) return identity;
  const [head, ...tail] = fact.kind.split(" ");
  // "function body" of x reads as "function x body"; "trigger mode" likewise.
  return tail.length === 1 && (head === "function" || fact.kind === "trigger mode")
    ? `${head} ${identity} ${tail[0]}`
    : `${fact.kind} ${identity}`;
}

function changed(old: EnvironmentFact, fact: EnvironmentFact): string {
  if (DIGESTS.has(fact.kind)) return `${noun(fact)} changed`;
  const [was, is] = [old.value ?? "", fact.value ?? ""];
  const start = Math.max(was.length, is.length) > LONGEST ? Math.max(0, commonStart(was, is) - 40) : 0;
  return `${noun(fact)} changed from ${quoted(was, start)} to ${quoted(is, start)}`;
}

// Long definitions mostly agree; a person needs the place where they part.
function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function shown(fact: EnvironmentFact, lead: string): string {
  const silent = DIGESTS.has(fact.kind) || fact.value === null || fact.value === "yes" || fact.value === "plain";
  return silent ? "" : `${lead}${quoted(fact.value ?? "")}`;
}

function quoted(value: string, start = 0): string {
  if (value === "") return "nothing";
  const end = start + LONGEST;
  return `${start > 0 ? "…" : ""}${printable(value.slice(start, end))}${value.length > end ? "…" : ""}`;
}

// Names and settings come from the database and reach a terminal: a control or direction character must not act there.
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Facts with one entry an identity, ordered by kind and identity. */
export function mergedFacts(facts: readonly EnvironmentFact[]): EnvironmentFact[] {
  return [...byIdentity(facts).entries()].sort(([a], [b]) => compareText(a, b)).map(([, fact]) => fact);
}

// Two facts may share an identity (a function listed for two reasons); they are compared as one.
function byIdentity(facts: readonly EnvironmentFact[]): Map<string, EnvironmentFact> {
  const found = new Map<string, EnvironmentFact>();
  for (const fact of [...facts].sort((a, b) => compareText(a.value ?? "", b.value ?? ""))) {
    const key = `${fact.kind}\0${fact.identity}`;
    const known = found.get(key);
    found.set(key, known ? { ...fact, value: `${known.value ?? ""} | ${fact.value ?? ""}` } : fact);
  }
  return found;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
