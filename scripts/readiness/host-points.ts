// Points about the host as a machine: that it answers, that it is the right one, and that the older trees stand as they were.
import { hostname } from "node:os";
import type { StackConfig } from "../../infra/config.ts";
import type { DeclaredLook, ReadinessAnswer } from "../../infra/readiness-look.ts";
import { found, missing, notSeen, type Finding } from "../../runner/model/point.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { treePoints } from "./declared-points.ts";
import type { Told } from "./told.ts";

/** Whether a connection stood. */
export function answersPoint(look: Told<ReadinessAnswer>, config: StackConfig | undefined): Finding {
  const title = "the host answers";
  if ("value" in look) return found(title, "with the pinned host key, over one connection");
  return notSeen(title, look.saw, config && (config.sandbox ? "npm run sandbox -- up" : `${sshLine(config)} true`));
}

/** The host by its name: a sandbox is on this machine, a real host bears the name that people sign. */
export function hostnamePoint(look: Told<ReadinessAnswer>, config: StackConfig | undefined, edit: string): Finding {
  const title = "hostname";
  if (!("value" in look) || config === undefined) return notSeen(title, "value" in look ? "" : look.saw);
  const told = look.value.others.hostname;
  if ("fault" in told) return notSeen(title, told.fault);
  const wanted = config.sandbox ? hostname() : (config.orchestrator.content.uname ?? config.orchestrator.content.host);
  const name = told.out.toString("utf8").trim();
  return name === wanted ? found(title, name) : missing(title, `${name}, not ${wanted}`, edit);
}

/** The trees of the earlier versions, which nobody may touch. */
export function untouchedPoints(
  declared: Told<DeclaredLook>,
  config: StackConfig | undefined,
  edit: string,
): Finding[] {
  const title = "the v0.4 and v0.6 trees present and untouched";
  if (config !== undefined && config.untouched.length > 0)
    return treePoints(
      declared,
      config.untouched.map(({ path }) => path),
    );
  if (config === undefined) return [notSeen(title, "the stack's configuration does not name them")];
  if (config.sandbox) return [found(title, "an embedded host has none")];
  return [missing(title, "cutter:untouched names no tree", edit)];
}

/** The line that installs what a host must bring. */
export function installLine(config: StackConfig | undefined): string {
  if (config === undefined || config.sandbox) return "npm run doctor";
  return `${sshLine(config)} sudo apt-get install -y nodejs gnupg postgresql-client`;
}

function sshLine({ connection: { host, port, user, privateKeyFile } }: StackConfig): string {
  return `ssh -i ${shellWord(privateKeyFile)} -p ${port} ${user}@${host}`;
}
