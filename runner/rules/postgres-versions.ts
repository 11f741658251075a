// Which major versions of PostgreSQL work together: the source, the programs that dump and restore, and the scratch server.
import { Stopped, type Verdict } from "../model/stop.ts";

/** Majors whose catalogs, rights and dumps this release was tested with; others are refused by name. */
export const OLDEST_MAJOR = 15;
export const NEWEST_MAJOR = 18;

/** Major of a `server_version_num`, as 16 of 160013. */
export const majorOf = (versionNum: number): number => Math.floor(versionNum / 10_000);

/** Major of a server's own words (`16.13 (Debian 16.13-1)`). STOP_COULD_NOT_LOOK when they name none. */
export function majorOfText(version: string): number {
  const major = /^(\d+)(?:\.|devel|beta|rc| |$)/.exec(version)?.[1];
  if (major === undefined)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `a server of version ${version.slice(0, 40)}`,
      wanted: "a version of PostgreSQL",
    });
  return Number(major);
}

/** The line that brings the programs of a major, and where they lie then. `server` also brings initdb and postgres. */
export function installHint(major: number, what: "client" | "server"): string {
  const name = what === "client" ? `postgresql-client-${major}` : `postgresql-${major}`;
  return (
    `apt-get install ${name} (apt.postgresql.org has it where the distribution does not), and ` +
    `name /usr/lib/postgresql/${major}/bin in backup.postgres_bin`
  );
}

/** Programs a backup needs: those that dump and restore, and with the adapter initdb the scratch server's own. */
export const neededPrograms = (adapter: string): readonly string[] => [
  "pg_dump",
  "pg_restore",
  "psql",
  ...(adapter === "initdb" ? ["initdb", "postgres"] : []),
];

/**
 * What is wrong with one program of a host that only looks: its answer to --version, beside the server's major where that is known;
 * undefined when it may be used. `what`: whether the host also starts scratch servers of its own.
 */
export function programFault(
  answer: string,
  server: number | undefined,
  what: "client" | "server" = "server",
): string | undefined {
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(answer)?.[1] ?? Number.NaN);
  if (Number.isNaN(major)) return `does not answer --version: ${answer.slice(0, 100) || "no word"}`;
  if (server !== undefined && major < server)
    return `PostgreSQL ${major}, for a server of PostgreSQL ${server}: ${installHint(server, what)}`;
  return major < OLDEST_MAJOR || major > NEWEST_MAJOR
    ? `PostgreSQL ${major}, not ${OLDEST_MAJOR} to ${NEWEST_MAJOR}`
    : undefined;
}

/** A server of a major that nobody has tested is refused before anything is read from it. */
export function serverMajor(major: number): Verdict {
  if (major >= OLDEST_MAJOR && major <= NEWEST_MAJOR) return undefined;
  return {
    code: "STOP_BACKUP_FAILED",
    facts: { saw: `a server of PostgreSQL ${major}`, wanted: `PostgreSQL ${OLDEST_MAJOR} to ${NEWEST_MAJOR}` },
  };
}

/** What is there on a host: the majors of the programs that are needed, the source's major, and the adapter of scratch servers. */
export interface Installation {
  readonly programs: Readonly<Partial<Record<string, number>>>;
  readonly source: number;
  readonly adapter: string;
}

/**
 * Programs that dump and restore are of one major, that of the source or later: older ones refuse the server, or lose
 * what they do not know.
 * The same holds for the scratch server. Programs newer than either are fine: docs/decisions/0053-postgres-majors.md. STOP_BACKUP_FAILED
 * names both versions and the package to install.
 */
export function judgeInstallation({ programs, source, adapter }: Installation): Verdict {
  const unknown = serverMajor(source);
  if (unknown) return unknown;
  const what = adapter === "initdb" ? "server" : "client";
  const refuse = (saw: string, wanted: string, major: number): Verdict => ({
    code: "STOP_BACKUP_FAILED",
    facts: { saw, wanted, hint: installHint(major, what) },
  });
  const { pg_dump: dumps = source, psql: restores = dumps, initdb = source, postgres = initdb } = programs;
  const { pg_restore: filters = dumps } = programs;
  if (dumps !== restores)
    return refuse(
      `pg_dump ${dumps} beside psql ${restores}`,
      "programs of one installation",
      Math.max(source, dumps, restores),
    );
  if (dumps !== filters)
    return refuse(
      `pg_dump ${dumps} beside pg_restore ${filters}`,
      "programs of one installation",
      Math.max(source, dumps, filters),
    );
  if (initdb !== postgres)
    return refuse(
      `initdb ${initdb} beside postgres ${postgres}`,
      "programs of one installation",
      Math.max(source, initdb, postgres),
    );
  if (dumps < source)
    return refuse(
      `pg_dump ${dumps} for a server of PostgreSQL ${source}`,
      `programs of PostgreSQL ${source} or later`,
      source,
    );
  if (dumps > NEWEST_MAJOR)
    return refuse(`pg_dump ${dumps}`, `programs of PostgreSQL ${source} to ${NEWEST_MAJOR}`, source);
  return adapter === "initdb" ? scratchMajor(postgres, source, adapter) : undefined;
}

/** The scratch server is of the source's major or later. STOP_BACKUP_FAILED otherwise. */
export function scratchMajor(scratch: number, source: number, adapter: string): Verdict {
  if (scratch >= source && scratch <= NEWEST_MAJOR) return undefined;
  const hint =
    adapter === "initdb"
      ? installHint(source, "server")
      : adapter === "docker"
        ? `name postgres:${source} in backup.scratch_image`
        : `let backup.scratch_url_file lead to a server of PostgreSQL ${source}`;
  return {
    code: "STOP_BACKUP_FAILED",
    facts: {
      saw: `a scratch server of PostgreSQL ${scratch} for a source of PostgreSQL ${source}`,
      wanted: `a scratch server of PostgreSQL ${source} to ${NEWEST_MAJOR}`,
      hint,
    },
  };
}
