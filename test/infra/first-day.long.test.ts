// docs/real-host.md, followed command by command on a host shaped like the user's: service users, sudo, umask 0002, env files, a home of
// mode 0700, people with keys in their own GnuPG; and the host is reached through a jump host, as the page allows. Two things differ and stand here: places and users get names nobody has, and the stack
// says that it is a sandbox, because the official plugin and a remote backend cannot be had in a test.
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { typeAnswers } from "../support/typed-signing.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { projectRoot } from "../../infra/place.ts";
import { readPackage, type PackageName } from "../../infra/packages.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { sha256 } from "../../runner/model/canonical.ts";
import { ensureBackupRecipient } from "../../scripts/sandbox/throw-away-keys.ts";
import { placeOf } from "../../scripts/sandbox/place.ts";
import {
  BOOTSTRAP_ROLE,
  SUBSTRATE_TEMPLATE,
  startTestCluster,
  withClient,
  type TestCluster,
} from "../support/cluster.ts";
import { gpgHome, type GpgHome } from "../support/gpg-home.ts";
import { operatorClone, removeClones, type OperatorClone } from "../support/operator-clone.ts";
import { pageBlocks } from "../support/page-blocks.ts";
import type { RunbookCommand } from "../support/runbook.ts";
import { startThrowAwaySshd, type ThrowAwaySshd } from "../support/throw-away-sshd.ts";

const LONG = 1_800_000;
const asRoot = process.getuid?.() === 0;
if (!asRoot) process.stdout.write("the first day of a real host is tested as root only: it makes UNIX users\n");
const PEOPLE = [
  { id: "linh", gates: ["SG_1_cut_authz"] },
  { id: "minh", gates: ["EXECUTION", "SG_2_lifecycle_authz"] },
  { id: "hoa", gates: ["SG_2_lifecycle_authz"] },
] as const;

const tag = randomBytes(3).toString("hex");
const STACK = `vmi${tag}`;
const database = `first_${tag}`;
const passwords = Object.fromEntries(
  ["gate", "halt", "backup", "engine"].map((role) => [role, randomBytes(16).toString("hex")]),
);
let folder: string;
let cluster: TestCluster;
let sshd: ThrowAwaySshd;
let jump: ThrowAwaySshd;
let clone: OperatorClone;
const homes = new Map<string, GpgHome>();
const said: Record<string, string> = {};
let umask: number | undefined;

/** The page's places and users, as this machine may have them. */
const placed = (text: string): string =>
  text
    .replaceAll("/var/lib/cutter", `${folder}/var`)
    .replaceAll("/etc/cutter", `${folder}/etc`)
    .replaceAll(/(?<=[ -])cutter-gate\b/g, `ct${tag}-gate`)
    .replaceAll(/(?<=passwd |nologin |-g )cutter\b(?!-)/g, `ct${tag}`);

/** What a placeholder of the page stands for now. */
function meant(name: string): string {
  const { facts } = cluster;
  const known: Record<string, string | undefined> = {
    "exec-password": facts.passwords.cutter_exec,
    "verify-password": facts.passwords.cutter_verify,
    "gate-password": passwords["gate"],
    "halt-password": passwords["halt"],
    "backup-password": passwords["backup"],
    "engine-password": passwords["engine"],
    "admin-password": facts.passwords.workflow_admin,
    "db-host": facts.host,
    "db-port": String(facts.port),
    "db-name": database,
    stack: STACK,
    answers: join(folder, "answers.yaml"),
    plan: join(clone.folder, "first.plan"),
    "document-id": "FIRST-1",
    file: join(folder, "law.md"),
    ...said,
  };
  const value = known[name];
  if (value === undefined) throw new Error(`a placeholder the page does not explain: <${name}>`);
  return value;
}
const filled = (text: string): string => text.replaceAll(/<([A-Za-z0-9_-]+)>/g, (_all, name: string) => meant(name));

