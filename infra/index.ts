// The Pulumi program: one look at the host, then one resource a component, told whether the host already is as declared.
import * as pulumi from "@pulumi/pulumi";
import { Stopped } from "../runner/model/stop.ts";
import { stopText } from "../runner/terminal/stop-text.ts";
import { projectRoot } from "./place.ts";
import { HostPart } from "./components/gated-command.ts";
import { typeOf } from "./components/host-parts.ts";
import { stackConfigFrom, valueOf } from "./config.ts";
import { engineConnection, shellCommand } from "./ssh/connection.ts";
import type { DriftLine } from "./drift.ts";
import { NOTHING_LAID_VARIABLE, NOT_ADOPTED, driftMarker, driftMessage } from "./drift-text.ts";
import { isForeign } from "./adopted-facts.ts";
import { lookAtFurther, toldOf, type FurtherLook } from "./further-hosts.ts";
import { lookAtHost } from "./look.ts";

async function provision(): Promise<void> {
  // Values as text: the SDK's own reader of objects quotes a value that is none in its error.
  const values = new pulumi.Config("cutter");
  const config = stackConfigFrom((key) => valueOf(values.get(key.replace("cutter:", ""))));
  const { host, found, lines } = await lookAtHost(config, projectRoot());
  if (!pulumi.runtime.isDryRun()) insistAdopted(lines);
  // Without an earlier repair there is nothing to tell a difference from; and what others do in /etc between a saved plan and its up
  // is no reason to refuse the plan.
  const nothingLaid = process.env[NOTHING_LAID_VARIABLE] === "true";
  const { connection } = config;
  const { components } = host;
  const first = { connection, components, facts: found.facts, witnesses: nothingLaid ? {} : found.witnesses, lines };
  const database = layMachine(first, (line) => line, "");
  for (const further of await lookAtFurther(config, projectRoot()))
    layMachine(
      { ...further, witnesses: nothingLaid ? {} : further.witnesses },
      (line) => toldOf(further.name, line),
      `${further.name}-`,
      [...database.values()],
    );
}

/** One resource a component of one machine; `before`: what must stand first, as the database does before a further machine is laid. */
function layMachine(
  { connection, components, facts, witnesses, lines }: Omit<FurtherLook, "name">,
  told: (line: DriftLine) => DriftLine,
  prefix: string,
  before: readonly HostPart[] = [],
): Map<string, HostPart> {
  const dialled = pulumi.secret(engineConnection(connection));
  const parts = new Map<string, HostPart>();
  for (const declared of components) {
    const own = lines.filter(({ component }) => component === declared.name);
    const dependsOn = [...before, ...declared.after.flatMap((name) => parts.get(name) ?? [])];
    parts.set(
      declared.name,
      new HostPart(
        typeOf(declared.name),
        `${prefix}${declared.name}`,
        {
          declared,
          lines: own.map(told),
          marker: driftMarker(own, facts, witnesses),
          connection: dialled,
          shell: shellCommand(connection),
        },
        { dependsOn },
      ),
    );
  }
  return parts;
}

// Whoever brings a host up must know it: what changed since it was adopted is looked at first.
function insistAdopted(lines: readonly DriftLine[]): void {
  const foreign = lines.filter(isForeign);
  if (foreign.length === 0) return;
  throw new pulumi.RunError([NOT_ADOPTED, ...foreign.map(driftMessage)].join("\n"));
}

try {
  await provision();
} catch (error) {
  // A stop in its own words; the engine adds a stack to everything else.
  if (!(error instanceof Stopped)) throw error;
  throw new pulumi.RunError(stopText(error, "no run"));
}
