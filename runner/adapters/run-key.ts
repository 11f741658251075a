// The key of a run, shown to the database by every session that moves the run. On a host of one machine it is made when the run is
// opened and kept beside its files; machines that are one host together derive it from the key they share, so that any of them may go on.
// Whoever has a role's password and not this key moves no run (docs/decisions/0112-ledger-guard.md, 0154-several-machines.md).
import { createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { openSync, closeSync, fsyncSync, writeSync } from "node:fs";
import type { Config } from "../model/config.ts";
import { Stopped } from "../model/stop.ts";
import { machinesKeyVariable } from "../rules/env-login.ts";
import { namedSecretsOf } from "./named-secret.ts";
import { insistOwnFolders } from "./own-folders.ts";
import { exists } from "./run-files.ts";
import { readSafely } from "./safe-file.ts";
import { codeOf } from "../model/error-text.ts";

const NAME = "run.key";
const KEY = /^[0-9a-f]{64}$/;
/** Characters the shared key must have: what is guessed by trying is no key. */
const SHARED_KEY_LENGTH = 32;

/** Where the keys of a host's runs come from. */
export interface KeyPlace {
  readonly orchestrator: Pick<Config["orchestrator"], "runtime_root">;
  readonly machines?: Exclude<Config["machines"], undefined>;
}

/** Makes the key of a run that is about to be opened; one that lies there stays. STOP_COULD_NOT_LOOK when it cannot be written. */
export function makeRunKey({ orchestrator, machines }: KeyPlace, runId: string): void {
  if (machines !== undefined) return;
  const path = join(orchestrator.runtime_root, "runs", runId, NAME);
  insistOwnFolders(orchestrator.runtime_root, path);
  try {
    const file = openSync(path, "wx", 0o600);
    try {
      writeSync(file, randomBytes(32).toString("hex"));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${path} could not be written`, wanted: "the key of a new run beside its files" },
      error,
    );
  }
}

/** The key of a run; undefined where this host has none. STOP_REFUSED_INPUT when something else lies in its place. */
export async function runKey({ orchestrator, machines }: KeyPlace, runId: string): Promise<string | undefined> {
  const path = join(orchestrator.runtime_root, "runs", runId, NAME);
  insistOwnFolders(orchestrator.runtime_root, path);
  // A run that was opened before the machines were declared keeps its own.
  if (!(await exists(path))) return machines && derivedKey(machines, runId);
  const answer = await readSafely(path, 64);
  const text = answer.ok ? Buffer.from(answer.bytes).toString("utf8") : "";
  if (!KEY.test(text))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${path}: ${answer.ok ? "not a key" : answer.reason}`,
      wanted: "the key that this run was opened with",
    });
  return text;
}

async function derivedKey(machines: Exclude<Config["machines"], undefined>, runId: string): Promise<string> {
  const variable = machinesKeyVariable(machines);
  const read = await namedSecretsOf(machines.key_file, [variable]);
  const [shared = ""] = "values" in read ? read.values : [];
  if (shared.length < SHARED_KEY_LENGTH)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw:
        "fault" in read
          ? read.fault
          : `${variable} in ${machines.key_file} is shorter than ${SHARED_KEY_LENGTH} characters`,
      wanted: "the key that all machines of this host hold, at least 32 characters",
      hint: "make it once, `openssl rand -hex 32`, and lay the same line on every machine",
    });
  return createHmac("sha256", shared).update(`cutter run ${runId}`).digest("hex");
}
