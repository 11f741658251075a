// `npm run first-run -- <document-id>`: the command package of a first run as a live checklist; looks only, runs nothing.
import { askStatus } from "../operator/ask-status.ts";
import { checklistLines, nextLine, type Point } from "../readiness/checklist.ts";
import { drillReminder } from "../operator/drill-reminder.ts";
import {
  approvalPoints,
  backupPoint,
  documentPoint,
  hostPoints,
  namePoints,
  outcomePoints,
  precheckPoints,
  type Told,
} from "../readiness/first-run-points.ts";
import { eventsOf } from "../operator/host-call.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { operatorStop, stopOf } from "../operator/stop-of-host.ts";
import type { Target } from "../operator/target.ts";
import { readinessOf } from "../readiness/readiness-of.ts";
import { stackFileOf } from "../stack/read-stack-file.ts";
import { projectRoot } from "../../infra/place.ts";

const COULD_NOT_LOOK = 1;
const MISSING = 4;

operatorProgram(
  "first-run",
  "everything a first run of a document needs and leaves: found, missing or could not look, and the next command",
)
  .argument("<document-id>", "the document that shall be cut")
  .action((document: string, options: OperatorOptions) =>
    atHost(options, async (target) => {
      const points = await pointsOf(target, document);
      process.stdout.write(
        options.json
          ? points.map((point) => `${JSON.stringify({ event: "point", ...point })}\n`).join("")
          : `${[...checklistLines(points), "", nextLine(points, target.stack)].join("\n")}\n`,
      );
      if (points.some((point) => point.answer === "could not look")) return COULD_NOT_LOOK;
      return points.every((point) => point.answer === "found") ? 0 : MISSING;
    }),
  )
  .parse();

async function pointsOf(target: Target, document: string): Promise<Point[]> {
  const names = namePoints(await told(target, ["names"]));
  const run = (await askStatus(target)).find((one) => one.document_id === document && one.state !== "voided");
  const plan = await told(target, ["orchestrate", "plan", document]);
  const { points } = await readinessOf({
    stackFile: stackFileOf(target.stack),
    sandbox: target.sandbox,
    project: projectRoot(),
    now: new Date(),
  });
  const backup = run && (await told(target, ["backup", "receipt", run.run_id]));
  const prechecks = precheckPoints(
    await told(target, ["precheck"]),
    await drillReminder(target),
    backup?.stop === undefined ? run?.run_id : undefined,
  );
  const finished = run?.state === "closeout_reported" ? run.run_id : undefined;
  const verified = finished === undefined ? undefined : await told(target, ["orchestrate", "verify", finished]);
  const history = finished === undefined ? [] : (await told(target, ["orchestrate", "follow", finished])).events;
  return [
    ...names,
    documentPoint(document, plan, run),
    ...hostPoints(points, target.sandbox),
    ...prechecks,
    backupPoint(document, run, backup),
    ...approvalPoints(document, run),
    ...outcomePoints(document, run, verified, history),
  ];
}

async function told(target: Target, words: readonly string[]): Promise<Told> {
  const { events } = await eventsOf(target, words);
  const stop = stopOf(events);
  return { events, stop: stop && operatorStop(stop, target.stack) };
}
