// Throw-away PostgreSQL servers made with initdb: their own user, socket only, in memory where there is room, gone after stop.
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, chown, mkdir, readFile, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pg from "pg";
import type { RunningScratch, ScratchServer } from "../world/backup.ts";
import { Stopped } from "../model/stop.ts";
import { processStart } from "./process-identity.ts";
import { majorVersion, spawnAs, type UnixUser } from "./postgres-programs.ts";
import { SCRATCH_SETTINGS } from "./scratch-settings.ts";
import { codeOf } from "../model/error-text.ts";

/** Where and as whom scratch servers run; paths absolute. */
export interface InitdbSettings {
  readonly binDir: string;
  /** Short folder for sockets, and for data where memory is too small. */
  readonly root: string;
  /** Folder in memory, tried first; /dev/shm where nothing else is said. */
  readonly memory?: string;
  /** UNIX user that owns the servers; null is the runner's own, which must not be root. */
  readonly unixUser: string | null;
}

const NAME = /^cs-[0-9a-f]{8}$/;
const MEMORY = "/dev/shm";
const PORT = 5432;
const ROOM_BESIDES_ROWS = 512 * 1024 * 1024;
const START_ATTEMPTS = 300;

/** The `initdb` adapter of the scratch server port; STOP_BACKUP_FAILED when the server does not come up. */
export function initdbScratch(settings: InitdbSettings): ScratchServer {
  return { adapter: "initdb", binDir: settings.binDir, start: (expectedBytes) => start(settings, expectedBytes) };
}

