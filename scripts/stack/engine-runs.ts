// The two things the engine does with a stack: a preview, read as drift, and `up`, after which the host is looked at again, because
// nobody is told "done" on the engine's word alone.
import { readFileSync } from "node:fs";
import { NOT_ADOPTED, readDriftMessage } from "../../infra/drift-text.ts";
import type { DriftLine } from "../../infra/drift.ts";
import { ENVIRONMENT } from "../../infra/environment.ts";
import { isStopCode, Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { partsInProgress, readPreview, type PreviewLines } from "./engine-answer.ts";
import { saysSandbox } from "../toolchain/sandbox-config.ts";
import { lookToAdopt, recordAdoption } from "./adoption.ts";
import { readStackFile } from "./stack-config.ts";
import { ENGINE_STATUS, ensureStack, preview, up, type Engine, type EngineAnswer } from "./pulumi.ts";

/** Seconds after which a host that hangs is given up: dial, probe and engine together. */
const LOOK_LIMIT_SECONDS = 180;

/**
 * Asks the engine once. Changes nothing, on the host or in the state. `savePlan`: absolute path of a file that then holds
 * exactly what was looked at, for `up --plan`; the differences are read the same way, because the engine does not answer 7 then.
 */
export async function lookWithEngine(engine: Engine, savePlan?: string): Promise<PreviewLines> {
  const what = savePlan === undefined ? { expectNoChanges: true } : { savePlan };
  return readPreview(await preview(engine, { ...what, json: true, limitSeconds: LOOK_LIMIT_SECONDS }));
}

/** Seconds of one up, a first one with every package and a release included. */
const UP_LIMIT_SECONDS = 1800;

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
    limitSeconds: UP_LIMIT_SECONDS,
    onLine,
    ...(plan === undefined ? { skipPreview: true } : { plan }),
  });
  if (answer.status !== ENGINE_STATUS.done) throw failure(answer);
  const left = await lookWithEngine(engine);
  if (!(await adoptSandbox(engine, left))) return left;
  return { ...left, lines: left.lines.filter(({ component }) => component !== ENVIRONMENT) };
}

/**
 * A sandbox is made by us from nothing, so what stands on it after an `up` is what there is to adopt; a real host is adopted by a
 * person. An `up` refuses a host that had changed before it.
 */
async function adoptSandbox({ configFile }: Engine, { lines }: PreviewLines): Promise<boolean> {
  if (!saysSandbox(readFileSync(configFile, "utf8"))) return false;
  const adopted = readStackFile(configFile)["cutter:adopted"] !== undefined;
  if (adopted && !lines.some(({ component }) => component === ENVIRONMENT)) return false;
  await recordAdoption(configFile, await lookToAdopt(configFile));
  return true;
}

function notAdopted(lines: readonly DriftLine[]): Stopped {
  return new Stopped("STOP_DRIFT", {
    saw: `${lines.length} facts of the host are not those that were adopted`,
    wanted: "the host as people adopted it; nothing was changed",
    details: [...new Set(lines.map(({ path, want, have }) => `${path}: ${have}, adopted was ${want}`))].slice(0, 20),
    hint: "find out who changed them; put them back, or adopt them by name",
    next: "npm run drift -- --adopt",
  });
}

function failure({ status, stdout, stderr }: EngineAnswer): Stopped {
  const text = `${stdout}\n${stderr}`;
  const open = /\b(STOP_[A-Z_0-9]+) (\S+)/.exec(text);
  if (text.includes(NOT_ADOPTED)) {
    const lines = text.split("\n").flatMap((line) => readDriftMessage(line, ENVIRONMENT) ?? []);
    return notAdopted(lines);
  }
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
