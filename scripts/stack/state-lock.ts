// Who holds the lock of a stack's state. A killed engine leaves its lock, and every later `up` refuses: a lock whose engine is gone is
// taken away, one whose engine lives never is.
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { jsonOf } from "../../runner/model/json-text.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { identifyProcess } from "../sandbox/own-process.ts";
import { privateFolder, writeWhenChanged } from "../sandbox/write-file.ts";
import type { Say } from "../toolchain/build-engine.ts";

const lockSchema = z.object({
  pid: z.int().positive(),
  hostname: z.string(),
  username: z.string().default("?"),
  timestamp: z.string().default("?"),
});

/**
 * Who holds a lock and whether they are alive: `living` and `gone` are known only of this machine; an engine of another one is
 * `elsewhere`, and only a person can say.
 */
export interface StateLock {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
  readonly holder: "living" | "gone" | "elsewhere";
  /** The lock's file; undefined where the backend is no folder. */
  readonly file?: string;
}

/** One line for people. */
export const lockWords = ({ user, host, pid, since, holder }: StateLock): string =>
  printable(`${user}@${host}, process ${pid}, since ${since}: ${HOLDER_WORDS[holder]}`);

const HOLDER_WORDS = {
  living: "it is running on this machine",
  gone: "that process is gone",
  elsewhere: "of another machine, which cannot be looked at from here",
} as const;

/** Locks of `stack` in a backend of files, oldest first; none for any other backend. */
export function fileLocks(backendUrl: string, stack: string): StateLock[] {
  if (!backendUrl.startsWith("file://")) return [];
  const root = join(fileURLToPath(backendUrl), ".pulumi", "locks");
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json") && path.split("/").at(-2) === stack)
    .flatMap((path) => readLock(join(root, path)) ?? [])
    .sort((a, b) => a.since.localeCompare(b.since));
}

/** Removes locks of `stack` whose engine ran on this machine and is gone. Other backends than files are left alone. */
export function removeDeadLocks(backendUrl: string, stack: string, say: Say): void {
  for (const { file, pid } of fileLocks(backendUrl, stack).filter(({ holder }) => holder === "gone")) {
    rmSync(file ?? "", { force: true });
    say(`removed the lock of an engine that is gone (process ${pid})`);
  }
}

function readLock(file: string): StateLock | undefined {
  // Gone or half written: its engine is alive.
  const parsed = lockSchema.safeParse(existsSync(file) ? jsonOf(readFileSync(file, "utf8")) : undefined);
  return parsed.success ? { ...lockOf(parsed.data), file } : undefined;
}

const lockOf = ({ pid, hostname: host, username: user, timestamp: since }: z.infer<typeof lockSchema>): StateLock => ({
  user,
  host,
  pid,
  since,
  holder: host !== hostname() ? "elsewhere" : isEngine(pid) ? "living" : "gone",
});

// The number may by now belong to another program.
function isEngine(pid: number): boolean {
  return identifyProcess(pid)?.command.includes("pulumi") ?? false;
}

const LOCKED = /the stack is currently locked|another update is currently in progress/i;
const CREATED_BY = /created by (?<username>\S+)@(?<hostname>\S+) \(pid (?<pid>\d+)\) at (?<timestamp>\S+)/;

/** What the engine says when a lock keeps it out: the lines that name its holders, or undefined when that is not what it says. */
function readLockWords(text: string): string[] | undefined {
  if (!LOCKED.test(text)) return undefined;
  const holders = locksTold(text).map(lockWords);
  return holders.length > 0
    ? holders
    : text.split("\n").flatMap((line) => (LOCKED.test(line) ? [printable(line.trim()).slice(0, 300)] : []));
}

/** STOP_LEASE_HELD when that is what the engine says, with whoever it names. */
export function lockHeld(text: string, stack: string): Stopped | undefined {
  const details = readLockWords(text);
  return (
    details &&
    new Stopped("STOP_LEASE_HELD", {
      saw: "another up works on this stack",
      wanted: "one at a time",
      details,
      hint: "wait for it to end, then run the same command; when it has died, take its lock away",
      next: `npm run unlock -- ${stack}`,
    })
  );
}

/** Holders that the engine names, of whatever backend. */
function locksTold(text: string): StateLock[] {
  return text.split("\n").flatMap((line) => {
    const found = CREATED_BY.exec(line)?.groups;
    const parsed = lockSchema.safeParse(found && { ...found, pid: Number(found["pid"]) });
    return parsed.success ? [lockOf(parsed.data)] : [];
  });
}

/** Where the holders that an `up` was told of are kept until `unlock` asks: a remote backend names them to nobody else. */
export const toldLocksFile = (project: string, stack: string): string => join(project, ".state", `locks-${stack}.json`);

/** Keeps the holders of the words of an engine that was refused. */
export function keepToldLocks(file: string, text: string): void {
  const locks = locksTold(text).map(({ user: username, host, pid, since: timestamp }) => ({
    username,
    hostname: host,
    pid,
    timestamp,
  }));
  if (locks.length === 0) return;
  privateFolder(dirname(file));
  writeWhenChanged(file, `${JSON.stringify(locks)}\n`);
}

/** Holders kept by {@link keepToldLocks}, judged anew. */
export function keptToldLocks(file: string): StateLock[] {
  const parsed = z.array(lockSchema).safeParse(existsSync(file) ? jsonOf(readFileSync(file, "utf8")) : []);
  return parsed.success ? parsed.data.map(lockOf) : [];
}
