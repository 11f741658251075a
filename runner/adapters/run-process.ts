// The runner as a process: who holds a lease, is that process gone, and starting a run detached from the line it was asked over.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { codeOf, messageOf } from "../model/error-text.ts";
import { Stopped } from "../model/stop.ts";
import { insistOwnFolders } from "./own-folders.ts";
import { openToAppend } from "./plain-file.ts";
import { ownScope } from "./own-scope.ts";
import { processStart } from "./process-identity.ts";

/** `host pid start-time`: names exactly one process; a pid alone may belong to a stranger by now. */
export function ownHolder(): string {
  return `${hostname()} ${process.pid} ${processStart(process.pid) ?? "0"}`;
}

/** True only when the holder lived on this host and its process is gone; another host's process cannot be looked at. */
export function holderIsGone(holder: string | null): boolean {
  const [host, pid, started] = (holder ?? "").split(" ");
  if (host !== hostname() || !pid || !started) return false;
  return processStart(Number(pid)) !== started;
}

/**
 * From now on SIGTERM and SIGINT no longer kill this process: it is told and ends at the next safe place. SIGHUP is nothing,
 * because the terminal it was started from may close.
 */
export function listenForEnd(): () => NodeJS.Signals | undefined {
  let asked: NodeJS.Signals | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      asked = signal;
    });
  process.on("SIGHUP", () => undefined);
  return () => asked;
}

/** Makes the folder of a new run; false when it exists, that is when somebody asked for this run before. */
export function claimRun(root: string, runId: string): boolean {
  const folder = join(root, "runs", runId);
  insistOwnFolders(root, folder);
  return claim(folder);
}

/** Claims a question about a run by its token; false when the very same question was asked before. */
export function claimAsk(root: string, runId: string, ask: string): boolean {
  const asks = join(root, "runs", runId, "asks");
  insistOwnFolders(root, join(asks, ask));
  mkdirSync(asks, { recursive: true, mode: 0o750 });
  return claim(join(asks, ask));
}

function claim(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o750 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * Starts this same program with `words` in its own session (and scope, where systemd is), output to
 * runs/<run_id>/runner.log, stdin closed. Answers its pid.
 */
export function startDetached(root: string, runId: string, words: readonly string[]): number {
  const folder = join(root, "runs", runId);
  insistOwnFolders(root, join(folder, "runner.log"));
  return startAlone(folder, { scope: `cutter-${runId}-${process.pid}`, log: "runner.log" }, words);
}

/** The same for any folder below the runtime root: `log` is a file of it, `scope` the name systemd shows. Answers the pid. */
export function startAlone(
  folder: string,
  named: { readonly scope: string; readonly log: string },
  words: readonly string[],
): number {
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const log = logOf(join(folder, named.log));
  try {
    const [program] = process.argv.slice(1);
    if (!program) throw new Error("no program to start");
    const [first, ...rest] = [...ownScope(named.scope), process.execPath, program, ...words];
    const child = spawn(first ?? process.execPath, rest, { detached: true, stdio: ["ignore", log, log], cwd: "/" });
    child.unref();
    if (!child.pid) throw new Error("the runner could not be started");
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/**
 * Starts the look that tells people, by itself and after the event: whatever becomes of it, the run and the command that asked go on.
 * Its words go to runs/notifications.log.
 */
export function startTelling(root: string, configFile: string): void {
  const named = { scope: `cutter-notify-${process.pid}`, log: "notifications.log" };
  try {
    startAlone(join(root, "runs"), named, ["--config", configFile, "orchestrate", "notify"]);
  } catch (error) {
    process.stderr.write(`nobody could be told: ${messageOf(error)}\n`);
  }
}

function logOf(path: string): number {
  try {
    return openToAppend(path, 0o640);
  } catch (error) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${path} cannot be written as a plain file`, wanted: "the log of this run, no link and no pipe" },
      error,
    );
  }
}

/** True while the process lives and is no zombie. */
export const isAlive = (pid: number): boolean => processStart(pid) !== undefined;
