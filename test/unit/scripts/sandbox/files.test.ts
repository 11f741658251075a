import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { renderLauncher } from "../../../../infra/render/release.ts";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { configSchema } from "../../../../runner/model/config.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { childEnvironment, refuseForeignEnvironment } from "../../../../infra/ssh/environment.ts";
import { runProgram } from "../../../../scripts/frame/run-program.ts";
import { ensureCredentials } from "../../../../scripts/sandbox/credentials.ts";
import { exclusively } from "../../../../scripts/frame/exclusive.ts";
import { renderConfig } from "../../../../scripts/sandbox/host-config.ts";
import { lastRun } from "../../../../scripts/sandbox/last-run.ts";
import { shellWord } from "../../../../runner/rules/shell-word.ts";
import { renderPsqlLauncher } from "../../../../scripts/sandbox/launchers.ts";
import { endProcess, identifyProcess, stillRuns } from "../../../../scripts/sandbox/own-process.ts";
import { placeOf } from "../../../../scripts/sandbox/place.ts";
import { readState } from "../../../../scripts/sandbox/state-file.ts";
import { environmentLines } from "../../../../scripts/sandbox/verbs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "with blank ' quote "));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = () => placeOf(folder, { host: "/tmp/c-0123abcd", database: "/tmp/c-89abcdef" });
const config = () =>
  renderConfig({
    place: place(),
    host: "sandbox",
    database: { host: "/tmp/c-89abcdef/socket", port: 5432, name: "directus", systemIdentifier: "7400000000000000000" },
    approversSha: sha256("a"),
    recipient: "A".repeat(40),
    postgresBin: "/usr/lib/postgresql/15/bin",
    scratchUser: null,
  });

test.each(["plain", "two words", "it's", "$(touch x)", "`id`", 'double "quote"', "*", "back\\slash", "~"])(
  "the shell reads %s as exactly that word",
  (text) => {
    expect(spawnSync("sh", ["-c", `printf %s ${shellWord(text)}`]).stdout.toString()).toBe(text);
  },
);

test("the launchers pass arguments on, in an environment the caller cannot steer", () => {
  const program = join(folder, "show.mjs");
  mkdirSync(join(folder, "current"));
  writeFileSync(
    join(folder, "current", "cutter.mjs"),
    "console.log(JSON.stringify([process.argv.slice(2), Object.keys(process.env).sort()]))",
  );
  writeFileSync(
    program,
    renderLauncher({ node: process.execPath, folder, config: join(folder, "config.json"), home: "/home of somebody" }),
    { mode: 0o700 },
  );
  const done = spawnSync(program, ["orchestrate", "a b", "$HOME"], {
    env: { ...process.env, NODE_OPTIONS: "--require /nowhere.cjs", PGOPTIONS: "-c x=y" },
  });
  expect(done.stderr.toString()).toBe("");
  expect(JSON.parse(done.stdout.toString())).toEqual([
    ["--config", join(folder, "config.json"), "orchestrate", "a b", "$HOME"],
    ["HOME", "LANG", "PATH"],
  ]);
});

test("the psql launcher names a password file and never a password prompt", () => {
  const text = renderPsqlLauncher("/usr/bin/psql", join(folder, "x.pgpass"), {
    host: "/tmp/c-89abcdef/socket",
    port: 5432,
    name: "directus",
    user: "cutter_exec",
  });
  expect(text).toContain("-X -w ");
  expect(spawnSync("sh", ["-n", "-c", text]).status).toBe(0);
});

test("the configuration is what the runner's schema accepts and the same facts give the same bytes", () => {
  expect(configSchema.parse(JSON.parse(config())).backup.tables).toHaveLength(12);
  expect(config()).toBe(config());
});

test("no generated password stands in the configuration and each env file is readable by its owner only", () => {
  mkdirSync(place().envFolder, { recursive: true });
  const { credentials, made } = ensureCredentials(place().envFolder);
  expect(made).toHaveLength(8);
  for (const { file, password } of Object.values(credentials)) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect(config()).not.toContain(password);
  }
  expect(new Set(Object.values(credentials).map(({ password }) => password)).size).toBe(8);
  expect(ensureCredentials(place().envFolder)).toEqual({ credentials, made: [] });
});

test("the newest run is named by its id, and by empty texts when there was none", () => {
  expect(lastRun(folder)).toEqual({ runId: "", documentId: "" });
  for (const id of ["ictr-20261120T100000Z-00000001", "ictr-20261120T110000Z-00000000", "not-a-run"])
    mkdirSync(join(folder, id));
  expect(lastRun(folder)).toEqual({ runId: "ictr-20261120T110000Z-00000000", documentId: "" });
  writeFileSync(
    join(folder, "ictr-20261120T110000Z-00000000", "state.json"),
    JSON.stringify({ document_id: "SAMPLE", state: "marked" }),
  );
  expect(lastRun(folder).documentId).toBe("SAMPLE");
});

