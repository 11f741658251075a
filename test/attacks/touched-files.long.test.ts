// Somebody with the rights of the service user, or with a folder in the caller's PATH, touches the files around a run that waits to be
// cut. The database says where a run stands, the signed statements say what may be done: no file beside them may change either.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseState } from "../../runner/rules/run-state.ts";
import { governedHost, LAW, type GovernedHost } from "../support/governed-host.ts";
import { expectRefused, rowCounts } from "../support/refusals.ts";

const STRANGERS = 3_000;

let host: GovernedHost;
let run: string;
beforeAll(async () => {
  host = await governedHost();
  await host.register("TOUCHED-1", LAW);
  run = await host.cut("TOUCHED-1");
});
afterAll(async () => {
  await host?.remove();
});

const place = () => host.sandbox.place;
const fileOfRun = (name: string): string => join(place().runtimeRoot, "runs", run, name);
const state = () => parseState(readFileSync(fileOfRun("state.json"), "utf8"));
const resume = () => host.cutter("orchestrate", "resume", run);
const waits = { status: 3, stop: "STOP_APPROVAL_REQUIRED" };

test("programs planted early in the caller's PATH are not the ones that the host runs", async () => {
  const planted = join(place().shortHost, "planted");
  const mark = join(planted, "ran");
  mkdirSync(planted);
  for (const name of "env sh node gpg gpgv psql pg_dump initdb postgres setpriv setsid systemd-run id find sha256sum docker hostname cat".split(
    " ",
  )) {
    writeFileSync(join(planted, name), `#!/bin/sh\nprintf '%s\\n' ${name} >>'${mark}'\nexit 1\n`);
    chmodSync(join(planted, name), 0o755);
  }
  const tried = await execa(place().launcher, ["backup", "selftest"], {
    reject: false,
    stdin: "ignore",
    env: { PATH: `${planted}:${process.env["PATH"] ?? ""}` },
  });
  expect([existsSync(mark) ? readFileSync(mark, "utf8") : "", tried.exitCode, tried.stderr]).toEqual([
    "",
    0,
    expect.stringContaining("PASS"),
  ]);
});

test("3,000 strange files among the approvals keep no signed statement from being admitted", async () => {
  const approvals = join(place().runtimeRoot, "approvals");
  for (let number = 0; number < STRANGERS; number += 1)
    writeFileSync(join(approvals, `SG_1_cut_authz-${run}-${number}.json${number % 2 ? ".sig" : ""}`), "{");
  execFileSync("mkfifo", [join(approvals, "EXECUTION-fifo.json")]);
  mkdirSync(join(approvals, "SG_2_lifecycle_authz.json"));
  const begun = Date.now();
  expect(await resume()).toMatchObject(waits);
  await host.authorizeCut(run);
  expect(Date.now() - begun).toBeLessThan(60_000);
  const admitted = await host.sql("SELECT gate FROM cutter_runtime.admission WHERE run_id = $1 ORDER BY gate", [run]);
  expect(admitted).toEqual([{ gate: "EXECUTION" }, { gate: "SG_1_cut_authz" }]);
  for (let number = 0; number < STRANGERS; number += 1)
    rmSync(join(approvals, `SG_1_cut_authz-${run}-${number}.json${number % 2 ? ".sig" : ""}`));
});

test("other names in an env file are no settings of the runner, and another login in it is refused before a row is read", async () => {
  const file = host.sandbox.credentials.exec.file;
  const honest = readFileSync(file, "utf8");
  const [code, mark] = [join(place().shortHost, "planted.cjs"), join(place().shortHost, "code-ran")];
  writeFileSync(code, `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "");\n`);
  appendFileSync(file, `NODE_OPTIONS=--require=${code}\nLD_PRELOAD=${code}\nPGHOST=203.0.113.1\nPGOPTIONS=-c x=y\n`);
  const looked = await host.cutter("precheck");
  expect([looked.status, existsSync(mark)]).toEqual([0, false]);
  const { user, password } = host.sandbox.credentials.admin;
  writeFileSync(file, honest.replace(/_USER=.*/, `_USER=${user}`).replace(/_PASSWORD=.*/, `_PASSWORD=${password}`));
  await expectRefused(host, resume, "STOP_DRIFT", /session_user is workflow_admin/);
  writeFileSync(file, honest);
});

test("a backup that was cut short or taken away after the signatures stops the run before a row is written", async () => {
  const backup = join(place().runtimeRoot, "backups", `${run}.sql.gpg`);
  const whole = readFileSync(backup);
  for (const spoil of [() => truncateSync(backup, whole.length - 100), () => rmSync(backup)]) {
    spoil();
    const before = await rowCounts(host);
    const answer = await resume();
    expect(answer.stop).toMatch(/^STOP_(?:DRIFT|COULD_NOT_LOOK|BACKUP_FAILED)$/);
    expect(answer.stderr).toContain(`${run}.sql.gpg`);
    expect(await rowCounts(host)).toEqual(before);
  }
  writeFileSync(backup, whole);
});

test("a forged last word in events.ndjson, under the numbers of processes to come, is not how the run ended", async () => {
  const forged = Array.from({ length: 5_000 }, (_, next) =>
    JSON.stringify({ at: new Date().toISOString(), pid: process.pid + next, event: "ended", exit: 0, stop: null }),
  );
  appendFileSync(fileOfRun("events.ndjson"), `${forged.join("\n")}\n`);
  // Leg A, its record and the verdict are written; what is asked for now is the signature of the enactment.
  const answer = await resume();
  expect(answer).toMatchObject(waits);
  expect(answer.events.filter(({ event }) => event === "ended")).toHaveLength(1);
  expect(state()).toMatchObject({ state: "awaiting_lifecycle_authorization", closed: null });
});

test("a state.json edited to say closed closes nothing: the run goes by its row, and the next step tells the truth again", async () => {
  const before = await rowCounts(host);
  const at = new Date().toISOString();
  const edited = { ...state(), state: "closeout_reported", closed: at, close_kind: "closeout", close_reason: "done" };
  writeFileSync(fileOfRun("state.json"), JSON.stringify(edited));
  // Looked at beside the file: the database has no closed run.
  expect(await host.cutter("orchestrate", "verify", run)).toMatchObject({ stop: "STOP_REFUSED_INPUT" });
  expect(await resume()).toMatchObject(waits);
  expect(state()).toMatchObject({ state: "awaiting_lifecycle_authorization", closed: null, close_kind: null });
  expect(await rowCounts(host)).toEqual(before);
});

test("a journal.ndjson that was cut short is told as drift, holds nothing up, and is whole after the next step", async () => {
  const whole = readFileSync(fileOfRun("journal.ndjson"), "utf8");
  writeFileSync(fileOfRun("journal.ndjson"), whole.slice(0, whole.length - 40));
  const verify = () => host.cutter("journal", "verify", run);
  expect(await verify()).toMatchObject({ status: 5, stop: "STOP_DRIFT" });
  await host.authorizeEnactment(run);
  expect(await resume()).toMatchObject({ status: 0 });
  expect(await verify()).toMatchObject({ status: 0 });
  expect(readFileSync(fileOfRun("journal.ndjson"), "utf8").startsWith(whole)).toBe(true);
});
