// `batch page`: the page of a closed batch, made of the records, for whoever is not on the machine where it lies.
import type { Common } from "./call-options.ts";
import { BATCH_PAGE, closedReport } from "../batch/answers.ts";
import { BatchFiles } from "../batch/projections.ts";
import { batchRecord } from "../batch/records.ts";
import { Stopped } from "../model/stop.ts";
import { htmlOf } from "../reports/html.ts";
import { printJson } from "../terminal/print-json.ts";
import { makeWorld } from "../wire.ts";

/** Prints it; with --json it is laid in the reports of this machine where it is missing, and its name is told. */
export async function showBatchPage(common: Common, id: string): Promise<number> {
  const world = await makeWorld(common.config);
  const { facts } = await batchRecord(world, id);
  const report = await closedReport(world, facts.batch_id);
  if (report === undefined)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `batch ${id} is open`,
      wanted: "a batch that is closed",
      next: `cutter orchestrate batch status ${id}`,
    });
  if (common.json) {
    await new BatchFiles(world, (line) => void process.stderr.write(`${line}\n`)).settle(facts.batch_id);
    printJson({ event: "batch_page", batch_id: id, file: `reports/${id}/${BATCH_PAGE}` });
  } else process.stdout.write(htmlOf(report));
  return 0;
}
