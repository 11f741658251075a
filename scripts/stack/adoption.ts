// Adopting a host: looking at what no declaration mentions, and recording it beside the stack's file, in the stack's configuration and, for
// the precheck, on the host. docs/decisions/0081-adopted-environment.md says why.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StackConfig } from "../../infra/config.ts";
import { ENVIRONMENT, adoptedPath, environmentLines } from "../../infra/adopted-facts.ts";
import type { DriftLine } from "../../infra/drift.ts";
import { adoptedOwnership } from "../../infra/adopted-components.ts";
import { lookAtHost } from "../../infra/look.ts";
import { toSeeServer } from "../../infra/looking-rights.ts";
import { projectRoot } from "../../infra/place.ts";
import { renderAdoption } from "../../infra/render/adoption.ts";
import { runOnHost } from "../../infra/ssh/script.ts";
import { adoptedBytes, type AdoptedFacts } from "../../runner/model/adopted.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { writeWhenChanged } from "../sandbox/write-file.ts";
import { stackConfigOfFile } from "./stack-config.ts";
import { withConfigKey } from "./config-key.ts";

const LIMIT_SECONDS = 60;

/** A host as it is found, beside what was adopted of it before. */
export interface Adoptable {
  readonly config: StackConfig;
  readonly facts: AdoptedFacts;
  readonly previous: AdoptedFacts | undefined;
  /** What differs from the previous adoption, also where the declaration tells it too. */
  readonly changes: readonly DriftLine[];
  /** Differences from the declaration, which no adoption settles. */
  readonly declared: readonly DriftLine[];
}

/** Dials once and changes nothing. `configFile`: the stack's file. STOP_COULD_NOT_LOOK when the database could not be asked. */
export async function lookToAdopt(configFile: string): Promise<Adoptable> {
  const config = stackConfigOfFile(configFile);
  const { surroundings: facts, adopted: previous, host, lines } = await lookAtHost(config, projectRoot());
  if (facts === undefined)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "no psql on the host, so nothing of its database",
      wanted: "every fact that is to be adopted",
    });
  const login = config.database.user;
  const [unread] = Object.values(facts.unread ?? {});
  if (unread !== undefined)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `not every fact was looked at: ${unread}`,
      wanted: "every fact that is to be adopted",
      hint: toSeeServer(login),
    });
  const changes = environmentLines({
    sandbox: config.sandbox,
    adopted: previous,
    found: facts,
    rights: host.rights,
    login,
    told: new Set(),
  });
  const declared = lines.filter(({ component }) => component !== ENVIRONMENT);
  return { config, facts, previous, changes: previous === undefined ? [] : changes, declared };
}

/** Records the facts; answers the file beside the stack's. The host's own list is laid last, so that a fault there is told. */
export async function recordAdoption(configFile: string, { config, facts }: Adoptable): Promise<string> {
  const bytes = adoptedBytes(facts);
  const sha = sha256(bytes);
  const file = join(dirname(configFile), basename(configFile).replace(/(?:\.yaml)?$/, ".adopted.json"));
  writeWhenChanged(file, bytes.toString("utf8"));
  const named = dirname(file) === projectRoot() ? basename(file) : file;
  writeFileSync(configFile, withConfigKey(readFileSync(configFile, "utf8"), "cutter:adopted", { file: named, sha }));
  const script = renderAdoption({ path: adoptedPath(config), owned: adoptedOwnership(config), sha, bytes });
  const { status, stderr } = await runOnHost(config.connection, script, LIMIT_SECONDS);
  if (status !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `the adopted facts are recorded here and not on the host: ${printable(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200)}`,
      wanted: `${adoptedPath(config)} for its precheck`,
      hint: "mend what is named and adopt again",
    });
  return file;
}
