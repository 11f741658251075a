// The two things the engine does with a stack: a preview, read as drift, and `up`, after which the host is looked at again, because
// nobody is told "done" on the engine's word alone.
import { readFileSync, rmSync } from "node:fs";
import { ENVIRONMENT } from "../../infra/adopted-facts.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { saysSandbox } from "../toolchain/sandbox-config.ts";
import { lookToAdopt, recordAdoption } from "./adoption.ts";
import { partsInProgress, readPreview, type PreviewLines } from "./engine-answer.ts";
import { keepLastLook } from "./last-look.ts";
import { ENGINE_STATUS } from "./engine-process.ts";
import { ensureStack, preview, up, type Engine } from "./pulumi.ts";
import { readStackFile } from "./stack-file.ts";
import { keepToldLocks, toldLocksFile } from "./state-lock.ts";
import { upFailure } from "./up-failure.ts";

/** Seconds after which a host that hangs is given up: dial, probe and engine together. */
const LOOK_LIMIT_SECONDS = 180;

/**
 * Asks the engine once. Changes nothing, on the host or in the state. `savePlan`: absolute path of a file that then holds
 * exactly what was looked at, for `up --plan`; the differences are read the same way, because the engine does not answer 7 then.
 */
export async function lookWithEngine(engine: Engine, savePlan?: string): Promise<PreviewLines> {
  const what = savePlan === undefined ? { expectNoChanges: true } : { savePlan };
  const found = readPreview(await preview(engine, { ...what, json: true, limitSeconds: LOOK_LIMIT_SECONDS }));
  const { project, stack } = engine.place;
  keepLastLook(project, stack, { at: new Date().toISOString(), differences: found.lines.length });
  return found;
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
  const locks = toldLocksFile(engine.place.project, engine.place.stack);
  if (answer.status !== ENGINE_STATUS.done) {
    keepToldLocks(locks, answer.stderr);
    throw upFailure(answer, engine.place.stack);
  }
  rmSync(locks, { force: true });
  const left = await lookWithEngine(engine);
  if (!(await adoptSandbox(engine, left, say))) return left;
  return { ...left, lines: left.lines.filter(({ component }) => component !== ENVIRONMENT) };
}

/** Facts of an adoption that are shown one by one; the file holds all. */
const SHOWN_FACTS = 20;

/**
 * A sandbox is made by us from nothing, so what stands on it after an `up` is what there is to adopt; a real host is adopted by a
 * person. An `up` refuses a host that had changed before it; what changed while it ran is shown, because it need not be its own doing.
 */
async function adoptSandbox(
  { configFile }: Engine,
  { lines }: PreviewLines,
  say: (line: string) => void,
): Promise<boolean> {
  if (!saysSandbox(readFileSync(configFile, "utf8"))) return false;
  const adopted = readStackFile(configFile)["cutter:adopted"] !== undefined;
  if (adopted && !lines.some(({ component }) => component === ENVIRONMENT)) return false;
  const found = await lookToAdopt(configFile);
  const file = await recordAdoption(configFile, found);
  if (found.changes.length === 0) return true;
  say(`adopted with this up: ${found.changes.length} facts that no declaration mentions, all in ${file}`);
  for (const { path, want, have } of found.changes.slice(0, SHOWN_FACTS))
    say(printable(`  ${path}: ${want} -> ${have}`).slice(0, 300));
  return true;
}
