// `verify <run>`: everything a finished run promised, looked at again as cutter_verify; nothing is written.
import type { Common } from "./call-options.ts";
import { lookAgain } from "../aftermath/look-again.ts";
import { newestReportPage } from "../adapters/report-page.ts";
import type { Verified } from "../model/events.ts";
import { printable } from "../rules/text-hygiene.ts";
import { makeWorld } from "../wire.ts";
import { runIdOf } from "../model/ids.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0 when every point holds; the failing stop otherwise. */
export async function verifyRun(common: Common, id: string): Promise<number> {
  const runId = runIdOf(id);
  const world = await makeWorld(common.config);
  const { document_id, found } = await lookAgain(world, runId);
  const page = await newestReportPage(world.config, runId).catch(() => undefined);
  printVerified(common, document_id, { ...found, ...(page === undefined ? {} : { page }) });
  return 0;
}

function printVerified(common: Common, document_id: string, found: Omit<Verified, "event">): void {
  if (common.json) printJson({ event: "verified", ...found });
  const { run_id, units, state, checks, findings, page } = found;
  process.stderr.write(`run ${run_id} of ${document_id}: ${units} units enacted, state ${state}\n`);
  process.stderr.write(checks.map((name) => `  holds  ${name}\n`).join(""));
  for (const finding of findings) process.stderr.write(`  finding  ${printable(finding)}\n`);
  if (page !== undefined) process.stderr.write(`  page   ${printable(page)}\n`);
}