test("the exports can be evaluated by a shell when the folder's path has blanks and quotes", () => {
  mkdirSync(join(place().runtimeRoot, "runs"), { recursive: true });
  const script = `set -u; ${environmentLines(place()).join("\n")}\nprintf '%s|%s|%s' "$CUTTER_ROOT" "$CUTTER_BIN" "$CUTTER_RUN_ID"`;
  expect(spawnSync("sh", ["-c", script]).stdout.toString()).toBe(`${place().runtimeRoot}|/tmp/c-0123abcd/bin/cutter|`);
});

test("a process is ours only if pid, start time and command line match", async () => {
  const child = (await import("node:child_process")).spawn("sleep", ["300"], { stdio: "ignore" });
  const known = identifyProcess(child.pid ?? 0);
  if (!known) throw new Error("the child has no identity");
  try {
    expect(stillRuns(known)).toBe(true);
    const strangers = [
      { ...known, started: `${known.started}1` },
      { ...known, command: "postgres -D elsewhere" },
    ];
    for (const stranger of strangers) {
      expect(stillRuns(stranger)).toBe(false);
      await endProcess(stranger);
    }
    expect(stillRuns(known)).toBe(true);
  } finally {
    await endProcess(known);
  }
  expect(stillRuns(known)).toBe(false);
});

test("two commands at once take turns, and the lock of a dead one is taken over", async () => {
  const order: string[] = [];
  const turn = (name: string) =>
    exclusively(folder, async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} out`);
    });
  await Promise.all([turn("a"), turn("b")]);
  expect(order[0]?.[0]).toBe(order[1]?.[0]);
  mkdirSync(join(folder, "lock"));
  writeFileSync(
    join(folder, "lock", "owner.json"),
    JSON.stringify({ pid: process.pid, started: "another boot 1", command: "node" }),
  );
  await turn("c");
  expect(order.at(-1)).toBe("c out");
});

test("a state file of another form is refused by name and not overwritten", () => {
  const file = join(folder, "state.json");
  writeFileSync(file, '{"schema_version":"0"}');
  expect(() => readState(file)).toThrow(Stopped);
  expect(readFileSync(file, "utf8")).toBe('{"schema_version":"0"}');
});

test("a setting that runs foreign code is refused by name, and psql's and gpg's settings do not reach children", () => {
  expect(() => refuseForeignEnvironment({ NODE_OPTIONS: "--require /x/secret.cjs", ZX_PREFIX: "id;" })).toThrow(
    /NODE_OPTIONS|ZX_PREFIX/,
  );
  expect(() => refuseForeignEnvironment({ NODE_OPTIONS: "--require /x/secret.cjs" })).not.toThrow(/secret/);
  expect(() => refuseForeignEnvironment({ PATH: "/bin", NODE_OPTIONS: "" })).not.toThrow();
  expect(childEnvironment({ PATH: "/bin", PGOPTIONS: "-c a=b", PGSERVICE: "x", GNUPGHOME: "/y" })).toEqual({
    PATH: "/bin",
  });
});

test("with --json a stop is the last word on standard output too, in the host's form or the program's own", async () => {
  const words: unknown[] = [];
  const silent = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const write = vi
    .spyOn(process.stdout, "write")
    .mockImplementation((text) => words.push(JSON.parse(String(text))) > 0);
  const stop = () =>
    Promise.reject(
      new Stopped("STOP_REFUSED_INPUT", { saw: "a", wanted: "b", hint: "see `cutter orchestrate status`" }),
    );
  process.argv.push("--json");
  try {
    await runProgram(stop);
    await runProgram(stop, { aboutRun: false, lastWord: ({ code }) => ({ stop: { code, line: 0, reason: "r" } }) });
  } finally {
    process.argv.pop();
    for (const spy of [write, silent]) spy.mockRestore();
    process.exitCode = 0;
  }
  expect(words).toEqual([
    {
      event: "ended",
      exit: 4,
      stop: {
        code: "STOP_REFUSED_INPUT",
        saw: "a",
        wanted: "b",
        hint: "see `npm run status`",
        next: null,
        or: null,
        details: [],
      },
    },
    { stop: { code: "STOP_REFUSED_INPUT", line: 0, reason: "r" } },
  ]);
});

test("a program of the workstation prints a stop as the host does, and says nothing is committed only where no run is meant", async () => {
  const printed: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  const stop = () =>
    Promise.reject(new Stopped("STOP_DRIFT", { saw: "a", wanted: "b", next: "npm run x", details: ["one", "two"] }));
  try {
    await runProgram(stop);
    await runProgram(stop, { aboutRun: true });
    expect(process.exitCode).toBe(5);
  } finally {
    write.mockRestore();
    process.exitCode = 0;
  }
  for (const part of [
    /^STOP_DRIFT: /,
    /^saw +a$/m,
    /^wanted +b$/m,
    /^ +- +one$/m,
    /^NEXT +npm run x$/m,
    /^CALL +operator$/m,
  ])
    for (const text of printed) expect(text).toMatch(part);
  expect(printed.map((text) => /^COMMITTED SO FAR +(.*)$/m.exec(text)?.[1])).toEqual([
    "nothing: this command opened no run",
    expect.stringContaining("not read"),
  ]);
});
