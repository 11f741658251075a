// `unhalt <signed UNHALT>`: admits it, then takes the halt file away when nothing it can stand for is left in force.
import { ask } from "../looks/one-statement.ts";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Common } from "./call-options.ts";
import { EVERY_RUN } from "../model/payload.ts";
import { parseStatement } from "../model/statement.ts";
import { STATEMENT_CAP } from "../model/strict-json.ts";
import { insist, Stopped } from "../model/stop.ts";
import { haltFileName, whyHaltFileStays } from "../rules/halt-file.ts";
import { haltsOfReach, judgeNamed } from "../rules/unhalt.ts";
import { makeWorld } from "../wire.ts";
import { exists } from "../adapters/run-files.ts";
import { readOrStop, readSafely } from "../adapters/safe-file.ts";
import type { World } from "../world.ts";
import { LAID, admitOne, approversOf, sayAdmitted } from "./gate-admit.ts";
import { runIdOf } from "../model/ids.ts";
import { stateAfterDecision } from "./state-after-decision.ts";
import { printJson } from "../terminal/print-json.ts";

const HALT_FILE_CAP = 64 * 1024;

/**
 * Exit 0 when the halts are lifted and this host's file is gone. A statement that was admitted before (by the gate's own user)
 * only takes the file away. Stops as `gate admit`; STOP_HALTED when another halt of the same reach still stands.
 */
export async function unhalt(common: Common, file: string): Promise<number> {
  const world = await makeWorld(common.config);
  const statement = parseStatement(await readOrStop(file, STATEMENT_CAP, LAID));
  if (statement.gate !== "UNHALT")
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `a statement for ${statement.gate}`,
      wanted: "a statement for UNHALT",
      next: `cutter gate admit ${file}`,
    });
  const reach = statement.run_id;
  const known = await world.database.read("halt", (reader) =>
    reader.query("read/named-halts", { halt_ids: statement.payload.halt_ids }),
  );
  insist(judgeNamed(statement.payload, known));
  const named = new Set(statement.payload.halt_ids);
  if ((await haltsInForce(world, reach)).some((halt) => named.has(halt.halt_id)))
    sayAdmitted(common, await admitOne(world, await approversOf(world), file));
  await takeFileAway(world, reach);
  await stateAfterDecision(world, reach);
  if (common.json) printJson({ event: "unhalted", reach, halt_ids: statement.payload.halt_ids });
  process.stderr.write(`no halt of ${reach === EVERY_RUN ? "every run" : reach} is in force\n`);
  return 0;
}

async function takeFileAway(world: World, reach: string): Promise<void> {
  const path = join(
    world.config.orchestrator.global_locks_dir,
    haltFileName(reach === EVERY_RUN ? null : runIdOf(reach)),
  );
  const inForce = await haltsInForce(world, reach);
  const read = (await exists(path)) ? await readSafely(path, HALT_FILE_CAP) : undefined;
  const stays =
    read === undefined ? undefined : read.ok ? whyHaltFileStays(read.bytes, reach, inForce) : `it is ${read.reason}`;
  if (stays === undefined && inForce.length === 0) return void (await rm(path, { force: true }));
  throw new Stopped("STOP_HALTED", {
    saw: `${path} stays: ${stays ?? `halt ${inForce.map((halt) => halt.halt_id).join(", ")} is still in force`}`,
    wanted: "no halt of this reach",
  });
}

/** Read as the halting role: it may look without being able to lift. */
async function haltsInForce(world: World, reach: string) {
  const rows = await ask(world.database, "halt", "read/halts", { run_id: reach === EVERY_RUN ? null : reach });
  return haltsOfReach(rows, reach);
}
