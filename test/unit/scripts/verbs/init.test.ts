// `npm run init` as a person and as a script meet it: at a terminal, without one, on a host that does not answer, and a second time.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import * as openpgp from "openpgp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { projectRoot } from "../../../../infra/place.ts";
import { placeOf } from "../../../../scripts/sandbox/place.ts";
import { ensureBackupRecipient, ensurePeople } from "../../../../scripts/sandbox/throw-away-keys.ts";
import { linkPackages } from "../../../support/project-copy.ts";

const folder = mkdtempSync(join(tmpdir(), "init-"));
const at = (...names: string[]): string => join(folder, ...names);
const program = at("dist", "scripts", "init.mjs");
let answers: Record<string, unknown>;

beforeAll(async () => {
  linkPackages(folder);
  for (const name of ["package.json", "Pulumi.yaml", "Pulumi.contabo.yaml.example"])
    copyFileSync(join(projectRoot(), name), at(name));
  await build({
    absWorkingDir: projectRoot(),
    entryPoints: ["scripts/verbs/init.ts"],
    outfile: program,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
  });
  mkdirSync(at("keys"));
  const place = placeOf(at("keys"), { host: at("h"), database: at("d") });
  const { persons } = await ensurePeople(place, "h");
  await ensureBackupRecipient(place);
  const person = await Promise.all(
    persons.map(async ({ id, name, gates, keyFile }) => {
      const secret = await openpgp.readPrivateKey({ armoredKey: readFileSync(keyFile, "utf8") });
      writeFileSync(at(`${id}.asc`), secret.toPublic().armor());
      return { id, name, key: at(`${id}.asc`), gates: [...gates] };
    }),
  );
  answers = {
    // Nothing listens there.
    host: "127.0.0.1",
    port: 9,
    key: at("linh.asc"),
    "host-key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA",
    name: "vmi1",
    "db-system-identifier": "7000000000000000001",
    "postgres-bin": "/usr/lib/postgresql/17/bin",
    "backup-key": place.backupKeySource,
    person,
  };
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  for (const name of ["Pulumi.vmi1.yaml", "people"]) rmSync(at(name), { recursive: true, force: true });
});

const init = (...words: string[]) =>
  execa(process.execPath, [program, ...words], { cwd: folder, reject: false, stdin: "ignore" });
function fileOf(value: Record<string, unknown>, name = "answers.yaml"): string {
  writeFileSync(at(name), name.endsWith(".json") ? JSON.stringify(value) : stringify(value));
  return at(name);
}
const STACK_FILE = "Pulumi.vmi1.yaml";

test("without a terminal everything that is missing is told in one stop, and nothing is written", async () => {
  const told = await init("vmi1", "--no-look", "--host", "h.example");
  expect(told.exitCode).toBe(4);
  for (const option of ["--key:", "--host-key:", "--name:", "--db-system-identifier:", "--backup-key:", "--person:"])
    expect(told.stderr).toContain(option);
  expect(told.stderr).not.toContain("--host:");
  expect([existsSync(at(STACK_FILE)), existsSync(at("people"))]).toEqual([false, false]);
});

test("a host that does not answer is told, and init still writes what was answered, from YAML and from JSON", async () => {
  for (const name of ["answers.yaml", "answers.json"]) {
    const told = await init("vmi1", "--answers", fileOf(answers, name), "--overwrite");
    expect([told.exitCode, told.stderr]).toEqual([
      0,
      expect.stringMatching(/could not look at the host: 127[.]0[.]0[.]1:9/),
    ]);
    expect(told.stdout).toMatch(/Pulumi[.]vmi1[.]yaml[\s\S]*npm run drift -- --stack vmi1 --save-plan/);
    expect(existsSync(at("people", "vmi1", "linh.profile.json"))).toBe(true);
  }
});

test("files of an earlier init are not written over unless that is said", async () => {
  const file = fileOf(answers);
  expect((await init("vmi1", "--no-look", "--answers", file)).exitCode).toBe(0);
  writeFileSync(at(STACK_FILE), "# mine\n");
  const again = await init("vmi1", "--no-look", "--answers", file);
  expect([again.exitCode, again.stderr, readFileSync(at(STACK_FILE), "utf8")]).toEqual([
    4,
    expect.stringContaining("is there already"),
    "# mine\n",
  ]);
  expect((await init("vmi1", "--no-look", "--answers", file, "--overwrite")).exitCode).toBe(0);
  expect(readFileSync(at(STACK_FILE), "utf8")).toContain("cutter:connection:");
});

test("an answer out of form and a word nobody asks for are named without their value, and options win over the file", async () => {
  const wrong = await init(
    "vmi1",
    "--no-look",
    "--answers",
    fileOf({ ...answers, port: "s3cret", "host-key": "ssh-rsa AAAAB3" }),
  );
  expect([wrong.exitCode, wrong.stderr]).toEqual([4, expect.stringMatching(/--port:[\s\S]*--host-key:.*ssh-ed25519/)]);
  expect(wrong.stderr).not.toContain("s3cret");
  const unknown = await init("vmi1", "--no-look", "--answers", fileOf({ ...answers, passwort: "s3cret" }));
  expect([unknown.exitCode, unknown.stderr]).toEqual([4, expect.stringContaining("unknown passwort")]);
  expect(unknown.stderr).not.toContain("s3cret");
  expect((await init("vmi1", "--no-look", "--answers", fileOf(answers), "--db-name", "other")).exitCode).toBe(0);
  expect(readFileSync(at(STACK_FILE), "utf8")).toContain("name: other");
});

test("at a terminal each open question is asked with its default, a wrong answer again, and the program ends by itself", async () => {
  const given = Object.fromEntries(Object.entries(answers).filter(([name]) => name !== "db-system-identifier"));
  const replies = new Map([["system identifier", ["none", "7000000000000000002"]]]);
  const words = ["vmi1", "--no-look", "--answers", fileOf(given)].map((word) => `'${word}'`).join(" ");
  const child = execa("script", ["-qefc", `'${process.execPath}' '${program}' ${words}`, "/dev/null"], {
    cwd: folder,
    stdin: "pipe",
    reject: false,
    all: true,
    timeout: 60_000,
  });
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    if (!chunk.trimEnd().endsWith(":")) return;
    const open = [...replies].find(([question]) => chunk.includes(question))?.[1];
    child.stdin.write(`${open?.shift() ?? ""}\n`);
  });
  const done = await child;
  expect([done.timedOut, done.exitCode, done.all]).toEqual([false, 0, expect.stringContaining("10 to 25 digits")]);
  expect(done.all).toContain("folder of the runs [/var/lib/cutter]:");
  expect(readFileSync(at(STACK_FILE), "utf8")).toContain('system_identifier: "7000000000000000002"');
});
