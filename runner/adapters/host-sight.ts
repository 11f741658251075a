// Gathers what a host could tell people about: state files of runs, halt files, backups, drills, ends of keys. Reads files only, so it
// answers when the database does not. What cannot be read becomes a sentence, and the look goes on.
import { lstat, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type ApproverSet } from "../model/approvers.ts";
import { termOn, type Config } from "../model/config.ts";
import { DRILL_FILE, drillRecordSchema } from "../model/drill.ts";
import { isBatchId } from "../model/batch.ts";
import { BATCH_STATE_FILE, parseBatchState } from "../model/batch-state.ts";
import { isRunId } from "../model/ids.ts";
import { jsonOf } from "../model/json-text.ts";
import type { NotificationConfig } from "../model/notification-config.ts";
import { Stopped } from "../model/stop.ts";
import type { SeenBatch } from "../rules/batch-notices.ts";
import { haltFileName, haltFileOf } from "../rules/halt-file.ts";
import type { HostSight, SeenHalt, SeenKey, SeenRun } from "../rules/notices.ts";
import { parseState } from "../rules/run-state.ts";
import { backupShelf } from "./backup-shelf.ts";
import { keyEnd } from "./key-end.ts";
import { readPlain } from "./plain-file.ts";
import { exists, runFolder } from "./run-files.ts";
import { holderIsGone } from "./run-process.ts";
import { readSafely } from "./safe-file.ts";
import { codeOf } from "../model/error-text.ts";
import { pinnedApprovers } from "./pinned-host.ts";

const HALT_FILE_CAP = 64 * 1024;
const BATCH_STATE_CAP = 1024 * 1024;

/** Everything the rule of runner/rules/notices.ts needs. Never stops: what could not be read is in `unseen`. */
export async function hostSight(config: Config, notifications: NotificationConfig, now: Date): Promise<HostSight> {
  const unseen: string[] = [];
  const seen = async <T>(what: string, otherwise: T, look: () => Promise<T>): Promise<T> => {
    try {
      return await look();
    } catch (error) {
      unseen.push(`${what}: ${reasonOf(error)}`);
      return otherwise;
    }
  };
  const root = config.orchestrator.runtime_root;
  const set = await seen<ApproverSet | undefined>("the approver set", undefined, async () =>
    (await pinnedApprovers(config)).set(),
  );
  return {
    host: config.host,
    stack: notifications.stack,
    now,
    runs: await seen<SeenRun[]>("the runs", [], () => runsOf(root, (what) => unseen.push(what))),
    batches: await seen<SeenBatch[]>("the batches", [], () => batchesOf(config.orchestrator.batch_dir)),
    halts: await seen<SeenHalt[]>("the halt files", [], () => haltsOf(config.orchestrator.global_locks_dir)),
    persons: set?.persons ?? [],
    keys: await seen<SeenKey[]>("the keys", [], () => keysOf(config, set)),
    backup: await seen("the backups", null, () => newestBackup(root)),
    drill: await seen("the restore drills", null, () => newestDrill(root)),
    backup_days: notifications.backup_days,
    execution_term: termOn(config, "EXECUTION"),
    unseen,
  };
}

/** Why a look failed, in our words. */
export const reasonOf = (error: unknown): string =>
  error instanceof Stopped ? error.facts.saw : codeOf(error, "it is not valid");

async function runsOf(root: string, unseen: (what: string) => void): Promise<SeenRun[]> {
  const folder = runFolder(root);
  const names = (await readdir(join(root, "runs"))).filter(isRunId).sort();
  const runs: SeenRun[] = [];
  for (const name of names) {
    try {
      const bytes = await folder.readRun(name, "state.json");
      if (bytes === undefined) continue;
      const state = parseState(Buffer.from(bytes).toString("utf8"));
      runs.push({ state, silent: state.closed === null && holderIsGone(state.lease.holder) });
    } catch (error) {
      unseen(`the state of ${name}: ${reasonOf(error)}`);
    }
  }
  return runs;
}

async function batchesOf(folder: string): Promise<SeenBatch[]> {
  const found: SeenBatch[] = [];
  for (const name of (await readdir(folder)).filter(isBatchId).sort()) {
    const file = join(folder, name, BATCH_STATE_FILE);
    const read = await readSafely(file, BATCH_STATE_CAP);
    const state = read.ok ? parseBatchState(jsonOf(read.bytes.toString("utf8"))) : undefined;
    if (state) found.push({ state, written: (await lstat(file)).mtime });
  }
  return found;
}

/** Halt files as they lie in the folder of locks, those of every run and of single ones. */
export async function haltsOf(locks: string): Promise<SeenHalt[]> {
  const every = haltFileName(null);
  const halts: SeenHalt[] = [];
  for (const name of (await readdir(locks)).sort()) {
    const runId = name.slice(every.length + 1);
    if (name !== every && !(name.startsWith(`${every}.`) && isRunId(runId))) continue;
    const path = join(locks, name);
    const laid = (await lstat(path)).mtime;
    // Whatever lies there stops runs; what it says only helps people.
    const read = await readSafely(path, HALT_FILE_CAP);
    halts.push({ run_id: name === every ? null : runId, laid, said: read.ok ? haltFileOf(read.bytes) : undefined });
  }
  return halts;
}

async function keysOf({ backup }: Config, set: ApproverSet | undefined): Promise<SeenKey[]> {
  const pinned = (set?.persons ?? []).flatMap((person) =>
    person.keys.map(({ fingerprint, public_key_armored }) => ({
      person: person.id,
      fingerprint,
      armored: public_key_armored,
    })),
  );
  const recipient = {
    person: null,
    fingerprint: backup.recipient_fingerprint,
    armored: (await readPlain(backup.recipient_public_key)).toString("utf8"),
  };
  return Promise.all(
    [...pinned, recipient].map(async ({ person, fingerprint, armored }) => ({
      person,
      fingerprint,
      expires: await keyEnd(armored, fingerprint, person === null ? "encrypt" : "sign"),
    })),
  );
}

/** When the newest backup of a run or by hand was taken. */
export async function newestBackup(root: string): Promise<Date | null> {
  const stored = await backupShelf(root).list();
  return stored.filter(({ kind }) => kind === "run" || kind === "hand").at(-1)?.at ?? null;
}

/** When a whole backup was last restored outside the host. */
export async function newestDrill(root: string): Promise<Date | null> {
  const folder = join(root, "backups", "drills");
  if (!(await exists(folder))) return null;
  const names = (await readdir(folder)).filter((name) => DRILL_FILE.test(name));
  const records = await Promise.all(
    names.map(async (name) => drillRecordSchema.safeParse(jsonOf(await readFile(join(folder, name), "utf8"))).data),
  );
  const newest = records
    .filter((record) => record?.kind === "whole")
    .map((record) => record?.at ?? "")
    .sort()
    .at(-1);
  return newest === undefined ? null : new Date(newest);
}
