// Scratch servers that a docker engine runs: one container a restore, its data in memory, its port on loopback only, gone afterwards. The
// server itself is used through the url adapter, which looks before it writes.
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import pg from "pg";
import type { RunningScratch, ScratchServer } from "../world/backup.ts";
import { Stopped } from "../model/stop.ts";
import { processStart } from "./postgres-cluster.ts";
import { SCRATCH_SETTINGS } from "./scratch-settings.ts";
import { urlScratch } from "./scratch-url.ts";

/** Which program speaks with the engine, which image it starts, and which server it must never lead to. */
export interface DockerSettings {
  readonly binDir: string;
  /** Absolute path of the docker program. */
  readonly program: string;
  /** Image of PostgreSQL's own form, as `postgres:16`; it must be on the host already. */
  readonly image: string;
  /** system_identifier of the database of this host. */
  readonly target: string;
}

const LABEL = "cutter.scratch.owner";
const SERVER_PORT = "5432/tcp";
/** A folder of the container that no image declares as a volume, so that nothing of the data reaches a disk. */
const IN_MEMORY = "/cutter-scratch";
const CALL_SECONDS = 60;
const START_SECONDS = 90;
const ROOM_BESIDES_ROWS = 512 * 1024 * 1024;

/** The `docker` adapter of the scratch server port; STOP_BACKUP_FAILED when no engine answers or the image is not there. */
export function dockerScratch(settings: DockerSettings): ScratchServer {
  return { adapter: "docker", binDir: settings.binDir, start: (expectedBytes) => start(settings, expectedBytes) };
}

