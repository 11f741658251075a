// `npm run status [-- <run-id>]`: the sheet one colleague hands to the next; without an id every open run, with --watch again and again.
import { setTimeout as sleep } from "node:timers/promises";
import { jsonLine } from "../../runner/terminal/print-json.ts";
import { statusText } from "../../runner/terminal/status-text.ts";
import { runsTable } from "../command-line/attention-text.ts";
import { askStatusOfAll } from "../operator/ask-status.ts";
import { drillReminder } from "../operator/drill-reminder.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import type { Target } from "../operator/target.ts";

const WATCH_MILLISECONDS = 3_000;

operatorProgram("status", "where open runs stand, until when they are safe, and the next command")
  .argument("[run-id]", "only this run, open or closed")
  .option("--watch", "again every three seconds, until Ctrl-C", false)
  .action((word: string | undefined, options: OperatorOptions & { watch: boolean }) =>
    atHost(options, async (target) => {
      const runId = word === undefined ? undefined : runIdOf(word);
      for (;;) {
        const { sheet, insistAll } = await sheetOf(target, runId, options.json);
        // Home and clear below: a watched screen does not scroll.
        process.stdout.write(options.watch && process.stdout.isTTY ? `\u001b[H\u001b[J${sheet}` : sheet);
        insistAll();
        if (!options.watch) return 0;
        await sleep(WATCH_MILLISECONDS);
      }
    }),
  )
  .parse();

/** What is shown, and the stop about runs that could not be read, which comes behind it. */
async function sheetOf(
  target: Target,
  runId: string | undefined,
  json: boolean,
): Promise<{ readonly sheet: string; readonly insistAll: () => void }> {
  const { runs, whole, drillAt, insistAll } = await askStatusOfAll(target, runId);
  const shown = runId === undefined ? runs.filter((run) => run.closed === null) : runs;
  if (json) return { sheet: shown.map(jsonLine).join(""), insistAll };
  const reminder = runId === undefined ? await drillReminder(target, drillAt) : undefined;
  const none =
    shown.length === 0 && whole ? `no run is open; all of them: ${withStack("npm run runs", target.stack)}\n` : "";
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  const sheets = shown.map((run) => `${statusText(run, undefined, width)}\n`).join("\n");
  // Of many runs the table says first which one to read about.
  const table = shown.length > 1 ? `${runsTable(shown, process.stdout).join("\n")}\n\n` : "";
  return { sheet: `${none}${table}${sheets}${reminder === undefined ? "" : `\n${reminder}\n`}`, insistAll };
}
