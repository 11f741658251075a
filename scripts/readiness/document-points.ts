// What a first run of a document needs and leaves, as points: each found, missing or not looked at, each with the command that goes on.
import * as z from "zod";
import type { StatusJson } from "../../runner/model/events.ts";
import { pointSchema, type Point, type PointState } from "../../runner/model/point.ts";
import type { Shown } from "../../runner/terminal/stop-text.ts";
import type { HostEvent } from "../operator/host-call.ts";

/** An answer of the host: its events, or its stop. */
export interface Told {
  readonly events: readonly HostEvent[];
  readonly stop: Shown | undefined;
}

const text = (event: HostEvent, key: string): string => (typeof event[key] === "string" ? event[key] : "");
const ofStop = ({ code }: Shown): PointState => (code === "STOP_COULD_NOT_LOOK" ? "could not look" : "missing");

/** The host's own points with the command that goes on; the one open point `none` when it answered none. */
function pointsOf({ events, stop }: Told, none: Pick<Point, "part" | "title" | "next">): Point[] {
  const points = events.flatMap((event) => pointSchema.safeParse(event).data ?? []);
  if (points.length > 0) return points.map((point) => ({ ...point, next: none.next }));
  const saw = stop?.facts.saw ?? "no point was answered";
  return [{ ...none, state: stop === undefined ? "could not look" : ofStop(stop), saw }];
}

/** Names of environment and configuration, and people for each gate. */
export const namePoints = (told: Told): Point[] =>
  pointsOf(told, { part: "configuration", title: "the host's configuration", next: "npm run up" });

/** The registered document and what would be cut of it; `run` is the newest run of it. */
export function documentPoint(document: string, told: Told, run: StatusJson | undefined): Point {
  const part = "the document";
  // Its addresses are taken by its own run, so that a plan must refuse.
  if (run && (run.committed === "leg_a" || run.committed === "enacted"))
    return { part, title: `${document} registered`, state: "found", saw: `written by ${run.run_id}` };
  if (told.stop)
    return {
      part,
      title: `${document} registered and plannable`,
      state: ofStop(told.stop),
      saw: `${told.stop.code}: ${told.stop.facts.saw}`,
      next: told.stop.facts.next ?? `npm run register -- <file> ${document}`,
    };
  const planned = told.events.find((event) => event.event === "planned");
  return {
    part,
    title: `${document} registered and plannable`,
    state: planned ? "found" : "could not look",
    saw: planned
      ? `${String(planned["units"])} units of version ${text(planned, "source_version_id")}`
      : "no plan was answered",
  };
}

const BEFORE = "immediately before the run";

/**
 * Points of readiness that belong to a first run of a document too; an embedded host lays its own untested build and
 * has no repository of its own.
 */
const ALWAYS = /^hostname$|present and untouched$|^counts against the pinned baseline$/;
const REAL_HOST = /^tests baseline$|^no secret in tracked files$|^no run id in the code$/;

/** What of readiness is asked again immediately before a run. */
export const hostPoints = (points: readonly Point[], sandbox: boolean): Point[] =>
  points
    .filter(({ title }) => ALWAYS.test(title) || (!sandbox && REAL_HOST.test(title)))
    .map((point) => ({ ...point, part: BEFORE }));

/** The run's own backup: sealed, restored and compared before anybody signs. */
export function backupPoint(document: string, run: StatusJson | undefined, told: Told | undefined): Point {
  const title = "backup taken and proven by a restore";
  if (!run || !told)
    return {
      part: BEFORE,
      title,
      state: "missing",
      saw: "no run has taken one yet",
      next: `npm run cut -- ${document}`,
    };
  const sealed = z
    .looseObject({ file_sha: z.string() })
    .safeParse(told.events.find((event) => event.event === "receipt")?.["package"]);
  if (sealed.success)
    return { part: BEFORE, title, state: "found", saw: `${run.run_id}, sha256 ${sealed.data.file_sha.slice(0, 12)}` };
  return {
    part: BEFORE,
    title,
    state: told.stop ? ofStop(told.stop) : "could not look",
    saw: told.stop?.facts.saw ?? "no receipt was answered",
    next: run.next ?? `npm run status -- ${run.run_id}`,
  };
}

/** The prechecks, and whether a backup was lately restored outside the host; `runId` is a run whose backup can be. */
export function precheckPoints(told: Told, drillReminder: string | undefined, runId?: string): Point[] {
  const part = BEFORE;
  const drill: Point =
    drillReminder === undefined
      ? { part, title: "restore drill", state: "found", saw: "not older than 30 days" }
      : {
          part,
          title: "restore drill",
          state: "missing",
          saw: drillReminder.split(": npm run ")[0] ?? drillReminder,
          next: runId === undefined ? "npm run backup -- selftest" : `npm run restore-drill -- ${runId}`,
        };
  const checks = pointsOf(told, { part, title: "prechecks", next: "npm run cutter -- precheck" });
  return [...checks.map((point) => ({ ...point, part })), drill];
}

/** Signatures of the newest run, by what it waits for. */
export function approvalPoints(document: string, run: StatusJson | undefined): Point[] {
  const part = "approvals";
  const point = (gate: string, given: boolean): Point => {
    if (!run)
      return { part, title: gate, state: "missing", saw: "no run asks for it yet", next: `npm run cut -- ${document}` };
    return {
      part,
      title: gate,
      state: given ? "found" : "missing",
      saw: given ? `for ${run.run_id}` : (run.waiting_for ?? `run ${run.run_id} is ${run.state}`),
      ...(run.next ? { next: run.next } : {}),
    };
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
  verified: Told | undefined,
  history: readonly HostEvent[],
): Point[] {
  const part = "outputs and post-run verification";
  if (!run || run.state !== "closeout_reported" || verified === undefined) {
    return [
      {
        part,
        title: "final_state closeout_reported",
        state: "missing",
        saw: run ? `run ${run.run_id} is ${run.state}` : "no run",
        next: run?.next ?? `npm run cut -- ${document}`,
      },
    ];
  }
  const next = `npm run verify -- ${run.run_id}`;
  if (verified.stop)
    return [
      {
        part,
        title: "verification",
        state: ofStop(verified.stop),
        saw: `${verified.stop.code}: ${verified.stop.facts.saw}`,
        next,
      },
    ];
  const checks = verified.events.find((event) => event.event === "verified")?.["checks"];
  const told = verified.events.find((event) => event.event === "verified");
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
  return [
    { part, title: "final_state closeout_reported", state: "found", saw: run.run_id },
    {
      part,
      title: "documents of the run",
      state: documents.size === DOCUMENTS ? "found" : "missing",
      saw: `${documents.size} of ${DOCUMENTS} delivered`,
      next: `npm run resume -- ${run.run_id}`,
    },
    {
      part,
      title: "closeout summary sha",
      state: summary === "" ? "missing" : "found",
      saw: summary || "none recorded",
      next,
    },
    ...names.map((name): Point => ({ part, title: name.replaceAll("_", " "), state: "found", saw: "holds" })),
    ...(names.length === 0
      ? [{ part, title: "verification", state: "could not look" as const, saw: "no check was answered", next }]
      : []),
  ];
}
