// The embedded host: `ensureSandbox` makes what is missing, starts what is down, keeps what is there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { missingPrograms, installLine, postgresBin } from "../programs.mjs";
import { Stopped } from "../../runner/model/stop.ts";
import { ensureCredentials, writeDatabaseEnv, type SandboxCredentials } from "./credentials.ts";
import { ensureDatabase, type OpenRun, type SandboxDatabase } from "./database.ts";
import { exclusively } from "./exclusive.ts";
import { openFolders } from "./folders.ts";
import { renderConfig } from "./host-config.ts";
import { writeLaunchers, type Launchers } from "./launchers.ts";
import { defaultSandboxFolder, type Place } from "./place.ts";
import { builtRelease, laidRelease, layRelease, type Release } from "./release.ts";
import { ensureSshd, type SandboxSsh } from "./sshd.ts";
import { writeState, type SandboxState } from "./state-file.ts";
import { ensureBackupRecipient, ensurePeople, type SandboxPerson } from "./throw-away-keys.ts";
import { privateFolder, writeWhenChanged } from "./write-file.ts";

/** Name by which approvers know the sandbox host; part of what they sign. */
export const SANDBOX_HOST = "sandbox";

/** A host that is up: all its paths, connections, people and programs. */
export interface Sandbox {
  readonly place: Place;
  readonly host: string;
  readonly ssh: SandboxSsh;
  readonly database: SandboxDatabase;
  readonly credentials: SandboxCredentials;
  readonly persons: readonly SandboxPerson[];
  readonly approversSha: string;
  readonly backup: { readonly fingerprint: string; readonly privateKeyFile: string };
  readonly release: Release;
  readonly launchers: Launchers;
  readonly postgresBin: string;
}

/** `folder`: the sandbox's files (default .sandbox of the project); `say`: progress in one line each. */
export interface SandboxOptions { readonly folder?: string; readonly say?: (line: string) => void }

const asRoot = process.getuid?.() === 0;

/** PostgreSQL refuses root, so root's sandbox runs it as the user its package made. */
export const POSTGRES_USER = asRoot ? "postgres" : undefined;

/**
 * Brings the sandbox up; safe and quick to repeat, and two at once wait for each other.
 * STOP_PRECHECK_FAILED names every missing program at once.
 */
export async function ensureSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const folder = options.folder ?? defaultSandboxFolder();
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const bin = requirePlatform();
  privateFolder(folder);
  return await exclusively(folder, () => bringUp(folder, bin, say));
}

async function bringUp(folder: string, bin: string, say: (line: string) => void): Promise<Sandbox> {
  const opened = openFolders(folder, POSTGRES_USER, say);
  const { place } = opened;
  let state: SandboxState = opened.state;
  const remember = (change: Partial<SandboxState>): SandboxState => {
    state = { ...state, ...change };
    writeState(place.stateFile, state);
    return state;
  };
  const { credentials, made } = ensureCredentials(place.envFolder);
  const { database, openRun } = await ensureDatabase({ place, credentials, madeNow: made, postgresBin: bin, runAs: POSTGRES_USER, remember, say }, state);
  const ssh = await ensureSshd({ folder: place.sshFolder, known: state.ssh ?? undefined, say });
  remember({ ssh: { port: ssh.port, process: ssh.process } });
  const { persons, approversSha } = await ensurePeople(place, SANDBOX_HOST);
  const backup = await ensureBackupRecipient(place);
  writeDatabaseEnv(place.envFolder, database, backup.fingerprint);
  writeConfig(renderConfig({
    place, host: SANDBOX_HOST, database, approversSha, recipient: backup.fingerprint, postgresBin: bin, scratchUser: POSTGRES_USER ?? null,
  }), { place, openRun, say });
  const release = releaseFor({ place, openRun, say });
  const launchers = writeLaunchers({ place, credentials, database, releaseFolder: release.folder, postgresBin: bin });
  return { place, host: SANDBOX_HOST, ssh, database, credentials, persons, approversSha, backup, release, launchers, postgresBin: bin };
}

interface Held { readonly place: Place; readonly openRun: OpenRun | undefined; readonly say: (line: string) => void }

// config_sha is signed: a run that waits for its second signature must find the bytes it showed.
function writeConfig(text: string, { place, openRun, say }: Held): void {
  const kept = openRun !== undefined && existsSync(place.configFile) && readFileSync(place.configFile, "utf8") !== text;
  if (kept) say(`run ${openRun.runId} is open: the configuration stays as it is until the run is closed`);
  else writeWhenChanged(place.configFile, text);
}

// A run goes on with the release it began with; a newer build is laid beside it and used from the next run on.
function releaseFor({ place, openRun, say }: Held): Release {
  const built = layRelease(place.releasesFolder, builtRelease());
  const begun = openRun ? laidRelease(place.releasesFolder, openRun.release) : undefined;
  if (!openRun || !begun || begun.digest === built.digest) return built;
  say(`run ${openRun.runId} is open: it goes on with release ${begun.digest.slice(0, 16)}; the newer build is used once it is closed`);
  return begun;
}

// All that is missing at once: one by one costs a newcomer one try each.
function requirePlatform(): string {
  if (process.platform !== "linux") {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `this is ${process.platform}`, wanted: "Linux for the sandbox host",
      hint: "plan, approve, unit tests and preview of a Linux host work here; run the sandbox in a Linux machine",
    });
  }
  const missing = missingPrograms();
  const bin = postgresBin();
  if (missing.length > 0 || bin === undefined) {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `${missing.length} programs are missing`, wanted: "PostgreSQL's programs, gpg and gpgv",
      details: missing.map(({ name, debian, why }) => `${name} (Debian package ${debian}): ${why}`), next: installLine(missing),
    });
  }
  return bin;
}

/** Folder of the runs on the sandbox host. */
export function runsFolder(place: Place): string {
  return join(place.runtimeRoot, "runs");
}
