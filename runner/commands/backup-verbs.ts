// `backup run` and `backup selftest` as verbs.
import type { Common } from "../cli.ts";
import { makeWorld } from "../wire.ts";
import { shelfOf } from "../wire-backups.ts";
import type { BackupAnswer } from "../model/events.ts";
import { backupLines, backupRun, backupSelftest as selftest } from "./backup-by-hand.ts";
import { printJson } from "../terminal/print-json.ts";

/** `backup run`: exit 0 with a proven file of its own name. Stops as `takeBackup`. */
export async function backupByHand(common: Common): Promise<number> {
  const { vault, config } = await makeWorld(common.config);
  return show(common, "run", await backupRun(vault, shelfOf(config.orchestrator.runtime_root)));
}

/** `backup selftest`: the same way, the file removed afterwards. Stops as `takeBackup`. */
export async function backupSelftest(common: Common): Promise<number> {
  return show(common, "selftest", await selftest((await makeWorld(common.config)).vault));
}

function show(common: Common, verb: "run" | "selftest", answer: BackupAnswer): number {
  if (common.json) printJson({ event: verb === "run" ? "backup_run" : "backup_selftest", ...answer });
  process.stderr.write(`${backupLines(verb, answer).join("\n")}\n`);
  return 0;
}
