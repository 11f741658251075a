// One look at a declared host: sources, declaration, probe, facts and differences.
import type { StackConfig } from "./config.ts";
import { drift, type DriftLine } from "./drift.ts";
import { factsOf, type HostFacts } from "./facts.ts";
import { declareHost, type DeclaredHost } from "./host-spec.ts";
import { environmentLines, readSurroundings, type FoundFacts } from "./adopted-facts.ts";
import { probeHost } from "./probe.ts";
import { readSources, type Sources } from "./sources.ts";
import type { AdoptedFacts } from "../runner/model/adopted.ts";
import { printable } from "../runner/rules/text-hygiene.ts";

/** What a look gave. */
export interface Look {
  readonly host: DeclaredHost;
  readonly found: HostFacts;
  /** What no declaration mentions, as it is; undefined where nobody could ask. */
  readonly surroundings: FoundFacts | undefined;
  /** The same as people adopted it. */
  readonly adopted: AdoptedFacts | undefined;
  readonly lines: readonly DriftLine[];
}

/** Judges the sources, then dials once. `project`: root of this checkout. */
export async function lookAtHost(config: StackConfig, project: string): Promise<Look> {
  const sources = await readSources(config, project, new Date());
  const host = declareHost(config, sources);
  const looks = await probeHost(config.connection, host.request);
  const found = factsOf(looks, { spec: host.spec, request: host.request, undeclared: host.undeclared });
  const surroundings = readSurroundings(looks, sources.rights);
  const lines = allLines(config, sources, { declared: drift(host.spec, found.facts, config.known), surroundings });
  return { host, found, surroundings, adopted: sources.adopted?.facts, lines };
}

/** The differences from the declaration, then those from what people adopted. */
export function allLines(
  { sandbox, known, database: { user: login } }: StackConfig,
  { adopted, rights }: Pick<Sources, "adopted" | "rights">,
  {
    declared,
    surroundings,
  }: { readonly declared: readonly DriftLine[]; readonly surroundings: FoundFacts | undefined },
): DriftLine[] {
  const told = new Set(declared.map(({ path }) => path));
  const others = environmentLines({ sandbox, adopted: adopted?.facts, found: surroundings, rights, told, login });
  return [...declared, ...others.filter(({ path }) => !known.includes(printable(path)))];
}
