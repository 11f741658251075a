// One command at a time changes a sandbox; the second waits, and a lock whose owner is gone is taken over.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identifyProcess, stillRuns } from "../sandbox/own-process.ts";
import { processSchema } from "../sandbox/state-file.ts";
import { codeOf } from "../../runner/model/error-text.ts";

// Between mkdir and the owner's name inside there are microseconds; a lock nameless for longer belongs to nobody.
const NAMELESS_MS = 5_000;

/** Runs `work` while this process alone holds `folder`/lock. */
export async function exclusively<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, "lock");
  while (!take(lock)) {
    if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
    else await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(lock, "owner.json"), JSON.stringify(identifyProcess(process.pid) ?? null));
  return true;
}

function isAbandoned(lock: string): boolean {
  const file = join(lock, "owner.json");
  try {
    if (!existsSync(file)) return Date.now() - statSync(lock).mtimeMs > NAMELESS_MS;
    const owner = processSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return owner.success && !stillRuns(owner.data);
  } catch {
    // The lock vanished or is being written while we looked: somebody is alive; look again.
    return false;
  }
}
