// A host to provision: folders of its own, a PostgreSQL with the existing system in it, an sshd, a stack of the real engine.
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { buildInfra } from "../../scripts/build/infra-bundle.mjs";
import type { StackConfig } from "../../infra/config.ts";
import type { DriftLine } from "../../infra/drift.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { PACKAGES } from "../../infra/packages.ts";
import { bringUpStack, lookWithEngine } from "../../scripts/stack/engine-runs.ts";
import { makePassphrase, openStack } from "../../scripts/stack/pulumi.ts";
import type { Engine } from "../../scripts/stack/pulumi.ts";
import { renderConfig } from "../../scripts/sandbox/host-config.ts";
import { projectRoot } from "../../infra/place.ts";
import { placeOf } from "../../scripts/sandbox/place.ts";
import { ensureBackupRecipient, ensurePeople } from "../../scripts/sandbox/throw-away-keys.ts";
import { writeStackConfig } from "../../scripts/stack/stack-config.ts";
import { configSchema } from "../../runner/model/config.ts";
import { ROLES } from "../../runner/model/run.ts";
import { BOOTSTRAP_ROLE, SUBSTRATE_TEMPLATE, startTestCluster, withClient } from "./cluster.ts";
import type { TestCluster } from "./cluster.ts";
import { freePort, startThrowAwaySshd } from "./throw-away-sshd.ts";
import type { ThrowAwaySshd } from "./throw-away-sshd.ts";

/** The host and everything a test may do with it. */
export interface ProvisionedHost {
  readonly folder: string;
  readonly config: StackConfig;
  readonly engine: Engine;
  readonly sshd: ThrowAwaySshd;
  /** Declares other values; takes effect with the next look. */
  declare(change: Partial<StackConfig>): void;
  look(): Promise<readonly DriftLine[]>;
  up(): Promise<readonly DriftLine[]>;
  sql<T extends pg.QueryResultRow>(text: string): Promise<T[]>;
  remove(): Promise<void>;
}

/** `built`: the runner as it is shipped, which needs `npm run build`; `small`: two files in its form, with which an `up` is quicker. */
export interface HostOptions {
  readonly release: "built" | "small";
  /** The server listens on TCP, so that other UNIX users reach it; else on a socket of its own user. */
  readonly tcp?: true;
}

