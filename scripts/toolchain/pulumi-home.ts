// Where engine and plugins lie: a cache outside every checkout, so that clones share one build and `git clean` cannot lose it.
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { COMMAND_PLUGIN_VERSION, ENGINE_VERSION } from "./versions.ts";

/** PULUMI_HOME of this project: $XDG_CACHE_HOME/cutter/pulumi, else ~/.cache/cutter/pulumi. Absolute. */
export function defaultPulumiHome(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment["XDG_CACHE_HOME"] ?? "";
  // The XDG rule: a relative path there is to be ignored.
  return join(isAbsolute(cache) ? cache : join(homedir(), ".cache"), "cutter", "pulumi");
}

/** Folder of the engine's programs; the one the npm package `pulumi` also uses. */
export function engineFolder(home: string): string {
  return join(home, "versions", ENGINE_VERSION);
}

/** The engine's program. */
export function engineProgram(home: string): string {
  return join(engineFolder(home), "bin", "pulumi");
}

/** Whether engine and language host are both whole; folders appear by rename, so a half-built one is never seen here. */
export function engineIsPresent(home: string): boolean {
  return ["pulumi", "pulumi-language-nodejs"].every((name) => isExecutable(join(engineFolder(home), "bin", name)));
}

/** Folder in which the engine looks for the plugin `command`. */
export function commandPluginFolder(home: string): string {
  return join(home, "plugins", `resource-command-v${COMMAND_PLUGIN_VERSION}`);
}

/** Name of the file that tells our stand-in from the official plugin. */
export const STAND_IN_MARKER = "STAND-IN.json";

/** Which plugin the engine would start: the official one, our stand-in (sandbox stacks only), or none. */
export type CommandPlugin = "official" | "stand-in" | "missing";

/** Looks at the plugin folder. A `.partial` file beside it is the engine's own sign of a broken-off install. */
export function commandPluginIn(home: string): CommandPlugin {
  const folder = commandPluginFolder(home);
  if (!isExecutable(join(folder, "pulumi-resource-command")) || exists(`${folder}.partial`)) return "missing";
  return exists(join(folder, STAND_IN_MARKER)) ? "stand-in" : "official";
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).size > 0;
  } catch {
    return false;
  }
}
