// A killed engine leaves its lock in a file backend, and every later `up` refuses. Locks of engines that are gone are removed.
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { identifyProcess } from "../sandbox/own-process.ts";
import type { Say } from "./build-engine.ts";

const lockSchema = z.object({ pid: z.int().positive(), hostname: z.string() });

/** Removes locks of `stack` whose engine ran on this machine and is gone. Other backends than files are left alone. */
export function removeDeadLocks(backendUrl: string, stack: string, say: Say): void {
  if (!backendUrl.startsWith("file://")) return;
  const root = join(fileURLToPath(backendUrl), ".pulumi", "locks");
  if (!existsSync(root)) return;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".json") && path.split("/").at(-2) === stack,
  );
  for (const file of files) {
    const lock = readLock(join(root, file));
    if (lock === undefined || lock.hostname !== hostname() || isEngine(lock.pid)) continue;
    rmSync(join(root, file), { force: true });
    say(`removed the lock of an engine that is gone (process ${lock.pid})`);
  }
}

function readLock(path: string): z.infer<typeof lockSchema> | undefined {
  try {
    const parsed = lockSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Gone or half written: its engine is alive.
    return undefined;
  }
}

// The number may by now belong to another program.
function isEngine(pid: number): boolean {
  return identifyProcess(pid)?.command.includes("pulumi") ?? false;
}
