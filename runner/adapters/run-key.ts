// The key of a run: made on the host that opens it, kept beside its files, shown to the database by every session that moves the run.
// Whoever has a role's password and not this file moves no run (docs/decisions/0112-ledger-guard.md).
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openSync, closeSync, fsyncSync, writeSync } from "node:fs";
import { Stopped } from "../model/stop.ts";
import { insistOwnFolders } from "./own-folders.ts";
import { exists } from "./run-files.ts";
import { readSafely } from "./safe-file.ts";

const NAME = "run.key";
const KEY = /^[0-9a-f]{64}$/;

/** Makes the key of a run that is about to be opened; one that lies there stays. STOP_COULD_NOT_LOOK when it cannot be written. */
export function makeRunKey(root: string, runId: string): void {
  const path = join(root, "runs", runId, NAME);
  insistOwnFolders(root, path);
  try {
    const file = openSync(path, "wx", 0o600);
    try {
      writeSync(file, randomBytes(32).toString("hex"));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${path} could not be written`, wanted: "the key of a new run beside its files" },
      error,
    );
  }
}

/** The key of a run; undefined where this host has none. STOP_REFUSED_INPUT when something else lies in its place. */
export async function runKey(root: string, runId: string): Promise<string | undefined> {
  const path = join(root, "runs", runId, NAME);
  insistOwnFolders(root, path);
  if (!(await exists(path))) return undefined;
  const answer = await readSafely(path, 64);
  const text = answer.ok ? Buffer.from(answer.bytes).toString("utf8") : "";
  if (!KEY.test(text))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${path}: ${answer.ok ? "not a key" : answer.reason}`,
      wanted: "the key that this run was opened with",
    });
  return text;
}
