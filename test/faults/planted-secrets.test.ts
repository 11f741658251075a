import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES, type RoleKey } from "../../runner/model/run.ts";
import { everyRow } from "../support/every-row.ts";
import { governedHost, LAW, type CutterAnswer, type GovernedHost } from "../support/governed-host.ts";
import { foundIn, foundInFiles, tracesOf, watchProcesses, type Trace } from "../support/secret-traces.ts";

let host: GovernedHost;
let traces: Trace[];
const said: string[] = [];
const ROLE_KEYS = Object.keys(ROLES) as RoleKey[];

// Every character that means something to a shell, a connection string, a password file, JSON or an env file, but the quote it stands in.
const planted = (role: string): string => {
  const meant = role === "verify" ? "password of one it's" : 'pass\\word `of` "one" $HOME';
  return `${role}:${meant} %41 #1 & <x> = ${Math.random().toString(36).slice(2)}`;
};
const between = (password: string): string => (password.includes("'") ? `"${password}"` : `'${password}'`);
const plant = async (role: RoleKey, password: string): Promise<void> => {
  const prefix = `DOT_CUTTER_${role.toUpperCase()}_DB`;
  await host.sql(`ALTER ROLE ${ROLES[role]} PASSWORD ${pg.escapeLiteral(password)}`);
  writeFileSync(
    host.sandbox.credentials[role].file,
    `${prefix}_USER=${ROLES[role]}\n${prefix}_PASSWORD=${between(password)}\n`,
  );
};
const cutter = async (...words: string[]): Promise<CutterAnswer> => {
  const answer = await host.cutter(...words);
  said.push(JSON.stringify(answer.events), answer.stderr);
  return answer;
};

beforeAll(async () => {
  host = await governedHost();
  traces = [];
  for (const role of ROLE_KEYS) {
    const password = planted(role);
    await plant(role, password);
    traces.push(...tracesOf(`password of ${role}`, password));
  }
  for (const role of ["admin", "cluster"] as const)
    traces.push(...tracesOf(`password of ${role}`, host.sandbox.credentials[role].password));
  for (const { id, keyFile } of host.sandbox.persons)
    traces.push({ name: `secret key of ${id}`, bytes: Buffer.from(lineInside(keyFile)) });
  traces.push({ name: "secret key of the backup", bytes: Buffer.from(lineInside(host.sandbox.backup.privateKeyFile)) });
});
afterAll(async () => {
  await host?.remove();
});

/** Lines hold 48 bytes each; the second one of an Ed25519 key without a passphrase holds its whole secret. */
function lineInside(keyFile: string): string {
  return (
    readFileSync(keyFile, "utf8")
      .split("\n")
      .filter((line) => !line.includes("PGP"))
      .at(2) ?? ""
  );
}

/** The env files of the roles, what psql is started with, and the people's own folders: where a secret is at home. */
function isHome(path: string): boolean {
  const { place } = host.sandbox;
  return [place.envFolder, place.passwordFolder, place.operatorFolder, place.approversFolder].some((folder) =>
    path.startsWith(`${folder}/`),
  );
}

test("after a whole cut with unusual passwords none of them, nor a secret key, stands in any output, file, row, argument or environment", async () => {
  const temporary = new Set(readdirSync(tmpdir()));
  const watch = watchProcesses(traces);
  await host.register("SECRET-1", LAW);
  const run = await host.cut("SECRET-1");
  await host.authorizeCut(run);
  expect(await cutter("orchestrate", "resume", run)).toMatchObject({ status: 3 });
  await host.authorizeEnactment(run);
  expect(await cutter("orchestrate", "resume", run)).toMatchObject({ status: 0 });
  for (const words of [
    ["orchestrate", "verify", run],
    ["orchestrate", "status", run],
    ["journal", "verify", run],
    ["precheck"],
    ["backup", "selftest"],
    ["orchestrate", "halt", run, "--reason", "closed anyway"],
  ])
    await cutter(...words);
  const { programs, found } = watch.stop();

  // The watch has seen the programs that were handed a password.
  expect([...programs]).toEqual(expect.arrayContaining(["node", "pg_dump", "psql"]));
  expect([...found]).toEqual([]);
  // A program may know the word; in an output it would be the head of somebody's key.
  expect(
    foundIn(said.join("\n"), [...traces, { name: "a secret key", bytes: Buffer.from("PRIVATE KEY BLOCK") }]),
  ).toEqual([]);
  const { place } = host.sandbox;
  // Whatever was put down beside the sandbox meanwhile, by whomever; the sandbox's own folders are named.
  const left = readdirSync(tmpdir())
    .filter((name) => !temporary.has(name) && /pass|cutter/.test(name))
    .map((name) => join(tmpdir(), name));
  const files = foundInFiles([dirname(place.folder), place.shortHost, place.shortDatabase, ...left], traces, isHome);
  expect(files.looked).toBeGreaterThan(100);
  expect(files.found).toEqual([]);
  const rows = [...(await everyRow(host, ["public", "cutter_governance", "cutter_runtime"]))]
    .flatMap(([, texts]) => texts)
    .join("\n");
  expect(foundIn(rows, traces)).toEqual([]);
});

test("a wrong password, an env file without names and a secret pasted into the configuration are refused by name only", async () => {
  await host.register("SECRET-2", LAW);
  const wrong = planted("wrong");
  const kept = readFileSync(host.sandbox.credentials.exec.file, "utf8");
  const lines = [`DOT_CUTTER_EXEC_DB_USER=cutter_exec\nDOT_CUTTER_EXEC_DB_PASSWORD=${between(wrong)}\n`, `${wrong}\n`];
  const all = [...traces, ...tracesOf("the wrong password", wrong)];
  said.length = 0;
  for (const content of lines) {
    writeFileSync(host.sandbox.credentials.exec.file, content);
    expect(await cutter("orchestrate", "cut", "SECRET-2")).toMatchObject({ status: 1, stop: "STOP_COULD_NOT_LOOK" });
  }
  writeFileSync(host.sandbox.credentials.exec.file, kept);

  const pasted = join(dirname(host.sandbox.place.configFile), "pasted.config.json");
  const config = JSON.parse(readFileSync(host.sandbox.place.configFile, "utf8")) as {
    database: object;
    credentials: object;
  };
  for (const change of [
    { password: wrong },
    { database: { ...config.database, sslmode: wrong } },
    { credentials: { ...config.credentials, exec: wrong } },
  ]) {
    writeFileSync(pasted, JSON.stringify({ ...config, ...change }));
    expect((await cutter("--config", pasted, "precheck")).status).not.toBe(0);
  }
  writeFileSync(pasted, "");
  expect(foundIn(said.join("\n"), all)).toEqual([]);
  const { place } = host.sandbox;
  expect(foundInFiles([place.folder, place.shortHost, place.shortDatabase], all, isHome).found).toEqual([]);
});
