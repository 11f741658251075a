// The command package of a first run as a list of points: each found, missing or not looked at, each with the command that goes on.
import type { StatusJson } from "../../runner/rules/status.ts";
import type { Point, PointAnswer } from "./checklist.ts";
import type { HostEvent } from "./host-call.ts";
import type { HostStop } from "./stop-of-host.ts";

/** An answer of the host: its events, or its stop. */
export interface Told { readonly events: readonly HostEvent[]; readonly stop: HostStop | undefined }

const text = (event: HostEvent, key: string): string => (typeof event[key] === "string" ? event[key] : "");
const answerOf = (word: string): PointAnswer => (word === "found" || word === "passed" ? "found" : word === "missing" || word === "failed" ? "missing" : "could not look");
const ofStop = ({ code }: HostStop): PointAnswer => (code === "STOP_COULD_NOT_LOOK" ? "could not look" : "missing");

/** Names of environment and configuration, and people for each gate. */
export function namePoints(told: Told): Point[] {
  const part = "names, configuration, people";
  if (told.stop) return [{ part, what: "the host's configuration", answer: ofStop(told.stop), saw: told.stop.facts.saw, next: "npm run up" }];
  return told.events.filter((event) => event.event === "name").map((event) => ({ part, what: `${text(event, "kind")} ${text(event, "name")}`, answer: answerOf(text(event, "answer")), saw: text(event, "saw"), next: "npm run up" }));
}

/** The registered document and what would be cut of it; `run` is the newest run of it. */
export function documentPoint(document: string, told: Told, run: StatusJson | undefined): Point {
  const part = "the document";
  // Its addresses are taken by its own run, so that a plan must refuse.
  if (run && (run.committed === "leg_a" || run.committed === "enacted")) return { part, what: `${document} registered`, answer: "found", saw: `written by ${run.run_id}` };
  if (told.stop) return { part, what: `${document} registered and plannable`, answer: ofStop(told.stop), saw: `${told.stop.code}: ${told.stop.facts.saw}`, next: told.stop.facts.next ?? `npm run register -- <file> ${document}` };
  const planned = told.events.find((event) => event.event === "planned");
  return { part, what: `${document} registered and plannable`, answer: planned ? "found" : "could not look", saw: planned ? `${String(planned["units"])} units of version ${text(planned, "source_version_id")}` : "no plan was answered" };
}

/** The prechecks, and whether a backup was lately restored outside the host. */
export function precheckPoints(told: Told, drillReminder: string | undefined): Point[] {
  const part = "immediately before the run";
  const checks = told.events.filter((event) => event.event === "check");
  const points = checks.map((event): Point => ({ part, what: text(event, "name"), answer: answerOf(text(event, "outcome")), saw: text(event, "saw"), next: "npm run cutter -- precheck" }));
  const none: Point[] = checks.length === 0 ? [{ part, what: "prechecks", answer: "could not look", saw: told.stop?.facts.saw ?? "no check was answered", next: "npm run cutter -- precheck" }] : [];
  const drill: Point = drillReminder === undefined
    ? { part, what: "restore drill", answer: "found", saw: "not older than 30 days" }
    : { part, what: "restore drill", answer: "missing", saw: drillReminder, next: "npm run restore-drill -- <run-id>" };
  return [...none, ...points, drill];
}

/** Signatures of the newest run, by what it waits for. */
export function approvalPoints(document: string, run: StatusJson | undefined): Point[] {
  const part = "approvals";
  const point = (gate: string, given: boolean): Point => {
    if (!run) return { part, what: gate, answer: "missing", saw: "no run asks for it yet", next: `npm run cut -- ${document}` };
    return { part, what: gate, answer: given ? "found" : "missing", saw: given ? `for ${run.run_id}` : run.waiting_for ?? `run ${run.run_id} is ${run.state}`, ...(run.next ? { next: run.next } : {}) };
  };
  const written = run !== undefined && run.committed !== "nothing" && run.committed !== "reverted";
  const asked = (state: string, gate: string): boolean => run?.state === state && run.waiting_for?.includes(gate) !== true;
  return [
    point("SG_1_cut_authz", written || asked("awaiting_cut_authorization", "SG_1")), point("EXECUTION", written || asked("awaiting_cut_authorization", "EXECUTION")),
    point("SG_2_lifecycle_authz", run?.committed === "enacted" || asked("awaiting_lifecycle_authorization", "SG_2")),
  ];
}

/** What a finished run leaves, point by point, as the second principal sees it now. */
export function outcomePoints(document: string, run: StatusJson | undefined, verified: Told | undefined): Point[] {
  const part = "outputs and post-run verification";
  if (!run || run.state !== "closeout_reported" || verified === undefined) {
    return [{ part, what: "final_state closeout_reported", answer: "missing", saw: run ? `run ${run.run_id} is ${run.state}` : "no run", next: run?.next ?? `npm run cut -- ${document}` }];
  }
  const next = `npm run verify -- ${run.run_id}`;
  if (verified.stop) return [{ part, what: "verification", answer: ofStop(verified.stop), saw: `${verified.stop.code}: ${verified.stop.facts.saw}`, next }];
  const checks = verified.events.find((event) => event.event === "verified")?.["checks"];
  const names = Array.isArray(checks) ? checks.filter((name) => typeof name === "string") : [];
  return [
    { part, what: "final_state closeout_reported", answer: "found", saw: run.run_id },
    ...names.map((name): Point => ({ part, what: name.replaceAll("_", " "), answer: "found", saw: "holds" })),
    ...(names.length === 0 ? [{ part, what: "verification", answer: "could not look" as const, saw: "no check was answered", next }] : []),
  ];
}
