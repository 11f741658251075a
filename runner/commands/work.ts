// `work`: what the detached process of a run does; `orchestrate` starts it, people never call it.
import type { Common } from "./call-options.ts";
import { requestFromWord } from "../model/grammar-request.ts";
import { isRunId, type RunId } from "../model/ids.ts";
import { EXIT_USAGE } from "../model/stop.ts";
import { projection } from "../aftermath/projection.ts";
import { makeWorld } from "../wire.ts";
import { rehearsalGround } from "../adapters/rehearsal-ground.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { makeRunKey } from "../adapters/run-key.ts";
import { startBeats } from "../adapters/host-beats.ts";
import { holderIsGone, listenForEnd, ownHolder, startTelling } from "../adapters/run-process.ts";
import type { World } from "../world.ts";
import { workCut, workResume, workRevert, workVoid, type Work } from "../worker.ts";

/** The work of this process at a run, in a world of its own. */
export const workIn = (world: World): Work => ({
  world,
  ground: rehearsalGround(world.vault),
  holder: { name: ownHolder(), isGone: holderIsGone },
  projection: projection(world),
});

/** `kind` is cut, resume, revert or void; `words` are its arguments as orchestrate gave them. */
export async function work(common: Common, kind: string, runId: string, words: readonly string[]): Promise<number> {
  if (!isRunId(runId)) return EXIT_USAGE;
  if (kind === "cut") makeRunKey((await loadConfig(common.config)).config, runId);
  const world = { ...(await makeWorld(common.config, runId)), askedToEnd: listenForEnd() };
  const job = workIn(world);
  const beats = await startBeats(world.config, world.here.release_digest, runId);
  try {
    return await workOf(job, kind, runId, words);
  } finally {
    beats.end();
    if (world.config.notifications !== undefined) startTelling(world.config.orchestrator.runtime_root, common.config);
  }
}

async function workOf(job: Work, kind: string, runId: RunId, words: readonly string[]): Promise<number> {
  const [first = "", asked = ""] = words;
  if (kind === "cut") return workCut(job, runId, first, requestFromWord(asked));
  if (kind === "resume") return workResume(job, runId);
  if (kind === "revert") return workRevert(job, runId, first);
  return kind === "void" ? workVoid(job, runId, first) : EXIT_USAGE;
}
