// How PostgreSQL's own programs are run: one installation, an empty environment, the password in a private file, a time limit.
import { mkdtemp, chown, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../model/stop.ts";

/** Where and as whom to connect; the password goes to the programs by PGPASSFILE only. */
export interface DatabaseAccess {
  /** Socket directory or host name. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sslmode: "disable" | "require" | "verify-full";
}

/** UNIX user a program runs as; undefined is the runner's own. */
export type UnixUser = { readonly uid: number; readonly gid: number } | undefined;

const STREAMING = { reject: false, extendEnv: false, buffer: { stdout: false, stderr: true }, maxBuffer: { stderr: 1 << 20 }, stdin: "pipe", forceKillAfterDelay: 2_000 } as const;
/** A started PostgreSQL program: its streams and the promise of its end. */
export type Program = ReturnType<typeof startProgram>;

/** Spawn options of a user; nothing when it is the runner's own. */
export function spawnAs(user: UnixUser): { uid?: number; gid?: number } {
  return user ?? {};
}

/** Starts a program of the installation; it never rejects, {@link programFailure} judges how it ended. */
export function startProgram(path: string, args: readonly string[], environment: Readonly<Record<string, string>>, user: UnixUser, capSeconds: number) {
  return execa(path, args, {
    ...STREAMING, env: { LC_ALL: "C", TZ: "UTC", ...environment }, timeout: capSeconds * 1_000, cwd: "/", ...spawnAs(user),
  });
}

/** A private folder with a password file, for the time of `work`; the file is readable by `user` alone. */
export async function withPasswordFile<T>(parent: string, password: string, user: UnixUser, work: (passfile: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parent, "pgpass-"));
  try {
    const passfile = join(folder, "pass");
    // One program, one server: the stars keep host names out of a format that would need its own escapes.
    await writeFile(passfile, `*:*:*:*:${password.replaceAll(/[\\:]/g, "\\$&")}\n`, { mode: 0o600, flag: "wx" });
    if (user) {
      await chown(passfile, user.uid, user.gid);
      await chown(folder, user.uid, user.gid);
    }
    return await work(passfile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Connection settings as environment, so that nothing of them stands in the process list. */
export function connectionEnvironment(access: DatabaseAccess, passfile: string): Record<string, string> {
  return {
    PGHOST: access.host, PGPORT: String(access.port), PGDATABASE: access.database, PGUSER: access.user, PGSSLMODE: access.sslmode,
    PGPASSFILE: passfile, PGCONNECT_TIMEOUT: "15", PGCLIENTENCODING: "UTF8",
  };
}

/** One line saying how a program failed, undefined when it ended well. Only its first error line, without the password. */
export async function programFailure(name: string, program: Program, password: string): Promise<string | undefined> {
  const result = await program;
  if (!result.failed) return undefined;
  if (result.timedOut) return `${name} did not end in time`;
  const lines = result.stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((candidate) => /error|fatal/i.test(candidate)) ?? lines[0] ?? "";
  const told = (password === "" ? line : line.replaceAll(password, "(secret)")).slice(0, 300);
  if (result.signal) return `${name} was ended by ${result.signal}`;
  return result.exitCode === undefined ? `${name} could not be started (${result.code ?? "?"})` : `${name} ended with status ${result.exitCode}: ${told}`;
}

/** Major version of an installation's program. STOP_BACKUP_FAILED when it is not there. */
export async function majorVersion(path: string): Promise<number> {
  const result = await execa(path, ["--version"], { reject: false, extendEnv: false, env: { LC_ALL: "C" }, timeout: 20_000 });
  const major = /\(PostgreSQL\) (\d+)/.exec(result.stdout)?.[1];
  if (major === undefined) throw new Stopped("STOP_BACKUP_FAILED", { saw: `${path} does not answer --version`, wanted: "the client programs of one PostgreSQL installation" });
  return Number(major);
}