/** Makes it; nothing of the cutter is on it yet. */
export async function provisionedHost(options: HostOptions = { release: "small" }): Promise<ProvisionedHost> {
  const folder = mkdtempSync("/tmp/a host-");
  const cluster = await startTestCluster("fast", undefined, options.tcp ? await freePort() : undefined);
  const sshd = await startThrowAwaySshd();
  // A host that fails half-way would leave its servers running for nobody.
  return await hostOf(folder, cluster, sshd, options).catch(async (error: unknown) => {
    await sshd.stop();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
}

async function hostOf(
  folder: string,
  cluster: TestCluster,
  sshd: ThrowAwaySshd,
  options: HostOptions,
): Promise<ProvisionedHost> {
  const name = `t_${randomBytes(4).toString("hex")}`;
  await withClient(cluster.facts, BOOTSTRAP_ROLE, "postgres", (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${SUBSTRATE_TEMPLATE} OWNER workflow_admin`),
  );
  const config = await declaredStack(folder, name, { cluster, sshd, ...options });
  const project = join(projectRoot(), ".state", `infra-test-${randomBytes(4).toString("hex")}`);
  mkdirSync(project, { recursive: true });
  await buildInfra(projectRoot(), project);
  writeFileSync(
    join(project, "Pulumi.yaml"),
    readFileSync(join(projectRoot(), "Pulumi.yaml"), "utf8").replace("main: dist/infra/index.mjs", "main: index.mjs"),
  );
  const declare = (change: Partial<StackConfig>): void =>
    writeStackConfig(join(project, "Pulumi.sandbox.yaml"), { ...config, ...change });
  declare({});
  const passphraseFile = join(project, "passphrase");
  makePassphrase(passphraseFile);
  const engine = await openStack({
    project,
    stack: "sandbox",
    passphraseFile,
    backendUrl: `file://${join(project, "state")}`,
  });
  return {
    folder,
    config,
    engine,
    sshd,
    declare,
    look: async () => (await told(lookWithEngine(engine))).lines,
    up: async () => (await told(bringUpStack(engine, () => undefined))).lines,
    sql: (text) =>
      withClient(cluster.facts, "workflow_admin", name, async (client) => (await client.query(text)).rows as never),
    remove: async () => {
      await sshd.stop();
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
      rmSync(project, { recursive: true, force: true });
    },
  };
}

// A stop's details are what a person would read; a failing test shall show them.
async function told<T>(work: Promise<T>): Promise<T> {
  return await work.catch((error: unknown) => {
    throw error instanceof Stopped
      ? new Error([error.message, ...(error.facts.details ?? [])].join("\n"), { cause: error })
      : error;
  });
}

async function declaredStack(
  folder: string,
  name: string,
  {
    cluster: { facts },
    sshd,
    release: kind,
  }: HostOptions & { readonly cluster: TestCluster; readonly sshd: ThrowAwaySshd },
): Promise<StackConfig> {
  const operator = join(folder, "operator");
  mkdirSync(operator, { mode: 0o700 });
  const place = placeOf(operator, { host: join(operator, "short"), database: join(operator, "base") });
  mkdirSync(join(operator, "host"), { recursive: true });
  const { approversSha } = await ensurePeople(place, "sandbox");
  const { fingerprint } = await ensureBackupRecipient(place);
  const privateKeyFile = join(operator, "ssh_key");
  writeFileSync(privateKeyFile, sshd.privateKey, { mode: 0o600 });
  const passFile = join(folder, "pgpass");
  writeFileSync(passFile, `*:*:*:workflow_admin:${facts.passwords.workflow_admin}\n`, { mode: 0o600 });
  const release = join(folder, "built");
  if (kind === "built") cpSync(join(projectRoot(), "dist", "runner"), release, { recursive: true });
  else makeSmallRelease(release);
  const who = userInfo().username;
  const owned = { owner: who, group: who };
  const host = join(folder, "host");
  const identity = await withClient(
    facts,
    BOOTSTRAP_ROLE,
    name,
    async (client) =>
      (await client.query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_control_system()")).rows[0]
        ?.id ?? "",
  );
  const content = configSchema.parse(
    JSON.parse(
      renderConfig({
        place: {
          ...place,
          runtimeRoot: join(host, "root"),
          approversFile: join(host, "approvers.json"),
          backupPublicKey: join(host, "backup.asc"),
        },
        host: "sandbox",
        database: { host: facts.host, port: facts.port, name, systemIdentifier: identity },
        approversSha,
        recipient: fingerprint,
        postgresBin: facts.binDir,
        scratchUser: null,
      }),
    ),
  );
  // Sample of a foreign tree that provisioning must leave alone.
  const foreign = join(folder, "iu-cutter");
  mkdirSync(foreign);
  writeFileSync(join(foreign, "runner.py"), "print('v0.4')\n");
  return {
    sandbox: true,
    connection: {
      host: sshd.host,
      port: sshd.port,
      user: sshd.user,
      privateKeyFile,
      hostKey: sshd.hostKey,
      sudo: false,
      dialSeconds: 5,
    },
    node: process.execPath,
    users: [],
    known: [],
    untouched: [],
    runtime: {
      root: join(host, "root"),
      areas: ["runs", "approvals", "artifacts", "backups", "rollback", "reports", "locks", "batches"],
      ...owned,
      mode: "0750",
    },
    orchestrator: { file: join(host, "orchestrator.config.json"), ...owned, mode: "0640", content },
    approvers: {
      source: place.approversSource,
      sha: approversSha,
      file: join(host, "approvers.json"),
      ...owned,
      mode: "0644",
    },
    backupKey: {
      source: place.backupKeySource,
      fingerprint,
      file: join(host, "backup.asc"),
      keyring: join(host, "gnupg"),
      ...owned,
      mode: "0644",
    },
    database: {
      psql: facts.binDir,
      host: facts.host,
      port: facts.port,
      name,
      user: "workflow_admin",
      passFile,
      packages: [...PACKAGES],
      ack: {},
    },
    envFiles: writeEnvFiles(place.envFolder, facts.passwords).map((file) => ({ file, ...owned, mode: "0600" })),
    release: {
      source: release,
      folder: join(host, "releases"),
      launcher: join(host, "cutter"),
      home: folder,
      ...owned,
    },
  };
}

/** Each role's login as the cluster knows it, in the names a real host uses. */
function writeEnvFiles(folder: string, passwords: Readonly<Record<string, string>>): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return Object.entries({ ...ROLES, engine: "cutter_engine" }).map(([key, role]) => {
    const [file, name] = [join(folder, `${key}.env`), `DOT_CUTTER_${key.toUpperCase()}_DB`];
    writeFileSync(file, `${name}_USER=${role}\n${name}_PASSWORD=${passwords[role] ?? ""}\n`, { mode: 0o600 });
    return file;
  });
}

function makeSmallRelease(folder: string): void {
  mkdirSync(join(folder, "sql", "read"), { recursive: true });
  const files = {
    "cutter.mjs": "process.stdout.write('cutter\\n');\n",
    "env-file.cjs": readFileSync(join(projectRoot(), "dist", "runner", "env-file.cjs"), "utf8"),
    "sql/read/run.sql": "SELECT 1;\n",
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  writeFileSync(
    join(folder, "manifest.json"),
    JSON.stringify(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sha256(text)]))),
  );
}
