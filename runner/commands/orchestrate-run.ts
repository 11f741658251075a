// Starts the detached process of a run and follows it; ending the following never ends the run.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Common } from "./call-options.ts";
import { grammarProfile } from "../grammar/profiles.ts";
import { newRunId, type RunId, runIdOf } from "../model/ids.ts";
import { insist, Stopped } from "../model/stop.ts";
import type { GrammarWords } from "../rules/hints.ts";
import { judgeOwnHost } from "../rules/own-host.ts";
import { judgeReason } from "../rules/reason.ts";
import { statusFromText } from "../rules/status.ts";
import { doneText } from "../terminal/status-text.ts";
import { stopOfJson, stopText, type Standing } from "../terminal/stop-text.ts";
import { printable } from "../rules/text-hygiene.ts";
import { readHere } from "../adapters/pinned-host.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { eventsLength, followEvents } from "../adapters/run-events.ts";
import { runFolder } from "../adapters/run-files.ts";
import { claimAsk, claimRun, startDetached } from "../adapters/run-process.ts";
import { readSafely } from "../adapters/safe-file.ts";
import type { Ended, RunEvent } from "../model/events.ts";
import { requestWord } from "../model/grammar-request.ts";
import { askedGrammarOf } from "../terminal/grammar-request-of.ts";
import { progressOn } from "../terminal/progress.ts";
import { printJson } from "../terminal/print-json.ts";

/**
 * `cut`: a new run id, a detached process, and its exit status; 3 (STOP_APPROVAL_REQUIRED) at the first pause. With a run id of
 * the asker's, asking again after a broken line follows that run instead of beginning a second one.
 */
export async function startCut(
  common: Common,
  documentId: string,
  options: Partial<GrammarWords> & { readonly request?: string; readonly runId?: string },
): Promise<number> {
  const request = await askedGrammarOf(options, readSafely);
  if (request.profile !== undefined) grammarProfile(request.profile);
  const { config } = await loadConfig(common.config);
  insist(judgeOwnHost(config, hostname()));
  const words = [documentId, requestWord(request)];
  if (options.runId === undefined)
    return startAndFollow(common, { runId: newRunId(new Date(), randomBytes(4).toString("hex")), kind: "cut", words });
  const runId = runIdOf(options.runId);
  const { runtime_root } = config.orchestrator;
  if (claimRun(runtime_root, runId)) return startAndFollow(common, { runId, kind: "cut", words });
  await firstWord(runtime_root, runId);
  return follow(common, { root: runtime_root, runId }, 0);
}

/** The process of a run that was claimed a moment ago needs time to its first word; a follower that came earlier would find nobody. */
async function firstWord(root: string, runId: RunId): Promise<void> {
  for (let waited = 0; waited < FIRST_WORD_MILLISECONDS && eventsLength(root, runId) === 0; waited += 100)
    await sleep(100);
}
const FIRST_WORD_MILLISECONDS = 30_000;

/** Where a follower goes on: the `position` of the last event it saw, and the process it followed. */
export interface FollowFrom {
  readonly from: number;
  readonly process?: number;
}

/** Follows events from a position of the file until no process of the run works any more, or the named one has ended. */
export async function startFollow(common: Common, id: string, { from, process: pid }: FollowFrom): Promise<number> {
  const { config } = await loadConfig(common.config);
  return follow(common, { root: config.orchestrator.runtime_root, runId: runIdOf(id) }, from, pid);
}

/** `ask`: a token of the asker's, 8 hex; the same question asked again after a broken line follows the process of the first. */
export interface AskOnce {
  readonly ask?: string;
}

/** What a detached process is to do with a run. */
interface WorkOfRun {
  readonly runId: RunId;
  readonly kind: "cut" | "resume" | "revert" | "void";
  readonly words: readonly string[];
}

const askedFile = z.strictObject({ pid: z.int(), position: z.int() });

/** What an operator does to a run that exists. */
export type RunVerb = Exclude<WorkOfRun["kind"], "cut">;

/**
 * `resume` carries an open run on; of a run that is closed out it delivers what is missing and changes nothing. `revert` undoes a
 * written, not enacted run; `void` closes one that has written nothing. `words`: the reason of the last two, for the records.
 */