beforeAll(async () => {
  if (!asRoot) return;
  if (programPath("sudo") === undefined) throw new Error("missing: sudo (Debian package sudo)");
  // A proxy that nobody serves: whatever went through it would fail.
  for (const name of ["http_proxy", "https_proxy"]) process.env[name] = "http://127.0.0.1:9";
  umask = process.umask(0o002);
  folder = mkdtempSync("/tmp/fd-");
  execFileSync("chmod", ["0755", folder]);
  cluster = await startTestCluster();
  // As a distribution's server: every user of the host reaches the socket, and a password decides.
  execFileSync("chmod", ["0755", cluster.facts.host]);
  execFileSync("chmod", ["0777", join(cluster.facts.host, `.s.PGSQL.${cluster.facts.port}`)]);
  sshd = await startThrowAwaySshd();
  jump = await startThrowAwaySshd();
  await withClient(cluster.facts, BOOTSTRAP_ROLE, "postgres", async (client) => {
    await client.query(`CREATE DATABASE ${database} TEMPLATE ${SUBSTRATE_TEMPLATE} OWNER workflow_admin`);
    // The cluster's templates made them; a real host has none of them before its first up.
    for (const role of ["gate", "halt", "backup", "engine"])
      await client.query(`ALTER ROLE cutter_${role} PASSWORD NULL`);
  });
  clone = await operatorClone("desk");
  writeFileSync(join(folder, "law.md"), "# One\n\nThe first text.\n\n# Two\n\nThe second text.\n");
  await prepareAnswers();
}, 600_000);
afterAll(async () => {
  for (const home of homes.values()) await home.close();
  await removeClones();
  await sshd?.stop();
  await jump?.stop();
  await cluster?.stop();
  for (const name of [`ct${tag}`, `ct${tag}-gate`]) spawnSync("userdel", [name]);
  if (folder) rmSync(folder, { recursive: true, force: true });
  if (umask !== undefined) process.umask(umask);
}, LONG);

/** Keys of people and backup on this workstation, and the file of answers as the page shows it. */
async function prepareAnswers(): Promise<void> {
  const keys = join(folder, "keys");
  mkdirSync(keys, { mode: 0o700 });
  const person = [];
  for (const { id, gates } of PEOPLE) {
    const home = await gpgHome();
    homes.set(id, home);
    const fingerprint = await home.generate(`${id} <${id}@example.org>`, new Date(Date.now() - 60_000));
    writeFileSync(join(keys, `${id}.asc`), await home.exported(fingerprint));
    person.push({ id, name: id, key: join(keys, `${id}.asc`), gates: [...gates] });
  }
  const operator = join(folder, "operator");
  mkdirSync(operator);
  const place = placeOf(operator, { host: join(operator, "h"), database: join(operator, "d") });
  await ensureBackupRecipient(place);
  const [key, jumpKey] = [join(keys, "provision"), join(keys, "hop")];
  writeFileSync(key, sshd.privateKey, { mode: 0o600 });
  writeFileSync(jumpKey, jump.privateKey, { mode: 0o600 });
  const { facts } = cluster;
  const answers = {
    host: sshd.host,
    port: sshd.port,
    login: sshd.user,
    key,
    "host-key": sshd.hostKey,
    jump: jump.host,
    "jump-port": jump.port,
    "jump-login": jump.user,
    "jump-key": jumpKey,
    "jump-host-key": jump.hostKey,
    sudo: true,
    name: "vmi-first-day",
    node: process.execPath,
    runner: `ct${tag}`,
    gate: `ct${tag}-gate`,
    root: join(folder, "var"),
    etc: join(folder, "etc"),
    releases: join(folder, "opt", "releases"),
    launcher: join(folder, "bin", "cutter"),
    scratch: join(folder, "s"),
    "db-host": facts.host,
    "db-port": facts.port,
    "db-name": database,
    "db-pass-file": join(folder, "etc", "admin.pgpass"),
    psql: facts.binDir,
    "postgres-bin": facts.binDir,
    "backup-key": place.backupKeySource,
    release: join(clone.folder, "dist", "runner"),
    person,
  };
  for (const name of ["opt", "bin"]) mkdirSync(join(folder, name), { mode: 0o755 });
  writeFileSync(join(folder, "answers.yaml"), stringify(answers));
}

