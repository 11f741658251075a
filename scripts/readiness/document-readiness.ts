// What one document needs and leaves on a host: asked of the host's own programs, put together as one checklist.
import { projectRoot } from "../../infra/place.ts";
import { inPart, type Point } from "../../runner/model/point.ts";
import { askStatus } from "../operator/ask-status.ts";
import { drillReminder } from "../operator/drill-reminder.ts";
import { eventsOf } from "../operator/host-call.ts";
import { operatorStop, stopOf } from "../operator/stop-of-host.ts";
import type { Target } from "../operator/target.ts";
import { stackFileOf } from "../stack/stack-config.ts";
import {
  approvalPoints,
  backupPoint,
  documentPoint,
  hostPoints,
  namePoints,
  outcomePoints,
  precheckPoints,
  type HostAnswer,
} from "./document-points.ts";
import { readinessOf } from "./readiness-of.ts";

/** Every point of a document's first run, in the order to work through. Looks only. */
export async function documentReadiness(target: Target, document: string): Promise<Point[]> {
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
    ...inPart("the document", [documentPoint(document, plan, run)]),
    ...inPart("immediately before the run", [
      ...hostPoints(points, target.sandbox),
      ...prechecks,
      backupPoint(document, run, backup),
    ]),
    ...inPart("approvals", approvalPoints(document, run)),
    ...inPart("outputs and post-run verification", outcomePoints(document, run, verified, history)),
  ];
}

async function told(target: Target, words: readonly string[]): Promise<HostAnswer> {
  const { events } = await eventsOf(target, words);
  const stop = stopOf(events);
  return { events, stop: stop && operatorStop(stop, target.stack) };
}