export async function startVerb(
  common: Common,
  kind: RunVerb,
  [id = "", ...words]: readonly string[],
  { ask }: AskOnce,
): Promise<number> {
  const runId = runIdOf(id);
  if (kind !== "resume") insist(judgeReason(words.join(" ")));
  const work: WorkOfRun = { runId, kind, words };
  if (ask === undefined) return startAndFollow(common, work);
  if (!/^[0-9a-f]{8}$/.test(ask))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "not a valid token", wanted: "8 hex digits" });
  const { config } = await loadConfig(common.config);
  const { runtime_root: root } = config.orchestrator;
  // Another machine may have begun it; whether there is such a run is then the database's to say.
  if (config.machines === undefined && !(await runFolder(root).readRun(runId, "events.ndjson")))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `no run ${runId} on this host`,
      wanted: "the id of a run of this host",
      next: "cutter orchestrate status",
    });
  // A token is one question: asked with another verb it must not be given the first one's answer.
  const question = `${kind}-${ask}`;
  if (claimAsk(root, runId, question))
    return startAndFollow(common, work, (pid, position) =>
      runFolder(root).writeRun(runId, `asks/${question}/process.json`, JSON.stringify({ pid, position })),
    );
  const asked = await processOf(root, runId, question);
  if (common.json) printJson({ event: "attached", run_id: runId, ...asked });
  return follow(common, { root, runId }, asked.position, asked.pid);
}

/** The process that the first asking started. STOP_COULD_NOT_LOOK when it never came to that. */
async function processOf(root: string, runId: RunId, question: string): Promise<z.infer<typeof askedFile>> {
  for (let waited = 0; waited < FIRST_WORD_MILLISECONDS; waited += 100) {
    const bytes = await runFolder(root).readRun(runId, `asks/${question}/process.json`);
    if (bytes) return askedFile.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    await sleep(100);
  }
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: "this was asked before and no process of it is known",
    wanted: "the process that was started",
    next: `cutter orchestrate resume ${runId}`,
  });
}

async function startAndFollow(
  common: Common,
  { runId, kind, words }: WorkOfRun,
  started?: (pid: number, position: number) => Promise<void>,
): Promise<number> {
  // Everything that can be refused before a process starts is refused here, on the asker's own terminal.
  const { config } = await readHere(common.config);
  const root = config.orchestrator.runtime_root;
  const offset = eventsLength(root, runId);
  const pid = startDetached(root, runId, ["--config", common.config, "work", kind, runId, "--", ...words]);
  await started?.(pid, offset);
  if (common.json) printJson({ event: "attached", run_id: runId, pid, position: offset });
  return follow(common, { root, runId }, offset, pid);
}

/** With `pid` the answer is that process's own: another one of the same run, refused meanwhile, must not speak for it. */
async function follow(
  common: Common,
  { root, runId }: { readonly root: string; readonly runId: RunId },
  offset: number,
  pid?: number,
): Promise<number> {
  let last: RunEvent | undefined;
  const progress = progressOn();
  for await (const event of followEvents(root, runId, offset, pid)) {
    if (common.json) printJson(event);
    progress.show(event);
    last = event;
  }
  progress.end();
  if (last?.event === "ended") return ended(last, root, runId);
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the process of ${runId} ended without saying how`,
    wanted: "its last word in events.ndjson",
    hint: "resume: what is committed is recorded, what is not is done again",
    next: `cutter orchestrate resume ${runId}`,
  });
}

/** The last word of the process, with what is known of the run beside it. */
async function ended({ exit, stop }: Ended, root: string, runId: RunId): Promise<number> {
  const known = await standing(root, runId);
  const shown = stop && stopOfJson(stop);
  if (shown) process.stderr.write(stopText(shown, known));
  else if (stop) process.stderr.write(`this is a bug: ${printable(stop.saw)}\n${stop.hint}\n`);
  else if (typeof known === "object") process.stderr.write(doneText(known));
  return exit;
}

async function standing(root: string, runId: RunId): Promise<Standing> {
  const bytes = await runFolder(root).readRun(runId, "state.json");
  return bytes ? statusFromText(Buffer.from(bytes).toString("utf8"), new Date()) : "no run";
}
