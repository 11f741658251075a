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

/**
 * Looks that read the facts in full only when the catalogs were written to since the last look of this process, in whichever of its
 * sessions: every effect needs two looks, and reading took longer than the rest of a small effect
 * (docs/decisions/0008-environment-hash.md).
 */
export function environmentLooks(scope: EnvironmentScope): LookAtEnvironment {
  let known: { readonly version: string; readonly look: EnvironmentLook } | undefined;
  return async (reader) => {
    // Before the facts: what is written while they are read makes the next version another one.
    const { version } = await reader.one("read/catalog-version", { scope: canonicalText({ ...scope }) });
    if (known?.version !== version) {
      const facts = await environmentFacts(reader, scope);
      known = { version, look: { facts, hash: environmentHash(facts) } };
    }
    return known.look;
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
