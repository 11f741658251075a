// A tiny real Pulumi program in a folder of its own, with a stack that provisions a throw-away sshd.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, ensureStack, makePassphrase, openStack } from "../../scripts/stack/pulumi.ts";
import type { CallOptions } from "../../scripts/stack/engine-process.ts";
import type { Engine } from "../../scripts/stack/pulumi.ts";
import { projectRoot } from "../../infra/place.ts";
import { defaultPulumiHome } from "../../scripts/toolchain/pulumi-home.ts";
import type { ThrowAwaySshd } from "./throw-away-sshd.ts";

// One command that writes its standard input into a file; both come from the configuration.
const PROGRAM = `
const { Config } = require("@pulumi/pulumi");
const { remote } = require("@pulumi/command");
const config = new Config("cutter");
new remote.Command("note", {
  connection: {
    host: "127.0.0.1", port: config.requireNumber("port"), user: config.require("user"), privateKey: config.getSecret("privateKey"),
    hostKey: config.require("hostKey"), dialErrorLimit: 1, perDialTimeout: 10,
  },
  create: config.require("script"), stdin: config.getSecret("password"), addPreviousOutputInEnv: false, logging: "none",
});
`;

/** The project and its opened stack. */
export interface PulumiProject {
  readonly folder: string;
  readonly engine: Engine;
  /** Every file the stack has left: configuration, state, backups of it. */
  left(): string;
  remove(): void;
}

/** A PULUMI_HOME of its own that shares the engine with the real one, which must be present. Plugins are not shared. */
export function privateHome(folder: string): string {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  symlinkSync(join(defaultPulumiHome(), "versions"), join(home, "versions"));
  return home;
}

/**
 * Makes project and stack `sandbox`; `values` on top of the connection. With `cutter:connection` among them no key is an input.
 * `backendUrl`: where the state lies; default a folder of the project.
 */
export async function makePulumiProject(
  sshd: ThrowAwaySshd,
  password: string,
  values: Readonly<Record<string, string>>,
  backendUrl?: string,
): Promise<PulumiProject> {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  symlinkSync(join(projectRoot(), "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ name: "note", main: "index.cjs", dependencies: { "@pulumi/command": "1.2.1", "@pulumi/pulumi": "3.248.0" } })}\n`,
  );
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: note\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.cjs\n",
  );
  writeFileSync(join(folder, "index.cjs"), PROGRAM);
  const passphraseFile = join(folder, "passphrase");
  makePassphrase(passphraseFile);
  const engine = await openStack({
    project: folder,
    stack: "sandbox",
    passphraseFile,
    backendUrl: backendUrl ?? `file://${join(folder, "state")}`,
    home: privateHome(folder),
  });
  await ensureStack(engine);
  await setConfig(engine, {
    "cutter:port": String(sshd.port),
    "cutter:user": sshd.user,
    "cutter:hostKey": sshd.hostKey,
    ...values,
  });
  if (values["cutter:connection"] === undefined) await setSecretConfig(engine, "cutter:privateKey", sshd.privateKey);
  await setSecretConfig(engine, "cutter:password", password);
  return {
    folder,
    engine,
    left: () => filesIn(join(folder, "state")) + readFileSync(engine.configFile, "utf8"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Sets plain values of a stack; keys as `cutter:host`. */
export async function setConfig(engine: Engine, values: Readonly<Record<string, string>>): Promise<void> {
  const pairs = Object.entries(values).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  await configure(engine, ["set-all", ...pairs]);
}

async function setSecretConfig(engine: Engine, key: string, input: string): Promise<void> {
  await configure(engine, ["set", key, "--secret"], { input });
}

async function configure(engine: Engine, words: readonly string[], options: CallOptions = {}): Promise<void> {
  const stack = ["--stack", engine.place.stack, "--config-file", engine.configFile];
  const done = await call(engine, ["config", ...words, ...stack], options);
  if (done.status !== 0) throw new Error(`pulumi config: ${done.stderr}`);
}

function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}
