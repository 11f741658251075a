// The embedded host before anything of the cutter is on it: `ensureSandbox` makes what is missing, starts what is down,
// keeps what is there.
import { join } from "node:path";
import { installLine, missingPrograms, postgresBin } from "../build/programs.mjs";
import type { StackConfig } from "../../infra/config.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { keepStackConfig } from "../stack/stack-config.ts";
import { ensureCredentials, writeDatabaseEnv, type SandboxCredentials } from "./credentials.ts";
import { ensureDatabase, type SandboxDatabase } from "./database.ts";
import { exclusively } from "../frame/exclusive.ts";
import { openFolders } from "./folders.ts";
import { writeLaunchers, type Launchers } from "./launchers.ts";
import { projectRoot } from "../../infra/place.ts";
import { defaultSandboxFolder, type Place } from "./place.ts";
import { ensureSshd, type SandboxSsh } from "./sshd.ts";
import { stackOfSandbox } from "./stack-of-sandbox.ts";
import { writeState, type SandboxState } from "./state-file.ts";
import { ensureBackupRecipient, ensurePeople, type SandboxPerson } from "./throw-away-keys.ts";
import { privateFolder } from "./write-file.ts";

/** Name by which approvers know the sandbox host; part of what they sign. */
const SANDBOX_HOST = "sandbox";

/** A host that is up: its paths, connections, people, and the stack that says what provisioning lays on it. */
export interface Sandbox {
  readonly place: Place;
  readonly host: string;
  readonly ssh: SandboxSsh;
  readonly database: SandboxDatabase;
  readonly credentials: SandboxCredentials;
  readonly persons: readonly SandboxPerson[];
  readonly approversSha: string;
  readonly backup: { readonly fingerprint: string; readonly privateKeyFile: string };
  readonly launchers: Launchers;
  readonly postgresBin: string;
  readonly stack: StackConfig;
}

/**
 * `folder`: the sandbox's files (default .sandbox of the project, and Pulumi.sandbox.yaml beside it); `say`: progress in one line each;
 * `postgresBin`: folder of another installation than the newest of this machine; `databaseParent`: where the short folder of a new database
 * is made (default /tmp).
 */
export interface SandboxOptions {
  readonly folder?: string;
  readonly say?: (line: string) => void;
  readonly postgresBin?: string;
  readonly databaseParent?: string;
}

const asRoot = process.getuid?.() === 0;

/** PostgreSQL refuses root, so root's sandbox runs it as the user its package made. */
export const POSTGRES_USER = asRoot ? "postgres" : undefined;

/** The stack file of the embedded host. */
export const sandboxStackFile = (): string => join(projectRoot(), "Pulumi.sandbox.yaml");

/**
 * Brings the sandbox up; safe and quick to repeat, and two at once wait for each other.
 * STOP_PRECHECK_FAILED names every missing program at once.
 */
export async function ensureSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const folder = options.folder ?? defaultSandboxFolder();
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const bin = options.postgresBin ?? requirePlatform();
  privateFolder(folder);
  return await exclusively(folder, async () => {
    const sandbox = await bringUp(folder, { bin, parent: options.databaseParent ?? "/tmp", say });
    if (options.folder === undefined) keepStackConfig(sandboxStackFile(), sandbox.stack);
    return sandbox;
  });
}

async function bringUp(
  folder: string,
  { bin, parent, say }: { bin: string; parent: string; say: (line: string) => void },
): Promise<Sandbox> {
  const opened = openFolders(folder, { postgresUser: POSTGRES_USER, databaseParent: parent, say });
  const { place } = opened;
  let state: SandboxState = opened.state;
  const remember = (change: Partial<SandboxState>): SandboxState => {
    state = { ...state, ...change };
    writeState(place.stateFile, state);
    return state;
  };
  const { credentials, made } = ensureCredentials(place.envFolder);
  const database = await ensureDatabase(
    { place, credentials, madeNow: made, postgresBin: bin, runAs: POSTGRES_USER, remember, say },
    state,
  );
  const ssh = await ensureSshd({ folder: place.sshFolder, known: state.ssh ?? undefined, say });
  remember({ ssh: { port: ssh.port, process: ssh.process } });
  const { persons, approversSha } = await ensurePeople(place, SANDBOX_HOST);
  const backup = await ensureBackupRecipient(place);
  writeDatabaseEnv(place.envFolder, database, backup.fingerprint);
  const launchers = writeLaunchers({ place, credentials, database, postgresBin: bin });
  const stack = stackOfSandbox({
    place,
    host: SANDBOX_HOST,
    ssh,
    database,
    postgresBin: bin,
    credentials,
    approversSha,
    recipient: backup.fingerprint,
    scratchUser: POSTGRES_USER ?? null,
  });
  return {
    place,
    host: SANDBOX_HOST,
    ssh,
    database,
    credentials,
    persons,
    approversSha,
    backup,
    launchers,
    postgresBin: bin,
    stack,
  };
}

// All that is missing at once: one by one costs a newcomer one try each.
function requirePlatform(): string {
  if (process.platform !== "linux") {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `this is ${process.platform}`,
      wanted: "Linux for the sandbox host",
      hint: "plan, approve, unit tests and preview of a Linux host work here; run the sandbox in a Linux machine",
    });
  }
  const missing = missingPrograms();
  const bin = postgresBin();
  if (missing.length > 0 || bin === undefined) {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `${missing.length} programs are missing`,
      wanted: "PostgreSQL's programs, gpg and gpgv",
      details: missing.map(({ name, debian, why }) => `${name} (Debian package ${debian}): ${why}`),
      next: installLine(missing),
    });
  }
  return bin;
}
