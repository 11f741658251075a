// One look at a declared host: sources, declaration, probe, facts and differences.
import type { StackConfig } from "./config.ts";
import { drift } from "./drift.ts";
import type { DriftLine } from "./drift.ts";
import { factsOf } from "./facts.ts";
import type { HostFacts } from "./facts.ts";
import { declareHost } from "./host-spec.ts";
import type { DeclaredHost } from "./host-spec.ts";
import { probeHost } from "./probe.ts";
import { readSources } from "./sources.ts";

/** What a look gave. */
export interface Look {
  readonly host: DeclaredHost;
  readonly found: HostFacts;
  readonly lines: readonly DriftLine[];
}

/** Judges the sources, then dials once. `project`: root of this checkout. */
export async function lookAtHost(config: StackConfig, project: string): Promise<Look> {
  const host = declareHost(config, await readSources(config, project, new Date()));
  const found = factsOf(await probeHost(config.connection, host.request), {
    spec: host.spec,
    request: host.request,
    undeclared: host.undeclared,
  });
  return { host, found, lines: drift(host.spec, found.facts, config.known) };
}