/** A command of the page, as it stands there; the answer must have the exit status the page names. */
async function perform({ line, name, words, exit }: RunbookCommand): Promise<void> {
  const args = words.map(filled);
  const { status, stdout, stderr } = name === "approve" ? await sign(args) : await clone.script(name, ...args);
  expect([line, status, status === exit ? "" : `${stdout}\n${stderr}`]).toEqual([line, exit, ""]);
  said["run-id"] = /run (ictr-\S+) opened/.exec(stderr)?.[1] ?? said["run-id"] ?? "";
  const signed = /^signed and verified: (.+)$/m.exec(stdout)?.[1];
  const gate = /\/(SG_1_cut_authz|EXECUTION|SG_2_lifecycle_authz)-\d+$/.exec(args[0] ?? "")?.[1];
  if (signed !== undefined && gate !== undefined) said[`signed-${gate}`] = signed;
  if (name === "init") asSandbox();
  if (name === "package") acknowledge(args[1] as PackageName);
}

/** A person types what approve asks for, at their own GnuPG. */
async function sign(args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const person = /people\/[^/]+\/([a-z]+)\.profile/.exec(args.join(" "))?.[1] ?? "";
  const bundle = join(clone.folder, args[0] ?? "");
  const [program, ...words] = clone.line("approve", ...args);
  const child = execa(program, words, {
    cwd: clone.folder,
    reject: false,
    env: { GNUPGHOME: homes.get(person)?.home ?? "/nobody" },
    stdin: "pipe",
  });
  typeAnswers(child, bundle);
  const done = await child;
  return { status: done.exitCode ?? -1, stdout: done.stdout, stderr: done.stderr };
}

const stackFile = (): string => join(clone.folder, `Pulumi.${STACK}.yaml`);
const edit = (from: RegExp, to: string): void => {
  const text = readFileSync(stackFile(), "utf8");
  expect(text).toMatch(from);
  writeFileSync(stackFile(), text.replace(from, to));
};

// The one line that a test changes in what init wrote.
const asSandbox = (): void => edit(/^ {2}cutter:sandbox: false$/m, "  cutter:sandbox: true");

/** The edit that the page asks for after a package was read. */
function acknowledge(name: PackageName): void {
  const digest = sha256(readPackage(name, join(projectRoot(), "sql", "packages")).sql);
  edit(/^ {4}ack: (?:\{ ?\}|\{(.*)\})$/m, "    ack: {$1}");
  edit(
    /^ {4}ack: \{(.*)\}$/m,
    `    ack: {$1${readFileSync(stackFile(), "utf8").includes("ack: {}") ? "" : ", "}${name}: ${digest}}`,
  );
}

test.runIf(asRoot)(
  "the page of a real host leads from nothing to an enacted and verified cut, each command as it stands",
  async () => {
    const blocks = pageBlocks(join(projectRoot(), "docs", "real-host.md"));
    for (const block of blocks) {
      if (block.kind === "here") for (const command of block.commands) await perform(command);
      else if (block.kind === "person")
        for (const { home } of homes.values())
          execFileSync("sh", ["-eu"], { input: block.script, env: { ...process.env, GNUPGHOME: home } });
      else execFileSync("sh", ["-eu"], { input: filled(placed(block.script)), stdio: ["pipe", "inherit", "inherit"] });
    }
    const enacted = await withClient(
      cluster.facts,
      BOOTSTRAP_ROLE,
      database,
      async (client) =>
        (
          await client.query<{ n: string }>(
            "SELECT count(*)::text AS n FROM public.information_unit WHERE canonical_address LIKE 'FIRST-1/%' AND lifecycle_status = 'enacted'",
          )
        ).rows[0]?.n,
    );
    expect(enacted).toBe("2");
    // Nothing reached the host but through the jump host.
    expect(sshd.logins()).toBeGreaterThan(10);
    expect(jump.logins()).toBeGreaterThanOrEqual(sshd.logins());
    // Comments survive what the engine writes into the file.
    expect(readFileSync(stackFile(), "utf8")).toContain("# The only key the host may show.");
  },
  LONG,
);
