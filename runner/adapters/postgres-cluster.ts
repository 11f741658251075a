// Starts and stops a PostgreSQL cluster of our own: throw-away servers and the sandbox's. Never one we did not create.
import { chown, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Stopped } from "../model/stop.ts";
import { processStart } from "./process-identity.ts";

/** What a cluster is made of. Paths are absolute; socketDir shorter than 90 characters (a socket path may have 107 bytes). */
export interface ClusterSpec {
  readonly dataDir: string;
  readonly socketDir: string;
  /** Folder with initdb, pg_ctl and postgres of one installation. */
  readonly binDir: string;
  /** PostgreSQL refuses root: as root the server runs as this user, with both folders given to it. Ignored otherwise. */
  readonly runAs?: "postgres";
  /** postgresql.conf settings on top of ours, e.g. {"max_locks_per_transaction": "4096"}. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly superuser: string;
  readonly superuserPassword: string;
  /** Whole pg_hba.conf; default: every local connection by scram-sha-256. */
  readonly hbaLines?: readonly string[];
}

/** A process named so that its number cannot be mistaken after reuse: pid plus its start time in clock ticks. */
export interface ProcessName {
  readonly pid: number;
  readonly startTicks: string;
}

/** A running cluster: its process, the folders it works in and how to end it. */
export interface Cluster extends ProcessName {
  readonly dataDir: string;
  readonly socketDir: string;
  readonly port: number;
  /** Fast shutdown; resolves when the postmaster is gone. */
  stop(): Promise<void>;
}

const PORT = 5432; // only the suffix of the socket's file name: no TCP port is opened unless settings say so
const EMPTY_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C" };

/**
 * Starts the cluster of `dataDir` (made by initdb when empty), or finds it running, and returns its handle.
 * Stop: STOP_COULD_NOT_LOOK with the program's last words when it does not come up.
 */
export async function startCluster(spec: ClusterSpec): Promise<Cluster> {
  const owner = await prepareFolders(spec);
  const running = await findRunning(spec.dataDir);
  if (!running) {
    if (!(await readdir(spec.dataDir)).includes("PG_VERSION")) await initialise(spec, owner);
    await writeSettings(spec, owner);
    await runProgram(spec, "pg_ctl", [
      "-D",
      spec.dataDir,
      "-l",
      join(spec.dataDir, "server.log"),
      "-w",
      "-t",
      "60",
      "-s",
      "start",
    ]);
  }
  const name = running ?? (await findRunning(spec.dataDir));
  if (!name) {
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "the server started and ended at once",
      wanted: "a running server",
      hint: `read ${join(spec.dataDir, "server.log")}`,
    });
  }
  return {
    ...name,
    dataDir: spec.dataDir,
    socketDir: spec.socketDir,
    port: Number(spec.settings?.["port"] ?? PORT),
    stop: () => stopProcess(name),
  };
}

/** Fast shutdown (SIGINT) of exactly this process; a no-op when it is gone. Stop: STOP_COULD_NOT_LOOK after 60 seconds. */
export async function stopProcess(name: ProcessName, signal: NodeJS.Signals = "SIGINT"): Promise<void> {
  if (processStart(name.pid) !== name.startTicks) return;
  process.kill(name.pid, signal);
  for (let waited = 0; waited < 60_000; waited += 25) {
    if (processStart(name.pid) !== name.startTicks) return;
    await pause(25);
  }
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `process ${name.pid} still runs 60 seconds after ${signal}`,
    wanted: "its end",
  });
}

/** The postmaster of a data folder, if its postmaster.pid names a live process working in that folder. */
export async function findRunning(dataDir: string): Promise<ProcessName | undefined> {
  const text = await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const startTicks = processStart(pid);
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return startTicks !== undefined && command.includes(dataDir) ? { pid, startTicks } : undefined;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Both folders exist, 0700, owned by the server's user; so do the parents that had to be made. */
async function prepareFolders(spec: ClusterSpec): Promise<Owner | undefined> {
  const owner = await serverUser(spec);
  for (const folder of [spec.socketDir, spec.dataDir]) {
    const created = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!owner) continue;
    await chown(folder, owner.uid, owner.gid);
    // Parents that did not exist before are 0700 too, so the server's user must own them to pass.
    for (
      let parent = dirname(folder);
      created !== undefined && parent.length >= created.length;
      parent = dirname(parent)
    ) {
      await chown(parent, owner.uid, owner.gid);
    }
  }
  return owner;
}

async function serverUser(spec: ClusterSpec): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (spec.runAs === undefined) {
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "running as root", wanted: "a user the server may run as" });
  }
  const ask = async (flag: string): Promise<number> =>
    Number((await execa("id", [flag, spec.runAs ?? ""], { cwd: "/" })).stdout);
  return { uid: await ask("-u"), gid: await ask("-g") };
}

async function initialise(spec: ClusterSpec, owner: Owner | undefined): Promise<void> {
  const passwordFile = join(spec.socketDir, "initdb-password");
  try {
    await writeOwned(passwordFile, `${spec.superuserPassword}\n`, owner);
    await runProgram(spec, "initdb", [
      "-D",
      spec.dataDir,
      "-U",
      spec.superuser,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--no-instructions",
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Our settings live in an included file, written again on every start; pg_hba.conf is ours entirely. */
async function writeSettings(spec: ClusterSpec, owner: Owner | undefined): Promise<void> {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: spec.socketDir,
    unix_socket_permissions: "0700",
    port: String(PORT),
    timezone: "UTC",
    log_timezone: "UTC",
    password_encryption: "scram-sha-256",
    ...spec.settings,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'\n`);
  await writeOwned(join(spec.dataDir, "cutter.conf"), lines.join(""), owner);
  await writeOwned(
    join(spec.dataDir, "pg_hba.conf"),
    `${(spec.hbaLines ?? ["local all all scram-sha-256"]).join("\n")}\n`,
    owner,
  );
  const main = join(spec.dataDir, "postgresql.conf");
  const text = await readFile(main, "utf8");
  if (!text.includes("include 'cutter.conf'")) await writeOwned(main, `${text}\ninclude 'cutter.conf'\n`, owner);
}

async function writeOwned(path: string, text: string, owner: Owner | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (owner) await chown(path, owner.uid, owner.gid);
}

async function runProgram(spec: ClusterSpec, program: string, args: readonly string[]): Promise<void> {
  const full = join(spec.binDir, program);
  const asRoot = process.getuid?.() === 0;
  const [file, list] = asRoot
    ? (["setpriv", [`--reuid=${spec.runAs}`, `--regid=${spec.runAs}`, "--clear-groups", "--", full, ...args]] as const)
    : ([full, args] as const);
  const done = await execa(file, list, {
    env: EMPTY_ENVIRONMENT,
    extendEnv: false,
    cwd: spec.dataDir,
    stdin: "ignore",
    reject: false,
    // A daemonised postmaster would keep a pipe open and this call would never end.
    stdout: "ignore",
    stderr: program === "pg_ctl" ? "ignore" : "pipe",
  });
  if (done.exitCode === 0) return;
  const log =
    program === "pg_ctl"
      ? await readFile(join(spec.dataDir, "server.log"), "utf8").catch(() => "")
      : String(done.stderr ?? "");
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${program} ended with ${done.exitCode ?? done.signal ?? "no status"}: ${log.trim().split("\n").slice(-3).join(" | ")}`,
    wanted: "exit status 0",
  });
}