async function start(settings: InitdbSettings, expectedBytes: number): Promise<RunningScratch> {
  const user = await unixUser(settings.unixUser);
  const major = await majorVersion(join(settings.binDir, "postgres"));
  const memory = settings.memory ?? MEMORY;
  await usable(settings.root);
  await sweep(settings.root, memory);
  const name = `cs-${randomBytes(4).toString("hex")}`;
  const folder = join(settings.root, name);
  await mkdir(folder, { mode: 0o700 });
  const inMemory = (await roomIn(memory, expectedBytes)) && (await made(join(memory, name)));
  const data = join(inMemory ? memory : folder, name);
  if (!inMemory) await mkdir(data, { mode: 0o700 });
  const remove = async (): Promise<void> => {
    await rm(data, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await writeFile(
      join(folder, "owner.json"),
      JSON.stringify({ pid: process.pid, started: processStart(process.pid), data }),
      { mode: 0o600 },
    );
    if (user) await chown(folder, user.uid, user.gid);
    const superuser = `scratch_${randomBytes(4).toString("hex")}`;
    const password = randomBytes(24).toString("base64url");
    await makeCluster(settings.binDir, { folder, data, superuser, password, user });
    const stopServer = await launch(settings.binDir, { folder, data, superuser, password, user });
    return {
      socketDir: folder,
      port: PORT,
      sslmode: "disable",
      sslrootcert: null,
      major,
      maintenance: "postgres",
      superuser,
      password,
      folder,
      spawn: user,
      stop: async () => {
        await stopServer();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Cluster {
  readonly folder: string;
  readonly data: string;
  readonly superuser: string;
  readonly password: string;
  readonly user: UnixUser;
}

async function makeCluster(binDir: string, { folder, data, superuser, password, user }: Cluster): Promise<void> {
  await chmod(data, 0o700);
  const pwfile = join(folder, "initdb-password");
  await writeFile(pwfile, `${password}\n`, { mode: 0o600 });
  if (user) {
    await chown(data, user.uid, user.gid);
    await chown(pwfile, user.uid, user.gid);
  }
  const args = [
    "--pgdata",
    data,
    "--username",
    superuser,
    "--pwfile",
    pwfile,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-locale",
    "--no-sync",
    "--no-instructions",
  ];
  const result = await execa(join(binDir, "initdb"), args, {
    reject: false,
    extendEnv: false,
    env: { LC_ALL: "C", TZ: "UTC" },
    cwd: "/",
    stdin: "ignore",
    timeout: 120_000,
    ...spawnAs(user),
  });
  await rm(pwfile, { force: true });
  if (result.failed) throw notStarted(`initdb failed: ${lastLine(result.stderr || String(result.shortMessage))}`);
}

async function launch(
  binDir: string,
  { folder, data, superuser, password, user }: Cluster,
): Promise<() => Promise<void>> {
  const server = [
    join(binDir, "postgres"),
    "-D",
    data,
    "-k",
    folder,
    "-p",
    String(PORT),
    ...Object.entries({ ...SCRATCH_SETTINGS, listen_addresses: "" }).map(([key, value]) => `--${key}=${value}`),
  ];
  // The kernel ends the server when the runner dies, whatever killed it.
  const child = execa("/usr/bin/setpriv", ["--pdeathsig", "INT", "--", ...server], {
    reject: false,
    extendEnv: false,
    env: { LC_ALL: "C", TZ: "UTC" },
    cwd: "/",
    stdin: "ignore",
    stdout: "ignore",
    ...spawnAs(user),
  });
  let exited = false;
  void child.then(() => {
    exited = true;
  });
  const stop = async (): Promise<void> => {
    // Immediate shutdown: the data is thrown away.
    child.kill("SIGQUIT");
    await child;
  };
  for (let attempt = 0; attempt < START_ATTEMPTS && !exited; attempt += 1) {
    if (await answers({ folder, superuser, password })) return stop;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw notStarted(`the scratch server did not start: ${lastLine((await child).stderr)}`);
}

async function answers({
  folder,
  superuser,
  password,
}: Pick<Cluster, "folder" | "superuser" | "password">): Promise<boolean> {
  const client = new pg.Client({
    host: folder,
    port: PORT,
    user: superuser,
    password,
    database: "postgres",
    connectionTimeoutMillis: 5_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** STOP_BACKUP_FAILED, with the way out, when the root is not there or closed to this user. */
async function usable(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Stopped(
      "STOP_BACKUP_FAILED",
      {
        saw: `backup.scratch_root ${root} cannot be used: ${codeOf(error)}`,
        wanted: "a folder in which the runner may make folders",
        hint: `as root: install -d -m 0711 -o <user of the runner> ${root}; then \`cutter backup selftest\``,
      },
      error,
    );
  }
}

/** Memory may be there and closed to this user, read only or out of inodes; then the data lies below the root like any other. */
async function made(folder: string): Promise<boolean> {
  return mkdir(folder, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
}

async function roomIn(memory: string, expectedBytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(memory);
    return bavail * bsize > expectedBytes * 4 + ROOM_BESIDES_ROWS;
  } catch {
    return false;
  }
}

/** Removes folders of runners that were killed before they could stop; their servers ended with them. */
async function sweep(root: string, memory: string): Promise<void> {
  for (const entry of await readdir(root)) {
    if (!NAME.test(entry)) continue;
    const folder = join(root, entry);
    const owner = await ownerOf(folder);
    if (owner === undefined || processStart(owner.pid) === owner.started) continue;
    if (owner.data === join(memory, entry)) await rm(owner.data, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

async function ownerOf(folder: string): Promise<{ pid: number; started: string; data: string } | undefined> {
  try {
    const value: { pid: number; started: string; data: string } = JSON.parse(
      await readFile(join(folder, "owner.json"), "utf8"),
    );
    return value;
  } catch {
    return undefined;
  }
}

async function unixUser(name: string | null): Promise<UnixUser> {
  if (name === null) {
    if (process.getuid?.() === 0)
      throw notStarted("the runner is root and the configuration names no user for scratch servers");
    return undefined;
  }
  const ids = await Promise.all(
    ["-u", "-g"].map((flag) => execa("id", [flag, "--", name], { reject: false, cwd: "/", timeout: 10_000 })),
  );
  const [uid, gid] = ids.map((result) => Number(result.failed ? Number.NaN : result.stdout));
  if (uid === undefined || gid === undefined || !Number.isInteger(uid) || !Number.isInteger(gid))
    throw notStarted(`no UNIX user ${name} for scratch servers`);
  if (uid === 0) throw notStarted("scratch servers must not run as root");
  if (process.getuid?.() === uid) return undefined;
  // Running as oneself instead would quietly drop the separation that the configuration asks for.
  if (process.getuid?.() !== 0) throw notStarted(`this user may not start programs as ${name}`);
  return { uid, gid };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
}

function notStarted(saw: string): Stopped {
  return new Stopped("STOP_BACKUP_FAILED", {
    saw,
    wanted: "a scratch server to prove the backup in",
    hint: "run `cutter backup selftest` after mending it",
  });
}
