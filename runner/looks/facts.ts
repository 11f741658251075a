// Reads the facts that more than one step needs, each through named statements: environment and protected documents.
import { canonicalText } from "../model/canonical.ts";
import { Stopped } from "../model/stop.ts";
import { ENVIRONMENT_STATEMENTS, environmentHash } from "../rules/environment-hash.ts";
import type { EnvironmentFact, EnvironmentScope } from "../model/environment.ts";
import type { Reader } from "../world/database.ts";
import type { EnvironmentLook, LookAtEnvironment } from "../world/environment-look.ts";

/** Every environment fact of the scope, in no particular order; the hash sorts them. */
export async function environmentFacts(reader: Reader, scope: EnvironmentScope): Promise<EnvironmentFact[]> {
  const facts: EnvironmentFact[] = [];
  const parameter = canonicalText({ ...scope });
  for (const name of ENVIRONMENT_STATEMENTS) facts.push(...(await reader.query(name, { scope: parameter })));
  return facts;
}

/** The host and both copies of a rehearsal, and one to spare. */
const VERSIONS_KNOWN = 4;

/**
 * Looks that read the facts in full only when a database's catalogs were written to since this process last read them, in whichever of its
 * sessions and for whichever run: every effect needs two looks, and reading took longer than the rest of a small effect
 * (docs/decisions/0008-environment-hash.md). Asked of several databases in turn, as in a rehearsal, it knows each of them.
 */
export function environmentLooks(scope: EnvironmentScope): LookAtEnvironment {
  const known = new Map<string, EnvironmentLook>();
  return async (reader) => {
    // Before the facts: what is written while they are read makes the next version another one.
    const { version } = await reader.one("read/catalog-version", { scope: canonicalText({ ...scope }) });
    let look = known.get(version);
    if (look === undefined) {
      const facts = await environmentFacts(reader, scope);
      look = { facts, hash: environmentHash(facts) };
    }
    // The one asked for last stands last; the first was not asked for longest.
    known.delete(version);
    known.set(version, look);
    for (const old of [...known.keys()].slice(0, -VERSIONS_KNOWN)) known.delete(old);
    return look;
  };
}

/** Digest over every unit and version of the protected documents. */
export async function protectedHash(reader: Reader, prefixes: readonly string[]): Promise<string> {
  const row = await reader.one("read/protected-hash", { prefixes: prefixes });
  if (row.units === 0) {
    // No protected unit at all means we look at the wrong database or lost the right to see rows; neither is "unchanged".
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "no unit of any protected document",
      wanted: `units under ${prefixes.join(", ")}`,
    });
  }
  return row.protected_hash;
}
