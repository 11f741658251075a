// What a first run of a document needs and leaves, as points: each found, missing or not looked at, each with the command that goes on.
import * as z from "zod";
import type { StatusJson } from "../../runner/model/events.ts";
import { found, inPart, missing, notSeen, pointSchema, type Finding, type Point } from "../../runner/model/point.ts";
import type { Shown } from "../../runner/terminal/stop-text.ts";
import type { HostEvent } from "../operator/host-call.ts";

/** An answer of the host: its events, or its stop. */
export interface HostAnswer {
  readonly events: readonly HostEvent[];
  readonly stop: Shown | undefined;
}

const text = (event: HostEvent, key: string): string => (typeof event[key] === "string" ? event[key] : "");

/** The point that a stop of the host, or its silence, leaves open. */
function stopped(title: string, stop: Shown | undefined, saw: string, next: string): Finding {
  return (stop && stop.code !== "STOP_COULD_NOT_LOOK" ? missing : notSeen)(title, saw, next);
}

/** The host's own points with the command that goes on; one open point of this part and title when it answered none. */
function pointsOf({ events, stop }: HostAnswer, [part, title]: readonly [string, string], next: string): Point[] {
  const points = events.flatMap((event) => pointSchema.safeParse(event).data ?? []);
  if (points.length > 0) return points.map((point) => ({ ...point, next }));
  return inPart(part, [stopped(title, stop, stop?.facts.saw ?? "no point was answered", next)]);
}

/** Names of environment and configuration, and people for each gate. */
export const namePoints = (told: HostAnswer): Point[] =>
  pointsOf(told, ["configuration", "the host's configuration"], "npm run up");

/** The registered document and what would be cut of it; `run` is the newest run of it. */
export function documentPoint(document: string, { stop, events }: HostAnswer, run: StatusJson | undefined): Finding {
  // Its addresses are taken by its own run, so that a plan must refuse.
  if (run && (run.committed === "leg_a" || run.committed === "enacted"))
    return found(`${document} registered`, `written by ${run.run_id}`);
  const title = `${document} registered and plannable`;
  if (stop) {
    const next = stop.facts.next ?? `npm run register -- <file> ${document}`;
    return stopped(title, stop, `${stop.code}: ${stop.facts.saw}`, next);
  }
  const planned = events.find((event) => event.event === "planned");
  return planned
    ? found(title, `${String(planned["units"])} units of version ${text(planned, "source_version_id")}`)
    : notSeen(title, "no plan was answered");
}

/**
 * Points of readiness that belong to a first run of a document too; an embedded host lays its own untested build and
 * has no repository of its own.
 */
const ALWAYS = /^hostname$|present and untouched$|^counts against the pinned baseline$/;
const REAL_HOST = /^tests baseline$|^no secret in tracked files$|^no run id in the code$/;

/** What of readiness is asked again immediately before a run. */
export const hostPoints = <P extends Finding>(points: readonly P[], sandbox: boolean): P[] =>
  points.filter(({ title }) => ALWAYS.test(title) || (!sandbox && REAL_HOST.test(title)));

/** The run's own backup: sealed, restored and compared before anybody signs. */
export function backupPoint(document: string, run: StatusJson | undefined, told: HostAnswer | undefined): Finding {
  const title = "backup taken and proven by a restore";
  if (!run || !told) return missing(title, "no run has taken one yet", `npm run cut -- ${document}`);
  const sealed = z
    .looseObject({ file_sha: z.string() })
    .safeParse(told.events.find((event) => event.event === "receipt")?.["package"]);
  if (sealed.success) return found(title, `${run.run_id}, sha256 ${sealed.data.file_sha.slice(0, 12)}`);
  const saw = told.stop?.facts.saw ?? "no receipt was answered";
  return stopped(title, told.stop, saw, run.next ?? `npm run status -- ${run.run_id}`);
}

/** The prechecks, and whether a backup was lately restored outside the host; `runId` is a run whose backup can be. */
export function precheckPoints(told: HostAnswer, drillReminder: string | undefined, runId?: string): Finding[] {
  const [title, next] = ["restore drill", runId ? `npm run restore-drill -- ${runId}` : "npm run backup -- selftest"];
  const drill =
    drillReminder === undefined
      ? found(title, "not older than 30 days")
      : missing(title, drillReminder.split(": npm run ")[0] ?? drillReminder, next);
  return [...pointsOf(told, ["prechecks", "prechecks"], "npm run cutter -- precheck"), drill];
}

/** Signatures of the newest run, by what it waits for. */
export function approvalPoints(document: string, run: StatusJson | undefined): Finding[] {
  const point = (gate: string, given: boolean): Finding => {
    if (!run) return missing(gate, "no run asks for it yet", `npm run cut -- ${document}`);
    if (given) return found(gate, `for ${run.run_id}`);
    return missing(gate, run.waiting_for ?? `run ${run.run_id} is ${run.state}`, run.next ?? undefined);
  };
  const written = run !== undefined && run.committed !== "nothing" && run.committed !== "reverted";
  const asked = (state: string, gate: string): boolean =>
    run?.state === state && run.waiting_for?.includes(gate) !== true;
  return [
    point("SG_1_cut_authz", written || asked("awaiting_cut_authorization", "SG_1")),
    point("EXECUTION", written || asked("awaiting_cut_authorization", "EXECUTION")),
    point("SG_2_lifecycle_authz", run?.committed === "enacted" || asked("awaiting_lifecycle_authorization", "SG_2")),
  ];
}

/** Documents of a finished run: one a phase, the two requests, the final report. */
const DOCUMENTS = 14;

/** What a finished run leaves, point by point, as the second principal sees it now; `history` are all its events. */
export function outcomePoints(
  document: string,
  run: StatusJson | undefined,
  verified: HostAnswer | undefined,
  history: readonly HostEvent[],
): Finding[] {
  const final = "final_state closeout_reported";
  if (!run || run.state !== "closeout_reported" || verified === undefined) {
    const saw = run ? `run ${run.run_id} is ${run.state}` : "no run";
    return [missing(final, saw, run?.next ?? `npm run cut -- ${document}`)];
  }
  const next = `npm run verify -- ${run.run_id}`;
  const { stop } = verified;
  if (stop) return [stopped("verification", stop, `${stop.code}: ${stop.facts.saw}`, next)];
  const told = verified.events.find((event) => event.event === "verified");
  const checks = told?.["checks"];
  const summary = told === undefined ? "" : text(told, "summary_sha");
  // 01-source-pin … 12-final-report, SG1- and SG2-…; dated, so a document told again on another day is the same one.
  const documents = new Set(
    history.flatMap((event) =>
      event.event === "report"
        ? (/\/((?:\d\d|SG\d)-[a-z-]+)-\d{4}-\d\d-\d\d\.md$/.exec(text(event, "file"))?.[1] ?? [])
        : [],
    ),
  );
  const names = Array.isArray(checks) ? checks.filter((name) => typeof name === "string") : [];
  const delivered = ["documents of the run", `${documents.size} of ${DOCUMENTS} delivered`] as const;
  return [
    found(final, run.run_id),
    documents.size === DOCUMENTS ? found(...delivered) : missing(...delivered, `npm run resume -- ${run.run_id}`),
    summary === "" ? missing("closeout summary sha", "none recorded", next) : found("closeout summary sha", summary),
    ...names.map((name) => found(name.replaceAll("_", " "), "holds")),
    ...(names.length === 0 ? [notSeen("verification", "no check was answered", next)] : []),
  ];
}
