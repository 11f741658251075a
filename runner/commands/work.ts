// The detached process of a run.
import type { Common } from "../cli.ts";
import { isRunId } from "../model/ids.ts";
import type { GrammarChoice } from "../model/outputs.ts";
import { EXIT_USAGE } from "../model/stop.ts";
import { projection } from "../projection.ts";
import { makeWorld } from "../wire.ts";
import { host } from "../wire-host.ts";
import { workCut, workResume, workRevert, workVoid, type Work } from "../worker.ts";

/** `kind` is cut, resume, revert or void; `words` are its arguments as orchestrate gave them. */
export async function work(common: Common, kind: string, runId: string, words: readonly string[]): Promise<number> {
  if (!isRunId(runId)) return EXIT_USAGE;
  const world = await makeWorld(common.config, runId);
  const watcher = projection(world);
  const job: Work = { world, holder: { name: host.ownHolder(), isGone: host.holderIsGone }, watcher, project: watcher.project };
  const [first = "", profile = "", emptyBody = ""] = words;
  if (kind === "cut") {
    const grammar: GrammarChoice = { profile, options: { empty_body: emptyBody === "heading" ? "heading" : "refuse", section_types: world.config.plan.section_types } };
    return workCut(job, runId, first, grammar);
  }
  if (kind === "resume") return workResume(job, runId);
  if (kind === "revert") return workRevert(job, runId, first);
  return kind === "void" ? workVoid(job, runId, first) : EXIT_USAGE;
}
