// Programs of the sandbox that people and checks call by one word without blanks: the runner, and psql under two roles.
import { homedir } from "node:os";
import { join } from "node:path";
import { shellWord } from "../ssh-line.ts";
import type { SandboxCredentials } from "./credentials.ts";
import type { Place } from "./place.ts";
import { writeWhenChanged } from "./write-file.ts";

/** Absolute paths of the launchers; none holds a blank. */
export interface Launchers { readonly cutter: string; readonly psqlSuper: string; readonly psqlExec: string }

const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** Launcher of the runner: an empty environment but for the names listed, so that no setting of the caller steers a run. */
export function renderRunnerLauncher(node: string, release: string, config: string, home: string): string {
  const words = ["env", "-i", `PATH=${PATH}`, `HOME=${home}`, "LANG=C.UTF-8", node, join(release, "cutter.mjs"), "--config", config];
  return `#!/bin/sh\n# Written by the sandbox; runs one release of the runner with a clean environment.\nexec ${words.map(shellWord).join(" ")} "$@"\n`;
}

/** Launcher of psql: no startup file (-X), never a password prompt (-w); the password stands in a 0600 file, not in the process list. */
export function renderPsqlLauncher(psql: string, passwordFile: string, connection: { readonly host: string; readonly port: number; readonly name: string; readonly user: string }): string {
  const environment = ["env", "-i", `PATH=${PATH}`, "LANG=C.UTF-8", `PGPASSFILE=${passwordFile}`].map(shellWord).join(" ");
  const words = [psql, "-X", "-w", "-h", connection.host, "-p", String(connection.port), "-U", connection.user, "-d", connection.name];
  return `#!/bin/sh\n# Written by the sandbox; psql as ${connection.user}.\nexec ${environment} TERM="\${TERM:-dumb}" ${words.map(shellWord).join(" ")} "$@"\n`;
}

/** What the launchers are made from. */
export interface LauncherFacts {
  readonly place: Place;
  readonly credentials: SandboxCredentials;
  readonly database: { readonly host: string; readonly port: number; readonly name: string };
  readonly releaseFolder: string;
  readonly postgresBin: string;
}

/** Writes the launchers (0700) and psql's password files (0600). */
export function writeLaunchers(facts: LauncherFacts): Launchers {
  const { place, credentials, database } = facts;
  const psqlAs = (file: string, role: "admin" | "exec"): string => {
    const { user, password } = credentials[role];
    const passwordFile = join(place.passwordFolder, `${role}.pgpass`);
    writeWhenChanged(passwordFile, `*:*:*:${user}:${password}\n`);
    const launcher = join(place.binFolder, file);
    writeWhenChanged(launcher, renderPsqlLauncher(join(facts.postgresBin, "psql"), passwordFile, { ...database, user }), 0o700);
    return launcher;
  };
  const cutter = join(place.binFolder, "cutter");
  writeWhenChanged(cutter, renderRunnerLauncher(process.execPath, facts.releaseFolder, place.configFile, homedir()), 0o700);
  return { cutter, psqlSuper: psqlAs("psql-super", "admin"), psqlExec: psqlAs("psql-exec", "exec") };
}
