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
import { lookAtHost } from "./look.ts";

async function provision(): Promise<void> {
  // Values as text: the SDK's own reader of objects quotes a value that is none in its error.
  const values = new pulumi.Config("cutter");
  const config = stackConfigFrom((key) => valueOf(values.get(key.replace("cutter:", ""))));
  const { host, found, lines } = await lookAtHost(config, projectRoot());
  if (!pulumi.runtime.isDryRun()) insistAdopted(lines);
  // Without an earlier repair there is nothing to tell a difference from; and what others do in /etc between a saved plan and its up
  // is no reason to refuse the plan.
  const witnesses = process.env[NOTHING_LAID_VARIABLE] === "true" ? {} : found.witnesses;
  const connection = pulumi.secret(engineConnection(config.connection));
  const parts = new Map<string, HostPart>();
  for (const declared of host.components) {
    const own = lines.filter(({ component }) => component === declared.name);
    const dependsOn = declared.after.flatMap((name) => parts.get(name) ?? []);
    parts.set(
      declared.name,
      new HostPart(
        typeOf(declared.name),
        declared.name,
        {
          declared,
          lines: own,
          marker: driftMarker(own, found.facts, witnesses),
          connection,
          shell: shellCommand(config.connection),
        },
        { dependsOn },
      ),
    );
  }
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
