// The detached process of a run.
import type { Common } from "../cli.ts";
import { optionsOf, requestFromWord } from "../model/grammar-request.ts";
import { isRunId } from "../model/ids.ts";
import { grammarChoice } from "../model/outputs.ts";
import { EXIT_USAGE } from "../model/stop.ts";
import { projection } from "../aftermath/projection.ts";
import { groundOf, makeWorld } from "../wire.ts";
import { host } from "../wire-host.ts";
import { workCut, workResume, workRevert, workVoid, type Work } from "../worker.ts";

/** `kind` is cut, resume, revert or void; `words` are its arguments as orchestrate gave them. */
export async function work(common: Common, kind: string, runId: string, words: readonly string[]): Promise<number> {
  if (!isRunId(runId)) return EXIT_USAGE;
  if (kind === "cut") host.makeRunKey((await host.loadConfig(common.config)).config.orchestrator.runtime_root, runId);
  const world = { ...(await makeWorld(common.config, runId)), askedToEnd: host.listenForEnd() };
  const job: Work = {
    world,
    ground: groundOf(world, runId),
    holder: { name: host.ownHolder(), isGone: host.holderIsGone },
    projection: projection(world),
  };
  const [first = "", asked = ""] = words;
  if (kind === "cut") {
    const request = requestFromWord(asked);
    const grammar = grammarChoice.parse({
      profile: request.profile,
      options: optionsOf(request, world.config.plan.section_types),
    });
    return workCut(job, runId, first, grammar);
  }
  if (kind === "resume") return workResume(job, runId);
  if (kind === "revert") return workRevert(job, runId, first);
  return kind === "void" ? workVoid(job, runId, first) : EXIT_USAGE;
}
