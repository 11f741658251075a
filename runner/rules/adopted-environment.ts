// Which facts of the database the declaration compares already, and so which of them people have to adopt by name.
// docs/decisions/0081-adopted-environment.md says why.
import type { EnvironmentFact } from "../model/environment.ts";

/** What sql/rights.json says of an object, as far as it decides what drift compares by the declaration. */
export interface DeclaredRights {
  readonly roles: readonly { readonly name: string }[];
  readonly schemas: readonly Owned[];
  readonly tables: readonly (Owned & Packaged)[];
  readonly functions: readonly (Packaged & { readonly signature: string; readonly owner: string })[];
  readonly triggers: readonly (Packaged & { readonly name: string; readonly table: string })[];
  readonly event_triggers: readonly { readonly name: string }[];
}
interface Owned {
  readonly name: string;
  readonly owner: string | null;
}
interface Packaged {
  readonly package: string;
}

/** What the declaration knows of a fact's object. */
export interface DeclaredEntry {
  /** Paths whose difference tells this one too, the nearest first. */
  readonly paths: readonly string[];
  /** Whether drift compares by the declaration all that the fact says. */
  readonly whole: boolean;
}

/** Name in rights.json of what the existing system brings. */
const SYSTEM = "system";
const COMPARED_ATTRIBUTES = /^(\S+) (?:superuser|login|createrole|createdb|replication|bypassrls|connection limit)$/;
const COMPARED_POWERS = /^(\S+) (?:is superuser|bypasses row security|may replicate)$/;

/** What the declaration says about the object of `fact`; no paths when it never mentions it. */
export function declaredEntry(fact: EnvironmentFact, rights: DeclaredRights): DeclaredEntry {
  // Kinds come from a host: `constructor` is a kind like any other.
  const reader = Object.hasOwn(READERS, fact.kind) ? READERS[fact.kind] : undefined;
  return reader?.(fact.identity, rights) ?? UNKNOWN;
}

const UNKNOWN: DeclaredEntry = { paths: [], whole: false };
type Reader = (identity: string, rights: DeclaredRights) => DeclaredEntry;

const READERS: Readonly<Record<string, Reader>> = {
  "role attribute": (identity, rights) =>
    ofRole(identity.split(" ")[0] ?? "", COMPARED_ATTRIBUTES.test(identity), rights),
  power: (identity, rights) => {
    const truncate = /^(\S+) may truncate (\S+)$/.exec(identity);
    if (truncate !== null)
      return entry([`grant TRUNCATE on table ${truncate[2] ?? ""} to ${truncate[1] ?? ""}`], false, rights);
    return ofRole(identity.split(" ")[0] ?? "", COMPARED_POWERS.test(identity), rights);
  },
  "role setting": (identity) => {
    const [, role = "", database = "", name = ""] = /^(.+) in (.+) (\S+)$/s.exec(identity) ?? [];
    const path = `setting ${name} of role ${role}`;
    return { paths: [path, `${path} in database ${database}`], whole: false };
  },
  membership: (identity) => {
    const [, member = "", role = ""] = /^(.+) in (.+) by .+$/s.exec(identity) ?? [];
    return { paths: [`membership of ${member} in ${role}`], whole: false };
  },
  grant: (identity, rights) => {
    const [, privilege = "", object = "", grantee = ""] = /^([A-Z ]+) on (.+?) to (.+) by .+$/s.exec(identity) ?? [];
    const path = `grant ${privilege} on ${wordedObject(object)} to ${grantee}`;
    // An owner may grant himself whatever he lacks, so his own rights are no difference of the host.
    return entry([path, wordedObject(object)], ownerOf(object, rights) !== undefined, rights);
  },
  owner: (identity, rights) => {
    const known = ownerOf(identity, rights);
    const own = !identity.startsWith("function ") || packageOf(identity, rights) !== SYSTEM;
    return entry([wordedObject(identity)], known !== undefined && known !== null && own, rights);
  },
  "function body": (identity, rights) => ofFunction(identity, true, rights),
  "function with rights of its owner": (identity, rights) => ofFunction(identity, true, rights),
  "function attributes": (identity, rights) => ofFunction(identity, false, rights),
  relation: (identity, rights) => entry([`table ${identity}`], false, rights),
  column: (identity, rights) => {
    const table = identity.slice(0, identity.lastIndexOf("."));
    return entry([`column ${identity}`, `table ${table}`], isDefined(table), rights);
  },
  constraint: (identity, rights) => ofPart("constraint", identity, rights),
  index: (identity) => ({ paths: [], whole: isDefined(identity) }),
  rule: (identity, rights) => ofPart("rule", identity, rights),
  policy: (identity, rights) => ofPart("policy", identity, rights),
  trigger: (identity, rights) => ofTrigger(identity, rights),
  "trigger mode": (identity, rights) => ofTrigger(identity, rights),
  "event trigger": (identity, rights) => ({
    paths: [`event trigger ${identity}`],
    whole: rights.event_triggers.some(({ name }) => name === identity),
  }),
};

