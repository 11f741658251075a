// Where the newest report of a run lies as a page on this host, from the run's own events.
import { join } from "node:path";
import type { Config } from "../model/config.ts";
import type { RunId } from "../model/ids.ts";
import { eventsSince } from "./run-events.ts";
import { exists } from "./run-files.ts";

/** Its path; undefined where no report was told, the reporter takes no pages, or the file is not there any more. */
export async function newestReportPage(config: Config, runId: RunId): Promise<string | undefined> {
  const { reports, orchestrator } = config;
  if (reports.reporter !== "folder") return undefined;
  let file: string | undefined;
  for (let from = 0; ;) {
    const { events, position } = eventsSince(orchestrator.runtime_root, runId, from);
    // The rehearsal's report lies beside the run's files, not in the report folder.
    for (const event of events) if (event.event === "report" && !event.file.startsWith("runs/")) file = event.file;
    if (position === from) break;
    from = position;
  }
  const page = file === undefined ? undefined : join(reports.folder, file.replace(/[.]md$/, ".html"));
  return page !== undefined && (await exists(page)) ? page : undefined;
}
