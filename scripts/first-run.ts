// `npm run first-run -- <document-id>`: the command package of a first run as a live checklist; looks only, runs nothing.
import { askStatus } from "./operator/ask-status.ts";
import { checklistLines, nextLine, type Point } from "./operator/checklist.ts";
import { drillReminder } from "./operator/drill-reminder.ts";
import { approvalPoints, documentPoint, namePoints, outcomePoints, precheckPoints, type Told } from "./operator/first-run-points.ts";
import { eventsOf } from "./operator/host-call.ts";
import { atHost, operatorProgram, type OperatorOptions } from "./operator/program.ts";
import { operatorStop, stopOf } from "./operator/stop-of-host.ts";
import type { Target } from "./operator/target.ts";

const COULD_NOT_LOOK = 1;
const MISSING = 4;

operatorProgram("first-run", "everything a first run of a document needs and leaves: found, missing or could not look, and the next command")
  .argument("<document-id>", "the document that shall be cut")
  .action((document: string, options: OperatorOptions) => atHost(options, async (target) => {
    const points = await pointsOf(target, document);
    process.stdout.write(options.json ? points.map((point) => `${JSON.stringify({ event: "point", ...point })}\n`).join("") : `${[...checklistLines(points), "", nextLine(points, target.stack)].join("\n")}\n`);
    if (points.some((point) => point.answer === "could not look")) return COULD_NOT_LOOK;
    return points.every((point) => point.answer === "found") ? 0 : MISSING;
  }))
  .parse();

async function pointsOf(target: Target, document: string): Promise<Point[]> {
  const names = namePoints(await told(target, ["names"]));
  const run = (await askStatus(target)).find((one) => one.document_id === document && one.state !== "voided");
  const plan = await told(target, ["orchestrate", "plan", document]);
  const prechecks = precheckPoints(await told(target, ["precheck"]), await drillReminder(target));
  const verified = run?.state === "closeout_reported" ? await told(target, ["orchestrate", "verify", run.run_id]) : undefined;
  return [...names, documentPoint(document, plan, run), ...prechecks, ...approvalPoints(document, run), ...outcomePoints(document, run, verified)];
}

async function told(target: Target, words: readonly string[]): Promise<Told> {
  const { events } = await eventsOf(target, words);
  const stop = stopOf(events);
  return { events, stop: stop && operatorStop(stop, target.stack) };
}
