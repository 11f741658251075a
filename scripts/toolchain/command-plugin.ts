// Has the plugin `command` ready: present, else the engine's own install, else - for a sandbox stack - the stand-in.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { exclusively } from "../frame/exclusive.ts";
import { projectRoot } from "../../infra/place.ts";
import { writeWhenChanged } from "../sandbox/write-file.ts";
import type { Say } from "./build-engine.ts";
import { engineEnvironment } from "./engine-environment.ts";
import { STAND_IN_MARKER, commandPluginFolder, commandPluginIn, engineProgram } from "./pulumi-home.ts";
import type { CommandPlugin } from "./pulumi-home.ts";
import { COMMAND_PLUGIN_VERSION } from "./versions.ts";

const INSTALL_LIMIT_MS = 20_000;
const BUNDLE = /^stand-in-[0-9a-f]{16}\.cjs$/;

/** For whom the plugin is wanted, and the stand-in's bundle (default: the one built with this checkout). */
export interface PluginWish {
  readonly sandbox: boolean;
  readonly standIn?: string;
}

/**
 * Makes the plugin present and says which one it is. The engine must be present. A stack that is no sandbox never gets the
 * stand-in: STOP_PRECHECK_FAILED instead.
 */
export async function ensureCommandPlugin(
  home: string,
  { sandbox, standIn = builtStandIn() }: PluginWish,
  say: Say,
): Promise<Exclude<CommandPlugin, "missing">> {
  if (commandPluginIn(home) === "official") return "official";
  if (sandbox && isCurrent(home, standIn)) return "stand-in";
  return await exclusively(home, async () => {
    if (commandPluginIn(home) === "official") return "official";
    // A stand-in that is only out of date shows that this machine has tried the official one before.
    const tryOfficial = !sandbox || commandPluginIn(home) === "missing";
    if (tryOfficial && (await installOfficial(home, say))) return "official";
    if (!sandbox) throw noOfficialPlugin(home);
    layStandIn(home, standIn);
    say(`plugin command ${COMMAND_PLUGIN_VERSION}: the stand-in of this project serves the sandbox`);
    return "stand-in";
  });
}

function builtStandIn(): string {
  return join(projectRoot(), "dist", "plugin", "pulumi-resource-command.cjs");
}

// The engine clears the folder it installs into, so a stand-in is put aside and comes back when the install fails.
async function installOfficial(home: string, say: Say): Promise<boolean> {
  const folder = commandPluginFolder(home);
  const aside = join(home, "stand-in-aside");
  if (commandPluginIn(home) === "stand-in") {
    rmSync(aside, { recursive: true, force: true });
    renameSync(folder, aside);
  }
  say(`fetching plugin command ${COMMAND_PLUGIN_VERSION} (at most ${INSTALL_LIMIT_MS / 1000} s) …`);
  await execa(
    engineProgram(home),
    ["plugin", "install", "resource", "command", COMMAND_PLUGIN_VERSION, "--non-interactive", "--color", "never"],
    {
      env: { ...engineEnvironment(home), PULUMI_BACKEND_URL: "file://~" },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      timeout: INSTALL_LIMIT_MS,
    },
  );
  if (commandPluginIn(home) === "official") {
    rmSync(aside, { recursive: true, force: true });
    return true;
  }
  for (const rest of [folder, `${folder}.partial`, `${folder}.lock`]) rmSync(rest, { recursive: true, force: true });
  if (existsSync(aside)) renameSync(aside, folder);
  return false;
}

function isCurrent(home: string, standIn: string): boolean {
  if (commandPluginIn(home) !== "stand-in") return false;
  const folder = commandPluginFolder(home);
  return (
    readFileSync(join(folder, "pulumi-resource-command"), "utf8") === launcher(bundleName(readFileSync(standIn))) &&
    existsSync(join(folder, bundleName(readFileSync(standIn))))
  );
}

// Marker first, program last: at no moment does the folder look like the official plugin. The program is replaced by rename,
// so an engine of another checkout always finds one that is whole.
/** Lays the stand-in whose bundle is the file `standIn`. */
export function layStandIn(home: string, standIn: string): void {
  const folder = commandPluginFolder(home);
  const bytes = readFileSync(standIn);
  const name = bundleName(bytes);
  mkdirSync(folder, { recursive: true });
  const marker = {
    stand_in_for: `resource-command ${COMMAND_PLUGIN_VERSION}`,
    serves: "stacks with cutter:sandbox: true, on loopback only",
    sha256: sha256(bytes),
  };
  writeWhenChanged(join(folder, STAND_IN_MARKER), `${JSON.stringify(marker, null, 2)}\n`, 0o644);
  writeWhenChanged(join(folder, name), bytes.toString("utf8"), 0o644);
  writeWhenChanged(join(folder, "pulumi-resource-command"), launcher(name), 0o755);
  for (const old of readdirSync(folder).filter((file) => BUNDLE.test(file) && file !== name)) rmSync(join(folder, old));
}

function bundleName(bytes: Buffer): string {
  return `stand-in-${sha256(bytes).slice(0, 16)}.cjs`;
}

function launcher(bundle: string): string {
  return (
    `#!/bin/sh\n# Stand-in for the Pulumi plugin command ${COMMAND_PLUGIN_VERSION}; sandbox ` +
    `stacks only.\nexec '${process.execPath.replaceAll("'", `'\\''`)}' "$(dirname "$0")/${bundle}" ` +
    `"$@"\n`
  );
}

function noOfficialPlugin(home: string): Stopped {
  return new Stopped("STOP_PRECHECK_FAILED", {
    saw: `no official Pulumi plugin command ${COMMAND_PLUGIN_VERSION}, and it could not be fetched`,
    wanted:
      "the official plugin: this stack is no sandbox (its configuration does not say " +
      "cutter:sandbox: true), and the stand-in serves sandboxes only",
    hint:
      "with network access run the same command again; without, copy the folder " +
      `plugins/resource-command-v${COMMAND_PLUGIN_VERSION} of a machine that has it to ` +
      `${commandPluginFolder(home)}`,
  });
}
