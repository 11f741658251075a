// The further machines of a host: the same declaration as on the first, save what lies in the database, which is one for all of them.
import { printable } from "../runner/rules/text-hygiene.ts";
import { ENVIRONMENT } from "./adopted-facts.ts";
import type { Connection, StackConfig } from "./config.ts";
import { EXISTING, packageComponent } from "./database-spec.ts";
import { drift, type DriftLine, type Facts } from "./drift.ts";
import { factsOf } from "./facts.ts";
import { COMPONENTS, declareHost, type Declared } from "./host-spec.ts";
import { probeHost } from "./probe.ts";
import { readSources } from "./sources.ts";

/** What a look at one further machine gave. `lines` are worded as on the first machine. */
export interface FurtherLook {
  readonly name: string;
  readonly connection: Connection;
  readonly components: readonly Declared[];
  readonly facts: Facts;
  readonly witnesses: Readonly<Record<string, string>>;
  readonly lines: readonly DriftLine[];
}

/** Whether a component is laid on each machine. What nobody declares is adopted on the first machine and looked at there. */
export const isOfEachMachine = (component: string): boolean =>
  !component.startsWith(packageComponent("")) && !ONCE.includes(component);
const ONCE: readonly string[] = [EXISTING, ENVIRONMENT, COMPONENTS.engine, COMPONENTS.recordedSet];

/** Looks at each further machine over its own connection; a machine that does not answer is STOP_COULD_NOT_LOOK for all. */
export async function lookAtFurther(config: StackConfig, project: string): Promise<FurtherLook[]> {
  const { hosts = [] } = config;
  if (hosts.length === 0) return [];
  const sources = await readSources(config, project, new Date());
  return Promise.all(
    hosts.map(async ({ name, connection }) => {
      const { components, spec, request, undeclared } = declareHost({ ...config, connection }, sources);
      const { facts, witnesses } = factsOf(await probeHost(connection, request), { spec, request, undeclared });
      const lines = drift(spec, facts, config.known).filter(
        (line) => isOfEachMachine(line.component) && !config.known.includes(printable(toldOf(name, line).path)),
      );
      return {
        ...{ name, connection, facts, witnesses, lines },
        components: components.filter((one) => isOfEachMachine(one.name)),
      };
    }),
  );
}

/** A difference with the name of its machine, as people are told it. */
export const toldOf = (machine: string, line: DriftLine): DriftLine => ({
  ...line,
  component: `${machine}-${line.component}`,
  path: `${machine}: ${line.path}`,
});
