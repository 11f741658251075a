// The facts of a host that people have seen and adopted: what stands beside a stack's configuration and, for the precheck, on the host.
import * as z from "zod";
import { environmentFactsSchema, type EnvironmentFact } from "./environment.ts";
import { jsonOf } from "./json-text.ts";
import { Stopped } from "./stop.ts";

/** Name of the file on a host, in the folder of orchestrator.config.json. */
export const ADOPTED_FILE = "adopted-environment.json";
/** Bytes the file may have: a database with thousands of objects of ours stays far below. */
export const ADOPTED_CAP = 16 * 1024 * 1024;

const adoptedSchema = z.strictObject({
  version: z.literal("1"),
  /** Facts of the database that the runner's own roles read too. */
  environment: environmentFactsSchema,
  /** Facts that only the database's administrator or the host itself shows. */
  beyond: environmentFactsSchema,
});

/** Facts of a host that no declaration mentions. */
export interface AdoptedFacts {
  readonly environment: readonly EnvironmentFact[];
  readonly beyond: readonly EnvironmentFact[];
}

/** Exact bytes of the file: one fact a line, so that two versions can be compared line by line. */
export function adoptedBytes({ environment, beyond }: AdoptedFacts): Buffer {
  const list = (facts: readonly EnvironmentFact[]): string =>
    facts.map(({ kind, identity, value }) => `\n  ${JSON.stringify({ kind, identity, value })}`).join(",");
  return Buffer.from(`{"version": "1",\n "environment": [${list(environment)}],\n "beyond": [${list(beyond)}]}\n`);
}

/** The facts of such a file. STOP_COULD_NOT_LOOK when it is none. `what`: the file in words. */
export function parseAdopted(bytes: Uint8Array, what: string): AdoptedFacts {
  const parsed = adoptedSchema.safeParse(jsonOf(Buffer.from(bytes).toString("utf8")));
  if (parsed.success) return { environment: parsed.data.environment, beyond: parsed.data.beyond };
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${what} is no list of adopted facts`,
    wanted: "the file as `npm run drift -- --adopt` wrote it",
  });
}