function ofRole(role: string, compared: boolean, rights: DeclaredRights): DeclaredEntry {
  const known = rights.roles.some(({ name }) => name === role);
  return known ? { paths: [`role ${role}`], whole: compared } : UNKNOWN;
}

function ofFunction(identity: string, compared: boolean, rights: DeclaredRights): DeclaredEntry {
  const object = `function ${identity}`;
  const by = packageOf(object, rights);
  return entry([wordedObject(object)], compared && by !== undefined && by !== SYSTEM, rights);
}

function ofPart(word: string, identity: string, rights: DeclaredRights): DeclaredEntry {
  const [table = "", ...name] = identity.split(" ");
  const whole = word === "constraint" && isDefined(table);
  return entry([`${word} ${name.join(" ")} on ${table}`, `table ${table}`], whole, rights);
}

// Columns, constraints and indexes of our own tables stand in infra/table-definitions.json, extra ones are told by the same look.
const isDefined = (relation: string): boolean => relation.startsWith("cutter_runtime.");

function ofTrigger(identity: string, rights: DeclaredRights): DeclaredEntry {
  const [table = "", ...name] = identity.split(" ");
  const path = `trigger ${name.join(" ")} on ${table}`;
  const own = rights.triggers.find((one) => one.table === table && one.name === name.join(" "));
  const paths = [path, `definition of ${path}`, `table ${table}`];
  return entry(paths, own !== undefined && own.package !== SYSTEM, rights);
}

/** Adds the package that brings the object: while nothing of it is there, drift says that in one line. */
function entry(paths: readonly string[], whole: boolean, rights: DeclaredRights): DeclaredEntry {
  const packages = paths.flatMap((path) => packageOf(path, rights) ?? []);
  const schemas = paths.flatMap((path) => /^(?:table|function) ([^.]+)[.]/.exec(path)?.[1] ?? []);
  return {
    paths: [...paths, ...schemas.map((name) => `schema ${name}`), ...packages.map((name) => `package ${name}`)],
    whole,
  };
}

// The catalogs write a signature with blanks between its types where the declaration does, and without where the hash does.
const wordedObject = (object: string): string =>
  object.startsWith("function ") ? object.replaceAll(/,(?! )/g, ", ") : object;

function packageOf(object: string, rights: DeclaredRights): string | undefined {
  const [, word = "", name = ""] = /^(\S+) (.+)$/.exec(wordedObject(object)) ?? [];
  if (word === "table") return rights.tables.find((one) => one.name === name)?.package;
  if (word === "function") return rights.functions.find(({ signature }) => signature === name)?.package;
  return undefined;
}

/** Owner of a declared object, null when the declaration leaves it open, undefined for one that it does not name. */
function ownerOf(object: string, rights: DeclaredRights): string | null | undefined {
  const [, word = "", name = ""] = /^(\S+) (.+)$/.exec(wordedObject(object)) ?? [];
  if (word === "column") return ownerOf(`table ${name.slice(0, name.lastIndexOf("."))}`, rights);
  if (word === "schema") return rights.schemas.find((one) => one.name === name)?.owner;
  if (word === "table") return rights.tables.find((one) => one.name === name)?.owner;
  if (word === "function") return rights.functions.find(({ signature }) => signature === name)?.owner;
  return undefined;
}

/** The facts that no declaration compares: those that people adopt. */
export const undeclaredFacts = (facts: readonly EnvironmentFact[], rights: DeclaredRights): EnvironmentFact[] =>
  facts.filter((fact) => !declaredEntry(fact, rights).whole);
