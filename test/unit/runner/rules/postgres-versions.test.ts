// Which majors work together, and what a person reads where they do not.
import { expect, test } from "vitest";
import {
  judgeInstallation,
  majorOf,
  majorOfText,
  scratchMajor,
  programFault,
  serverMajor,
} from "../../../../runner/rules/postgres-versions.ts";

const programs = (major: number): Record<string, number> => ({
  pg_dump: major,
  pg_restore: major,
  psql: major,
});

test("programs older than the server are refused by both versions and the package to install; equal and newer ones pass", () => {
  for (let source = 15; source <= 18; source += 1) {
    for (let major = 13; major <= 18; major += 1) {
      const verdict = judgeInstallation({ programs: programs(major), source, adapter: "url" });
      if (major >= source) expect([source, major, verdict]).toEqual([source, major, undefined]);
      else
        expect(verdict?.facts).toMatchObject({
          saw: `pg_dump ${major} for a server of PostgreSQL ${source}`,
          hint: expect.stringContaining(`postgresql-client-${source} `),
        });
    }
  }
});

test("with the adapter initdb the package is the server's, because it brings initdb and postgres", () => {
  expect(judgeInstallation({ programs: programs(15), source: 16, adapter: "initdb" })?.facts.hint).toMatch(
    /^apt-get install postgresql-16 .*\/usr\/lib\/postgresql\/16\/bin/,
  );
});

test("a pg_dump beside a psql of another major is refused: they must be of one installation", () => {
  expect(judgeInstallation({ programs: { pg_dump: 17, psql: 15 }, source: 15, adapter: "url" })?.facts.saw).toBe(
    "pg_dump 17 beside psql 15",
  );
});

test("a pg_restore of another installation, which the dump is streamed through, is refused too", () => {
  expect(
    judgeInstallation({ programs: { ...programs(16), pg_restore: 15 }, source: 15, adapter: "url" })?.facts.saw,
  ).toBe("pg_dump 16 beside pg_restore 15");
});

test("an initdb adapter whose server is older than the source is refused, a newer pg_dump beside it is not", () => {
  expect(
    judgeInstallation({ programs: { ...programs(17), initdb: 15, postgres: 15 }, source: 16, adapter: "initdb" })?.facts
      .saw,
  ).toBe("a scratch server of PostgreSQL 15 for a source of PostgreSQL 16");
  expect(
    judgeInstallation({ programs: { ...programs(17), initdb: 16, postgres: 16 }, source: 16, adapter: "initdb" }),
  ).toBeUndefined();
  expect(
    judgeInstallation({ programs: { ...programs(17), initdb: 16, postgres: 17 }, source: 16, adapter: "initdb" })?.facts
      .saw,
  ).toBe("initdb 16 beside postgres 17");
});

test.each([[14], [19]])("a server of PostgreSQL %i was never tested and is refused by name", (major) => {
  expect(serverMajor(major)?.facts).toEqual({ saw: `a server of PostgreSQL ${major}`, wanted: "PostgreSQL 15 to 18" });
  expect(judgeInstallation({ programs: programs(major), source: major, adapter: "url" })).toEqual(serverMajor(major));
});

test("programs newer than any that were tested are refused, naming those of the server", () => {
  expect(judgeInstallation({ programs: programs(19), source: 16, adapter: "url" })?.facts).toMatchObject({
    saw: "pg_dump 19",
    wanted: "programs of PostgreSQL 16 to 18",
  });
});

test.each([
  ["initdb", /postgresql-17 /],
  ["url", /scratch_url_file/],
  ["docker", /postgres:17/],
])("a scratch server older than the source is refused; adapter %s says what to change", (adapter, hint) => {
  const verdict = scratchMajor(16, 17, adapter);
  expect(verdict).toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: { saw: "a scratch server of PostgreSQL 16 for a source of PostgreSQL 17" },
  });
  expect(verdict?.facts.hint).toMatch(hint);
  expect(scratchMajor(18, 17, adapter)).toBeUndefined();
});

test.each([
  ["15.18 (Debian 15.18-0+deb12u1)", 15],
  ["16.13", 16],
  ["17.12 (Ubuntu 17.12-1.pgdg24.04+1)", 17],
  ["18", 18],
  ["19devel", 19],
])("a server that calls itself %s is of major %i", (text, major) => {
  expect(majorOfText(text)).toBe(major);
  expect(() => majorOfText("unknown")).toThrow("STOP_COULD_NOT_LOOK");
  expect(majorOf(170_012)).toBe(17);
});

test.each([
  ["pg_dump (PostgreSQL) 16.13", 16, undefined],
  ["pg_dump (PostgreSQL) 18.6 (Debian 18.6-3)", 16, undefined],
  [
    "pg_dump (PostgreSQL) 15.18",
    16,
    "PostgreSQL 15, for a server of PostgreSQL 16: apt-get install postgresql-16 (apt.postgresql.org has it where the distribution does not), and name /usr/lib/postgresql/16/bin in backup.postgres_bin",
  ],
  ["pg_dump (PostgreSQL) 14.9", undefined, "PostgreSQL 14, not 15 to 18"],
  ["could not identify current directory", 16, "does not answer --version: could not identify current directory"],
  ["", 16, "does not answer --version: no word"],
])("drift and readiness say of a program that answers %j beside a server %s: %s", (answer, server, told) => {
  expect(programFault(answer, server)).toBe(told);
});
