// `backup receipt|drill|drills`: what a restore outside the host needs, the restore itself, and when it was last done.
import { ask } from "../looks/one-statement.ts";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Common } from "./call-options.ts";
import { DRILL_FILE, drillPackageSchema, drillRecordSchema } from "../model/drill.ts";
import { jsonOf } from "../model/json-text.ts";
import { Stopped } from "../model/stop.ts";
import { makeWorld } from "../wire.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { credentialOf } from "../adapters/credentials.ts";
import { drillPackageOf, restoreForDrill } from "../adapters/restore-drill.ts";
import { readOrStop, readSafely } from "../adapters/safe-file.ts";
import { runIdOf } from "../model/ids.ts";
import { printJson } from "../terminal/print-json.ts";

/** `backup receipt <run-id>`: one object, the drill package of the run's newest receipt. STOP_REFUSED_INPUT without one. */
export async function showReceipt(common: Common, id: string): Promise<number> {
  const runId = runIdOf(id);
  const world = await makeWorld(common.config);
  const [receipt] = await ask(world.database, "exec", "read/receipts", { run_id: runId });
  if (!receipt)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `run ${runId} has no proven backup`,
      wanted: "a run past phase 4",
      next: `cutter orchestrate status ${runId}`,
    });
  const known = await drillPackageOf(world.config, await credentialOf(world.config, "backup"), runId, receipt);
  printJson({ event: "receipt", package: known });
  return 0;
}

/** Options of `backup drill`; paths absolute. */
export interface DrillOptions {
  readonly package: string;
  readonly postgresBin: string;
  readonly scratchRoot: string;
  readonly scratchUser?: string;
}

const PACKAGE_CAP = 16 * 1024 * 1024;
const DRILL_SECONDS = 60 * 60;

/**
 * `backup drill`: clear SQL on standard input; exit 0 when every row and right of the receipt was restored.
 * STOP_PROOF_FAILED otherwise.
 */
export async function restoreDrill(common: Common, options: DrillOptions): Promise<number> {
  const bytes = await readOrStop(options.package, PACKAGE_CAP, {
    code: "STOP_COULD_NOT_LOOK",
    wanted: "the file that restore-drill fetched",
    called: "the drill package",
  });
  const known = drillPackageSchema.parse(jsonOf(bytes.toString("utf8")));
  const tables = Object.values(
    await restoreForDrill(known, process.stdin, {
      binDir: options.postgresBin,
      scratchRoot: options.scratchRoot,
      scratchUser: options.scratchUser ?? null,
      capSeconds: DRILL_SECONDS,
    }),
  );
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (common.json) printJson({ event: "drilled", run_id: known.run_id, tables: tables.length, rows });
  process.stderr.write(`${rows} rows of ${tables.length} tables restored and equal to the receipt\n`);
  return 0;
}

/** Largest drill record, bytes. */
const DRILL_CAP = 64 * 1024;

/** `backup drills`: the records of drills, newest last. Reads files only; a file that is no record is left out and counted. */
export async function showDrills(common: Common): Promise<number> {
  const { config } = await loadConfig(common.config);
  const folder = join(config.orchestrator.runtime_root, "backups", "drills");
  const names = (await readdir(folder).catch(() => [])).filter((name) => DRILL_FILE.test(name)).sort();
  for (const name of names) {
    const read = await readSafely(join(folder, name), DRILL_CAP);
    const record = drillRecordSchema.safeParse(read.ok ? jsonOf(read.bytes.toString("utf8")) : undefined);
    if (!record.success) process.stderr.write(`${name}: no drill record\n`);
    else if (common.json) printJson({ event: "drill", ...record.data });
    else
      process.stdout.write(
        `${record.data.at}  ${record.data.kind.padEnd(5)}  ${record.data.run_id}  ${record.data.rows} rows  by ${record.data.actor}\n`,
      );
  }
  if (names.length === 0) process.stderr.write("no drill was recorded on this host\n");
  return 0;
}