async function start(settings: DockerSettings, expectedBytes: number): Promise<RunningScratch> {
  await sweep(settings.program);
  const superuser = `scratch_${randomBytes(4).toString("hex")}`;
  const password = randomBytes(24).toString("base64url");
  const container = await run(settings, { superuser, password, bytes: expectedBytes * 4 + ROOM_BESIDES_ROWS });
  const remove = async (): Promise<void> => {
    await docker(settings.program, ["rm", "--force", "--volumes", container]);
  };
  const folder = await mkdtemp(join(tmpdir(), "cd-"));
  try {
    const { host, port } = await addressOf(settings.program, container);
    await answers(settings.program, container, { host, port, user: superuser, password });
    const urlFile = join(folder, "url");
    await writeFile(urlFile, `postgresql://${superuser}:${password}@${host}:${port}/postgres\n`, { mode: 0o600 });
    const given = await urlScratch({ binDir: settings.binDir, urlFile, target: settings.target }).start(expectedBytes);
    // What the restore left goes with the container; the url adapter takes back its own connection and folder.
    return { ...given, stop: () => given.stop().finally(remove) };
  } catch (error) {
    await remove().catch(() => undefined);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Server {
  readonly superuser: string;
  readonly password: string;
  readonly bytes: number;
}

/** Id of the started container. Its password stands in the program's environment, not among the arguments that everybody may list. */
async function run({ program, image }: DockerSettings, { superuser, password, bytes }: Server): Promise<string> {
  const words = [
    // Nothing is fetched here: an image that a backup waits for is neither looked at by anybody nor soon there.
    "run",
    "--detach",
    "--rm",
    "--pull",
    "never",
    "--label",
    `${LABEL}=${await ownName()}`,
    "--publish",
    "127.0.0.1::5432",
    "--tmpfs",
    `${IN_MEMORY}:rw,size=${bytes}`,
    "--env",
    `PGDATA=${IN_MEMORY}/data`,
    "--env",
    "POSTGRES_USER",
    "--env",
    "POSTGRES_PASSWORD",
    "--env",
    "POSTGRES_DB=postgres",
    "--env",
    "POSTGRES_INITDB_ARGS=--encoding=UTF8 --no-locale --auth-host=scram-sha-256",
    image,
    ...Object.entries(SCRATCH_SETTINGS).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
  const id = await docker(
    program,
    words,
    { POSTGRES_USER: superuser, POSTGRES_PASSWORD: password },
    `docker pull ${image}`,
  );
  if (!/^[0-9a-f]{64}$/.test(id)) throw failed("docker run answered no container id", "one container");
  return id;
}

/** Loopback address the engine gave the server's port. */
async function addressOf(program: string, container: string): Promise<{ host: string; port: number }> {
  const [first = ""] = (await docker(program, ["port", container, SERVER_PORT])).split("\n");
  const [, host = "", port = ""] = /^(127\.0\.0\.1):(\d+)$/.exec(first) ?? [];
  if (host === "")
    throw failed(
      `the server's port is published at ${first.slice(0, 60) || "no address"}`,
      "an address on loopback only",
    );
  return { host, port: Number(port) };
}

/** The image first starts a server without a network to make the cluster; only the one that stays answers here. */
async function answers(
  program: string,
  container: string,
  access: { host: string; port: number; user: string; password: string },
): Promise<void> {
  const until = Date.now() + START_SECONDS * 1_000;
  while (Date.now() < until) {
    const client = new pg.Client({
      ...access,
      database: "postgres",
      ssl: false,
      options: "",
      connectionTimeoutMillis: 5_000,
    });
    client.on("error", () => undefined);
    const there = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (there) return;
    const state = await docker(program, ["inspect", "--format", "{{.State.Running}}", container]).catch(() => "gone");
    if (state !== "true")
      throw failed(`the container ended before its server answered (${state})`, "a running server of PostgreSQL");
    await pause(100);
  }
  throw failed(`no answer of the container's server within ${START_SECONDS} s`, "a running server of PostgreSQL");
}

/** Removes containers of runners that were killed: their label names a process that is gone. Those of other hosts stay. */
async function sweep(program: string): Promise<void> {
  const listed = await docker(program, [
    "ps",
    "--all",
    "--no-trunc",
    "--filter",
    `label=${LABEL}`,
    "--format",
    `{{.ID}} {{.Label "${LABEL}"}}`,
  ]);
  for (const line of listed.split("\n").filter((text) => text !== "")) {
    const [id = "", owner = ""] = line.split(" ");
    if (await hasEnded(owner)) await docker(program, ["rm", "--force", "--volumes", id]);
  }
}

const bootId = async (): Promise<string> => (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();

/** This process so that nobody is taken for it: host, boot, number and start time. */
async function ownName(): Promise<string> {
  return [hostname(), await bootId(), process.pid, await processStart(process.pid)].join("/");
}

async function hasEnded(owner: string): Promise<boolean> {
  const [host, boot, pid, ticks] = owner.split("/");
  if (host !== hostname()) return false;
  return boot !== (await bootId()) || (await processStart(Number(pid))) !== ticks;
}

/** Standard output of one call. STOP_BACKUP_FAILED with the program's own words; `next` is the command that mends a missing image. */
async function docker(
  program: string,
  words: readonly string[],
  env: Record<string, string> = {},
  next?: string,
): Promise<string> {
  const done = await execa(program, words, {
    reject: false,
    extendEnv: false,
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", ...env },
    cwd: "/",
    stdin: "ignore",
    timeout: CALL_SECONDS * 1_000,
  });
  if (!done.failed) return done.stdout.trim();
  const said =
    done.stderr
      .trim()
      .split("\n")
      .find((line) => line.trim() !== "") ?? "";
  const reason = done.timedOut
    ? `no answer in ${CALL_SECONDS} s`
    : done.exitCode === undefined
      ? (done.code ?? "not started")
      : said.slice(0, 300) || `status ${done.exitCode}`;
  const absent = /No such image|Unable to find image|pull access denied/i.test(said);
  throw failed(
    `docker ${words[0] ?? ""}: ${reason}`,
    absent ? "the image on this host" : "a docker engine that this user may use",
    absent
      ? "bring the image to the host, as `docker pull` does"
      : "start the engine, and put the runner's user into its group (docker)",
    absent ? next : undefined,
  );
}

function failed(
  saw: string,
  wanted: string,
  hint = "look into the engine of this host, then run `cutter backup selftest`",
  next?: string,
): Stopped {
  return new Stopped("STOP_BACKUP_FAILED", {
    saw: `scratch server: ${saw}`,
    wanted,
    hint,
    ...(next === undefined ? {} : { next }),
  });
}
