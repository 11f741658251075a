// Reads the facts that more than one step needs, each through named statements: environment and protected documents.
import { canonicalText } from "../model/canonical.ts";
import { Stopped } from "../model/stop.ts";
import { ENVIRONMENT_STATEMENTS } from "../rules/environment-hash.ts";
import type { EnvironmentFact, EnvironmentScope } from "../model/environment.ts";
import type { Reader } from "../world/database.ts";

/** Every environment fact of the scope, in no particular order; the hash sorts them. */
export async function environmentFacts(reader: Reader, scope: EnvironmentScope): Promise<EnvironmentFact[]> {
  const facts: EnvironmentFact[] = [];
  const parameter = canonicalText({ ...scope });
  for (const name of ENVIRONMENT_STATEMENTS) facts.push(...(await reader.query(name, { scope: parameter })));
  return facts;
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
