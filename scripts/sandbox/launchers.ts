// Programs of the sandbox that people and checks call by one word without blanks: psql under two roles. Provisioning lays the runner's.
import { join } from "node:path";
import { shellWord } from "../../runner/rules/shell-word.ts";
import type { SandboxCredentials } from "./credentials.ts";
import type { Place } from "./place.ts";
import { writeWhenChanged } from "./write-file.ts";

/** Absolute paths of the launchers; none holds a blank. `cutter` is there once the host is provisioned. */
export interface Launchers {
  readonly cutter: string;
  readonly psqlSuper: string;
  readonly psqlExec: string;
}

const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** Launcher of psql: no startup file (-X), never a password prompt (-w); the password stands in a 0600 file, not in the process list. */
export function renderPsqlLauncher(
  psql: string,
  passwordFile: string,
  connection: { readonly host: string; readonly port: number; readonly name: string; readonly user: string },
): string {
  const environment = ["env", "-i", `PATH=${PATH}`, "LANG=C.UTF-8", `PGPASSFILE=${passwordFile}`]
    .map(shellWord)
    .join(" ");
  const words = [
    psql,
    "-X",
    "-w",
    "-h",
    connection.host,
    "-p",
    String(connection.port),
    "-U",
    connection.user,
    "-d",
    connection.name,
  ];
  return (
    `#!/bin/sh\n# Written by the sandbox; psql as ${connection.user}.\nexec ${environment} ` +
    `TERM="\${TERM:-dumb}" ${words.map(shellWord).join(" ")} "$@"\n`
  );
}

/** What the launchers are made from. */
export interface LauncherFacts {
  readonly place: Place;
  readonly credentials: SandboxCredentials;
  readonly database: { readonly host: string; readonly port: number; readonly name: string };
  readonly postgresBin: string;
}

/** Password file of the database administrator; provisioning logs in with it too. */
export const administratorPassFile = (place: Place): string => join(place.passwordFolder, "admin.pgpass");

/** Writes the launchers of psql (0700) and their password files (0600). */
export function writeLaunchers(facts: LauncherFacts): Launchers {
  const { place, credentials, database } = facts;
  const psqlAs = (file: string, role: "admin" | "exec"): string => {
    const { user, password } = credentials[role];
    const passwordFile = join(place.passwordFolder, `${role}.pgpass`);
    writeWhenChanged(passwordFile, `*:*:*:${user}:${password}\n`);
    const launcher = join(place.binFolder, file);
    writeWhenChanged(
      launcher,
      renderPsqlLauncher(join(facts.postgresBin, "psql"), passwordFile, { ...database, user }),
      0o700,
    );
    return launcher;
  };
  return { cutter: place.launcher, psqlSuper: psqlAs("psql-super", "admin"), psqlExec: psqlAs("psql-exec", "exec") };
}
