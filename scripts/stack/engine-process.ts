// Starts the engine's program for one command and waits for its end: with limits for the whole and for a silence, and with Ctrl-C
// handed on, so that the engine can end cleanly and take its lock away.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { withoutBackendSecrets } from "./backend.ts";
import { engineEnvironment } from "../toolchain/engine-environment.ts";
import { engineProgram } from "../toolchain/pulumi-home.ts";
import { readEngineEvents } from "./engine-events.ts";
import type { Engine } from "./pulumi.ts";

/** Exit statuses of the engine that mean something to us; every other one is a failure. */
export const ENGINE_STATUS = { done: 0, failed: 1, noSuchStack: 6, changesProposed: 7, cancelled: 8 } as const;

/** What one call of the engine gave. `status` is its exit status (ENGINE_STATUS). */
export interface EngineAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to call: text for standard input, limit in seconds, who sees each line while it runs. */
export interface CallOptions {
  readonly input?: string;
  readonly limitSeconds?: number;
  readonly onLine?: (line: string) => void;
}

const LOOK_EVERY_MS = 1000;

/** What a started engine is given beside its words: variables, and the log of its events, which `silentSeconds` is measured by. */
export interface Start extends CallOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** File the engine writes its events to; when it does not grow for `silentSeconds`, the engine is ended. */
  readonly eventLog?: { readonly file: string; readonly silentSeconds: number };
}

/**
 * Runs `pulumi <args>` to its end. STOP_COULD_NOT_LOOK when it did not end within its limit, or when nothing happened for as long as
 * the host may be silent; the parts that began and did not end are named then.
 */
export async function runEngine(engine: Engine, args: readonly string[], given: Start): Promise<EngineAnswer> {
  const running = execa(engineProgram(engine.home), [...args, "--non-interactive", "--color", "never"], {
    cwd: engine.place.project,
    extendEnv: false,
    reject: false,
    all: true,
    input: given.input ?? "",
    forceKillAfterDelay: 15_000,
    killSignal: "SIGINT",
    ...(given.limitSeconds === undefined ? {} : { timeout: given.limitSeconds * 1000 }),
    env: {
      ...engineEnvironment(engine.home),
      PULUMI_BACKEND_URL: engine.backendUrl,
      PULUMI_CONFIG_PASSPHRASE_FILE: engine.place.passphraseFile,
      ...given.environment,
    },
  });
  const { onLine } = given;
  if (onLine)
    void (async () => {
      for await (const line of running.iterable({ from: "all" })) onLine(line);
    })().catch(() => undefined);
  const watch = given.eventLog && silenceWatch(given.eventLog, () => void running.kill());
  // The terminal sends Ctrl-C to the engine too; it ends cleanly, and we wait for that.
  const wait = (): void => undefined;
  const forward = (): void => void running.kill("SIGINT");
  process.on("SIGINT", wait).on("SIGTERM", forward);
  try {
    const done = await running;
    if (watch?.gaveUp() && given.eventLog) throw silent(given.eventLog);
    if (done.timedOut)
      throw new Stopped("STOP_COULD_NOT_LOOK", {
        saw: `pulumi ${args[0] ?? ""} did not end within ${given.limitSeconds ?? 0} s`,
        wanted: "an answer",
      });
    const status = done.exitCode ?? ENGINE_STATUS.failed;
    const shown = (text: string): string => withoutBackendSecrets(text, engine.backendUrl);
    // What an engine answered is read by programs; what it says of a failure is shown to people.
    const answered = status === ENGINE_STATUS.done || status === ENGINE_STATUS.changesProposed;
    return { status, stdout: answered ? done.stdout : shown(done.stdout), stderr: shown(done.stderr) };
  } finally {
    watch?.end();
    process.off("SIGINT", wait).off("SIGTERM", forward);
  }
}

/** Gives `work` a file for the engine's events in a private folder that is gone afterwards: scripts of the host stand in it. */
export async function withEventLog<T>(work: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cutter-events-"));
  try {
    return await work(join(folder, "events"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The log as it stands; empty when the engine wrote none. */
export function eventLogText(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? "" : readFileSync(file, "utf8");
}

// A plugin that waits for a dead line has no limit of its own; the log grows with every step that begins or ends.
function silenceWatch(
  { file, silentSeconds }: { readonly file: string; readonly silentSeconds: number },
  giveUp: () => void,
): { gaveUp(): boolean; end(): void } {
  let size = -1;
  let since = Date.now();
  let gaveUp = false;
  const clock = setInterval(() => {
    const now = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (now !== size) [size, since] = [now, Date.now()];
    if (gaveUp || Date.now() - since < silentSeconds * 1000) return;
    gaveUp = true;
    giveUp();
  }, LOOK_EVERY_MS);
  return { gaveUp: () => gaveUp, end: () => clearInterval(clock) };
}

function silent({ file, silentSeconds }: { readonly file: string; readonly silentSeconds: number }): Stopped {
  const { unfinished } = readEngineEvents(eventLogText(file));
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the host has said nothing for ${silentSeconds} s${unfinished.length === 0 ? "" : `, in ${unfinished.join(", ")}`}`,
    wanted: "the end of each script",
    hint: "what was laid stays; look at the host and its line, then run the same command again: it goes on where this one ended",
  });
}
