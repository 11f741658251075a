// How PostgreSQL's own programs are run: one installation, an empty environment, the password in a file without a name, a time limit.
import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { Stopped } from "../model/stop.ts";
import { neededPrograms } from "../rules/postgres-versions.ts";
import { authoritiesOf, sessionOptions } from "../rules/session-settings.ts";
import type { Login, ServerPlace } from "./postgres-connection.ts";

/** Where and as whom to connect; the password goes to the programs by {@link PasswordFile} only. */
export type DatabaseAccess = ServerPlace & Login;

/** UNIX user a program runs as; undefined is the runner's own. */
export type UnixUser = { readonly uid: number; readonly gid: number } | undefined;

/** An open file that has no name any more: whoever is killed leaves nothing behind, and nobody else can open it. */
export interface UnnamedFile {
  readonly stream: Readable;
}

/** One with a password in it. */
export type PasswordFile = UnnamedFile;

/**
 * Where a program finds the file that it inherits as its fourth stream; a pipe there could not be opened by name. libpq
 * wants a regular file of mode 0600.
 */
export const INHERITED_FILE = "/dev/fd/3";

const STREAMING = {
  reject: false,
  extendEnv: false,
  buffer: { stdout: false, stderr: true },
  maxBuffer: { stderr: 1 << 20 },
  forceKillAfterDelay: 2_000,
} as const;
/** A started PostgreSQL program: its streams and the promise of its end. */
export type Program = ReturnType<typeof startProgram>;

/** Spawn options of a user; nothing when it is the runner's own. */
export function spawnAs(user: UnixUser): { uid?: number; gid?: number } {
  return user ?? {};
}

/** What a program is started with: its connection, its password, the UNIX user it runs as, its time. */
export interface Surroundings {
  readonly access: DatabaseAccess;
  readonly password: PasswordFile;
  readonly user: UnixUser;
  readonly capSeconds: number;
}

/** Starts a program of the installation; it never rejects, {@link programFailure} judges how it ended. */
export function startProgram(
  path: string,
  args: readonly string[],
  { access, password, user, capSeconds }: Surroundings,
) {
  return execa(path, args, {
    ...STREAMING,
    stdio: ["pipe", "pipe", "pipe", password.stream],
    env: { LC_ALL: "C", TZ: "UTC", ...connectionEnvironment(access) },
    timeout: capSeconds * 1_000,
    cwd: "/",
    ...spawnAs(user),
  });
}

/**
 * Starts a program of the installation that only turns one stream into another: no server, no password. It finds `file`
 * at {@link INHERITED_FILE}.
 */
export function startFilter(path: string, args: readonly string[], capSeconds: number, file?: UnnamedFile) {
  return execa(path, args, {
    ...STREAMING,
    stdio: ["pipe", "pipe", "pipe", file?.stream ?? "ignore"],
    env: { LC_ALL: "C", TZ: "UTC" },
    timeout: capSeconds * 1_000,
    cwd: "/",
  });
}

/** A password file for the time of `work`, readable by `user` alone. */
export async function withPasswordFile<T>(
  parent: string,
  password: string,
  user: UnixUser,
  work: (file: PasswordFile) => Promise<T>,
): Promise<T> {
  // One program, one server: the stars keep host names out of a format that would need its own escapes.
  return withUnnamedFile(parent, `*:*:*:*:${password.replaceAll(/[\\:]/g, "\\$&")}\n`, user, work);
}

/** A file with this text for the time of `work`, readable by `user` alone. Its name is gone before the text is in it. */
export async function withUnnamedFile<T>(
  parent: string,
  text: string,
  user: UnixUser,
  work: (file: UnnamedFile) => Promise<T>,
): Promise<T> {
  const name = join(parent, `.cutter-${randomBytes(8).toString("hex")}`);
  const handle = await open(name, "wx+", 0o600);
  try {
    await rm(name);
    if (user) await handle.chown(user.uid, user.gid);
    await handle.write(text, 0);
    // Nobody reads it here: a started program inherits the descriptor under it.
    return await work({ stream: handle.createReadStream({ autoClose: false }) });
  } finally {
    await handle.close();
  }
}

/** Connection settings as environment, so that nothing of them stands in the process list. */
function connectionEnvironment(access: DatabaseAccess): Record<string, string> {
  const authorities = authoritiesOf(access);
  return {
    PGOPTIONS: sessionOptions(),
    ...(authorities === undefined ? {} : { PGSSLROOTCERT: authorities }),
    PGHOST: access.host,
    PGPORT: String(access.port),
    PGDATABASE: access.database,
    PGUSER: access.user,
    PGSSLMODE: access.sslmode,
    PGPASSFILE: INHERITED_FILE,
    PGCONNECT_TIMEOUT: "15",
    PGCLIENTENCODING: "UTF8",
  };
}

/** One line saying how a program failed, undefined when it ended well. Only its first error line, without the password. */
export async function programFailure(
  name: string,
  program: Program | ReturnType<typeof startFilter>,
  password: string,
): Promise<string | undefined> {
  const result = await program;
  if (!result.failed) return undefined;
  if (result.timedOut) return `${name} did not end in time`;
  const lines = result.stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((candidate) => /error|fatal/i.test(candidate)) ?? lines[0] ?? "";
  const told = (password === "" ? line : line.replaceAll(password, "(secret)")).slice(0, 300);
  if (result.signal) return `${name} was ended by ${result.signal}`;
  return result.exitCode === undefined
    ? `${name} could not be started (${result.code ?? "?"})`
    : `${name} ended with status ${result.exitCode}: ${told}`;
}

/** Majors of all programs a backup needs. Stops as {@link majorVersion}. */
export async function majorVersions(binDir: string, adapter: string): Promise<Record<string, number>> {
  const majors: Record<string, number> = {};
  for (const name of neededPrograms(adapter)) majors[name] = await majorVersion(join(binDir, name));
  return majors;
}

/** Major version of an installation's program. STOP_BACKUP_FAILED with the system's own reason when it does not answer. */
export async function majorVersion(path: string): Promise<number> {
  // The folder the runner was started in may be closed to its user; a program can only be started from one that is open to it.
  const result = await execa(path, ["--version"], {
    reject: false,
    extendEnv: false,
    env: { LC_ALL: "C" },
    cwd: "/",
    stdin: "ignore",
    timeout: 20_000,
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(result.stdout)?.[1];
  if (major !== undefined) return Number(major);
  const said = result.stderr.trim().split("\n")[0] ?? "";
  const reason = result.timedOut
    ? "no answer in 20 s"
    : (result.code ?? (said === "" ? `status ${result.exitCode ?? result.signal ?? "?"}` : said.slice(0, 200)));
  throw new Stopped("STOP_BACKUP_FAILED", {
    saw: `${path} does not answer --version: ${reason}`,
    wanted: "the client programs of one PostgreSQL installation",
    hint:
      "install PostgreSQL's programs of the server's major or later and name their folder in " +
      "backup.postgres_bin, open to the runner's user",
  });
}
