// Env files on a real host: what `up` makes of a file is what the runner logs in with, in every form; what cannot be read for sure is told
// by file and line, by drift and by `up`, and never a value.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StackConfig } from "../../infra/config.ts";
import { credentialOf } from "../../runner/adapters/credentials.ts";
import { ROLES, type RoleKey } from "../../runner/model/run.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { ensureStack } from "../../scripts/stack/pulumi.ts";
import { ENV_FORMS, type EnvForm } from "../support/env-forms.ts";
import { provisionedHost, type ProvisionedHost } from "../support/provisioned-host.ts";

const OURS = ["gate", "halt", "backup"] as const;
const READ = ENV_FORMS.filter(({ value }) => value !== undefined && value !== "");
const REFUSED = ENV_FORMS.filter(({ refused }) => refused !== undefined);
let host: ProvisionedHost;
let config: StackConfig;
let folder: string;

const fileOf = (role: RoleKey): string => join(folder, `${role}.env`);
const passwordName = (role: RoleKey): string => `DOT_CUTTER_${role.toUpperCase()}_DB_PASSWORD`;

/** The form with the user's name behind it, which every form must leave readable. */
function write(role: RoleKey, form: EnvForm | undefined): void {
  const user = `DOT_CUTTER_${role.toUpperCase()}_DB_USER=${ROLES[role]}\n`;
  const text = form === undefined ? `${passwordName(role)}=pl4in-t3xt\n` : form.text(passwordName(role));
  writeFileSync(fileOf(role), `${text}${/[\r\n]$/.test(text) ? "" : "\n"}${user}`, { mode: 0o600 });
}

beforeAll(async () => {
  host = await provisionedHost({ release: "built" });
  folder = join(host.folder, "env files");
  mkdirSync(folder, { mode: 0o700 });
  const { owner, group } = host.config.runtime;
  const roles = Object.keys(ROLES) as RoleKey[];
  const { content } = host.config.orchestrator;
  config = {
    ...host.config,
    envFiles: roles.map((role) => ({ file: fileOf(role), owner, group, mode: "0600" })),
    orchestrator: {
      ...host.config.orchestrator,
      content: {
        ...content,
        credentials: Object.fromEntries(roles.map((role) => [role, fileOf(role)])) as typeof content.credentials,
      },
    },
  };
  for (const role of roles) write(role, undefined);
  host.declare(config);
  await ensureStack(host.engine);
  expect(await host.up()).toEqual([]);
}, 600_000);
afterAll(() => host?.remove());

const rounds = Array.from({ length: Math.ceil(READ.length / OURS.length) }, (_, round) =>
  READ.slice(round * OURS.length, (round + 1) * OURS.length),
);

test.each(rounds.map((forms) => [forms.map(({ name }) => name).join("; "), forms] as const))(
  "up and the runner read the same password: %s",
  async (_names, forms) => {
    for (const [index, form] of forms.entries()) {
      const role = OURS[index] ?? "gate";
      write(role, form);
      await host.sql(`ALTER ROLE ${ROLES[role]} PASSWORD NULL`);
    }
    expect(await host.up()).toEqual([]);
    for (const [index, form] of forms.entries()) {
      const role = OURS[index] ?? "gate";
      const login = await credentialOf(config.orchestrator.content, role);
      expect([form.name, login]).toEqual([form.name, { user: ROLES[role], password: form.value }]);
      const { host: address, port, name: database } = config.database;
      const client = new pg.Client({ host: address, port, database, ...login, ssl: false });
      await client.connect();
      await client.end();
    }
    for (const role of OURS) write(role, undefined);
  },
);

test("every form that is refused is told by drift with its line, and the runner refuses it in the same words", async () => {
  const roles = Object.keys(ROLES) as RoleKey[];
  for (let at = 0; at < REFUSED.length; at += roles.length) {
    const forms = REFUSED.slice(at, at + roles.length);
    for (const [index, form] of forms.entries()) write(roles[index] ?? "gate", form);
    const told = (await host.look()).filter(({ component }) => component === "env-files");
    for (const [index, { name, refused, line }] of forms.entries()) {
      const role = roles[index] ?? "gate";
      const have = told.find(({ path }) => path.startsWith(`login ${ROLES[role]} in `))?.have ?? "";
      expect([name, have]).toEqual([name, expect.stringMatching(refused ?? /$./)]);
      expect([name, have]).toEqual([name, expect.stringContaining(`line ${line ?? 1}, ${passwordName(role)}: `)]);
      const stop = await credentialOf(config.orchestrator.content, role).catch((error: unknown) => error);
      expect([name, stop instanceof Stopped ? stop.facts.saw : ""]).toEqual([name, `${fileOf(role)} ${have}`]);
    }
    expect(JSON.stringify(told)).not.toContain("s3cret");
    for (const role of roles) write(role, undefined);
  }
});

test("up refuses a file that cannot be read for sure by file and line, and sets nothing", async () => {
  write(
    "gate",
    REFUSED.find(({ name }) => name.includes("dollar without")),
  );
  await host.sql("ALTER ROLE cutter_gate PASSWORD NULL");
  const stop = await host.up().catch((error: unknown) => (error instanceof Error ? error.message : ""));
  expect(stop).toContain("gate.env line 2, DOT_CUTTER_GATE_DB_PASSWORD: a $ in a value without quotes");
  expect(stop).not.toContain("s3cret");
  expect(
    await host.sql("SELECT 1 AS one FROM pg_authid WHERE rolname = 'cutter_gate' AND rolpassword IS NULL"),
  ).toEqual([{ one: 1 }]);
  write("gate", undefined);
  expect(await host.up()).toEqual([]);
});

test("a missing name, another role, another mode and a missing file are facts of drift, and up mends the mode alone", async () => {
  const before = readFileSync(fileOf("exec"), "utf8");
  writeFileSync(fileOf("exec"), "DOT_CUTTER_EXEC_DB_PASSWORD=pl4in-t3xt\n");
  writeFileSync(fileOf("verify"), before.replaceAll("EXEC", "VERIFY"));
  chmodSync(fileOf("gate"), 0o644);
  execFileSync("mv", [fileOf("halt"), `${fileOf("halt")}.away`]);
  const told = (await host.look()).map(({ path, have }) => `${path.replaceAll(`${folder}/`, "")}: ${have}`);
  const { owner, group } = host.config.runtime;
  expect(told.sort()).toEqual([
    `gate.env: file ${owner}:${group} 0644`,
    "halt.env: absent",
    "login cutter_exec in exec.env: DOT_CUTTER_EXEC_DB_USER, DOT_CUTTER_EXEC_DB_PASSWORD: DOT_CUTTER_EXEC_DB_USER not set",
    "login cutter_verify in verify.env: DOT_CUTTER_VERIFY_DB_USER, DOT_CUTTER_VERIFY_DB_PASSWORD: DOT_CUTTER_VERIFY_DB_USER names another role than cutter_verify",
  ]);
  expect((await host.up()).map(({ path }) => path.replaceAll(`${folder}/`, "").split(":")[0]).sort()).toEqual([
    "halt.env",
    "login cutter_exec in exec.env",
    "login cutter_verify in verify.env",
  ]);
  expect(readFileSync(fileOf("exec"), "utf8")).toBe("DOT_CUTTER_EXEC_DB_PASSWORD=pl4in-t3xt\n");
  expect(spawnSync("grep", ["-rlE", "pl4in-t3xt", host.engine.place.project]).stdout.toString()).toBe("");
});
