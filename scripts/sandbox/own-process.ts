// Recognises and ends processes of the sandbox: a pid alone may by now belong to a stranger.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processStart, processStat } from "../../runner/adapters/process-identity.ts";
import type { Place } from "./place.ts";
import type { OwnProcess } from "./state-file.ts";
import { codeOf } from "../../runner/model/error-text.ts";

/** Identity of a living process; undefined when there is none. A zombie has ended. */
export function identifyProcess(pid: number): OwnProcess | undefined {
  const ticks = processStart(pid);
  if (ticks === undefined) return undefined;
  // Ticks count from the boot, so the boot belongs to the name.
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return { pid, started: `${boot} ${ticks}`, command: steadyTitle(commandLine(pid).join(" ")) };
}

/** Whether the process has ended and only waits for its parent, in a container without an init for ever. */
export const isZombie = (pid: number): boolean => processStat(pid)?.zombie === true;

// sshd writes the number of open dials behind its command line; the rest names the process.
const steadyTitle = (command: string): string => command.replace(/ \[listener\].*$/s, "");

/** Processes whose parent is this one, for example the sessions of an sshd. */
export const childrenOf = (pid: number): OwnProcess[] =>
  processIds()
    .filter((child) => processStat(child)?.parent === pid)
    .flatMap((child) => identifyProcess(child) ?? []);

/** Whether exactly this process still lives: pid, start time and command line. */
export function stillRuns(known: OwnProcess): boolean {
  const now = identifyProcess(known.pid);
  return now !== undefined && now.started === known.started && now.command === known.command;
}

const SERVERS = new Set(["postgres", "initdb", "pg_ctl", "pg_dump", "psql", "gpg-agent"]);

/**
 * Every living process of this sandbox: servers and database programs whose arguments lie in its short folders, and runners
 * with its configuration. Those paths are random or its own, so no other program is named by them.
 */
export function sandboxProcesses(place: Place): OwnProcess[] {
  const short = [`${place.shortHost}/`, `${place.shortDatabase}/`];
  return processIds()
    .filter((pid) => pid !== process.pid)
    .flatMap((pid) => {
      const words = commandLine(pid);
      const server =
        SERVERS.has(basename(words[0] ?? "")) && words.some((word) => short.some((folder) => word.includes(folder)));
      const runner = words.some((word, index) => word === "--config" && words[index + 1] === place.configFile);
      const found = server || runner ? identifyProcess(pid) : undefined;
      return found ? [found] : [];
    });
}

/**
 * Workers of a PostgreSQL server that works in `dataFolder`. They overlive a killed server by a moment and hold its shared
 * memory, which no new server may enter; their command line is a title without the folder.
 */
export function serverWorkers(dataFolder: string): OwnProcess[] {
  return processIds()
    .filter((pid) => (commandLine(pid)[0] ?? "").startsWith("postgres: ") && workingFolder(pid) === dataFolder)
    .flatMap((pid) => identifyProcess(pid) ?? []);
}

/** Ends exactly this process and waits until it is gone; SIGKILL after `patience` milliseconds. */
export async function endProcess(
  known: OwnProcess,
  signal: NodeJS.Signals = "SIGTERM",
  patience = 30_000,
): Promise<void> {
  const send = (name: NodeJS.Signals): void => {
    try {
      if (stillRuns(known)) process.kill(known.pid, name);
    } catch (error) {
      if (codeOf(error) !== "ESRCH") throw error;
    }
  };
  send(signal);
  for (let waited = 0; waited < patience && stillRuns(known); waited += 50) await sleep(50);
  send("SIGKILL");
  while (stillRuns(known)) await sleep(50);
}

function processIds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

// Undefined for a process that ended, and for another user's, which cannot be ours.
function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

// Empty for a process that ended meanwhile and for kernel threads.
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")
      .filter((word) => word !== "");
  } catch {
    return [];
  }
}
