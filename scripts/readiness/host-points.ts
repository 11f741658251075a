// Points about the host as a machine: that it answers, that it is the right one, and that the older trees stand as they were.
import { hostname } from "node:os";
import type { StackConfig } from "../../infra/config.ts";
import type { DeclaredLook, ReadinessAnswer } from "../../infra/readiness-look.ts";
import type { Point } from "./checklist.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { treePoints } from "./declared-points.ts";
import type { Told } from "./told.ts";

/** Whether a connection stood. */
export function answersPoint(look: Told<ReadinessAnswer>, config: StackConfig | undefined, part: string): Point {
  const what = "the host answers";
  if ("value" in look) return { part, what, answer: "found", saw: "with the pinned host key, over one connection" };
  return {
    part,
    what,
    answer: "could not look",
    saw: look.saw,
    ...(config === undefined ? {} : { next: config.sandbox ? "npm run sandbox -- up" : `${sshLine(config)} true` }),
  };
}

/** The host by its name: a sandbox is on this machine, a real host bears the name that people sign. */
export function hostnamePoint(
  look: Told<ReadinessAnswer>,
  config: StackConfig | undefined,
  edit: string,
  part: string,
): Point {
  const what = "hostname";
  if (!("value" in look) || config === undefined)
    return { part, what, answer: "could not look", saw: "value" in look ? "" : look.saw };
  const told = look.value.others.hostname;
  if ("fault" in told) return { part, what, answer: "could not look", saw: told.fault };
  const wanted = config.sandbox ? hostname() : config.orchestrator.content.host;
  const found = told.out.toString("utf8").trim();
  return found === wanted
    ? { part, what, answer: "found", saw: found }
    : { part, what, answer: "missing", saw: `${found}, not ${wanted}`, next: edit };
}

/** The trees of the earlier versions, which nobody may touch. */
export function untouchedPoints(
  declared: Told<DeclaredLook>,
  config: StackConfig | undefined,
  edit: string,
  part: string,
): Point[] {
  const what = "the v0.4 and v0.6 trees present and untouched";
  if (config !== undefined && config.untouched.length > 0)
    return treePoints(
      declared,
      config.untouched.map(({ path }) => path),
      part,
    );
  if (config === undefined)
    return [{ part, what, answer: "could not look", saw: "the stack's configuration does not name them" }];
  if (config.sandbox) return [{ part, what, answer: "found", saw: "an embedded host has none" }];
  return [{ part, what, answer: "missing", saw: "cutter:untouched names no tree", next: edit }];
}

/** The line that installs what a host must bring. */
export function installLine(config: StackConfig | undefined): string {
  if (config === undefined || config.sandbox) return "npm run doctor";
  return `${sshLine(config)} sudo apt-get install -y nodejs gnupg postgresql-client`;
}

function sshLine({ connection: { host, port, user, privateKeyFile } }: StackConfig): string {
  return `ssh -i ${shellWord(privateKeyFile)} -p ${port} ${user}@${host}`;
}
