// Runs the engine's `up` on a stack and looks at the host again: nobody is told "done" on the engine's word alone.
import { isStopCode, Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import type { PreviewLines } from "./engine-answer.ts";
import { partsInProgress } from "./engine-progress.ts";
import { lookWithEngine } from "./look-with-engine.ts";
import { ENGINE_STATUS, ensureStack, up } from "./pulumi.ts";
import type { Engine, EngineAnswer } from "./pulumi.ts";

const LIMIT_SECONDS = 1800;

/**
 * Makes the host as declared. `plan`: a saved preview, applied exactly. Answers what is left: what `up` does not touch.
 * A stop the host's scripts named (STOP_RUN_OPEN) is passed on; any other failure is STOP_COULD_NOT_LOOK with its words.
 */
export async function bringUpStack(engine: Engine, say: (line: string) => void, plan?: string): Promise<PreviewLines> {
  await ensureStack(engine);
  const read = partsInProgress();
  const onLine = (line: string): void => {
    const told = read(line);
    if (told !== undefined) say(told);
  };
  const answer = await up(engine, {
    limitSeconds: LIMIT_SECONDS,
    onLine,
    ...(plan === undefined ? { skipPreview: true } : { plan }),
  });
  if (answer.status !== ENGINE_STATUS.done) throw failure(answer);
  return await lookWithEngine(engine);
}

function failure({ status, stdout, stderr }: EngineAnswer): Stopped {
  const text = `${stdout}\n${stderr}`;
  const open = /\b(STOP_[A-Z_0-9]+) (\S+)/.exec(text);
  const said = text
    .split("\n")
    .filter((line) => /error:|fail|STOP_|could not|is a link|no space|not laid/i.test(line))
    .filter((line) => !/update failed|\*\*.*failed\*\*/.test(line))
    .map((line) => printable(line.trim()).slice(0, 300));
  if (open?.[1] !== undefined && isStopCode(open[1]) && open[1] === "STOP_RUN_OPEN") {
    return new Stopped(open[1], {
      saw: `run ${printable(open[2] ?? "")} is open on the host`,
      wanted: "no open run while packages, configuration, approvers or release change",
      next: "npm run status",
    });
  }
  if (/error: cancelled/.test(text))
    return new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "up was interrupted",
      wanted: "every component laid and verified",
      hint: "what was laid stays; the same command goes on where this one ended",
    });
  if (/the stack is currently locked/.test(text))
    return new Stopped("STOP_LEASE_HELD", {
      saw: "another up works on this stack",
      wanted: "one at a time",
      hint: "wait for it to end, then run the same command",
    });
  if (/violates plan|expected resource operations|constrained to/.test(text))
    return new Stopped("STOP_DRIFT", {
      saw: "the host or its declaration has changed since the plan was saved",
      wanted: "what the plan was made for",
      details: [...new Set(said)].slice(0, 20),
      hint: "look at what is different now and save a new plan",
      next: "npm run drift -- --save-plan <file>",
    });
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `up did not come to its end (engine status ${status})`,
    wanted: "every component laid and verified",
    details: [...new Set(said)].slice(0, 20),
    hint: "mend what is named and run `npm run up` again: it goes on where it ended",
  });
}
