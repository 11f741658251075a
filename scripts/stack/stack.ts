// Which stack a command speaks about, and what is refused about it before anything is dialled.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Option } from "commander";
import { Stopped } from "../../runner/model/stop.ts";
import { backendFault, backendWithoutSecrets } from "./backend.ts";
import { ensureStack, makePassphrase, openStack, type Engine, type StackPlace } from "./pulumi.ts";
import { missingStackFile } from "./stack-config.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { projectRoot } from "../../infra/place.ts";
import { runningSsh } from "../sandbox/running.ts";
import { readState } from "../sandbox/state-file.ts";
import { saysSandbox } from "../toolchain/sandbox-config.ts";

/** The option every command about a stack has. */
export const stackOption = (): Option =>
  new Option("--stack <name>", "stack: sandbox or the name in Pulumi.<name>.yaml").default("sandbox");

/** Where a sandbox's stack lies: state and passphrase in this checkout. Nothing is made. */
export const sandboxStackPlace = (
  stack = "sandbox",
  project: string = projectRoot(),
): StackPlace & { readonly backendUrl: string } => ({
  project,
  stack,
  passphraseFile: join(project, ".state", "pulumi-passphrase"),
  backendUrl: `file://${join(project, ".state", "pulumi")}`,
});

/**
 * Where a stack lies. A sandbox keeps state and passphrase in this checkout; a real stack brings both by
 * PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE_FILE, and a backend of files is refused for it.
 */
export function stackPlace(
  stack: string,
  environment: NodeJS.ProcessEnv = process.env,
  project: string = projectRoot(),
): StackPlace {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(stack))
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "not a valid stack name",
      wanted: "lower-case letters, digits and dashes",
    });
  const configFile = join(project, `Pulumi.${stack}.yaml`);
  if (!existsSync(configFile)) {
    throw new Stopped("STOP_PRECHECK_FAILED", missingStackFile(stack));
  }
  if (saysSandbox(readFileSync(configFile, "utf8"))) {
    const place = sandboxStackPlace(stack, project);
    makePassphrase(place.passphraseFile);
    return place;
  }
  const backendUrl = environment["PULUMI_BACKEND_URL"] ?? "";
  const passphraseFile = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  const fault = backendFault(backendUrl);
  const missing = [
    ...(fault === undefined ? [] : [fault]),
    ...(passphraseFile === "" ? ["PULUMI_CONFIG_PASSPHRASE_FILE is not set"] : []),
  ];
  if (missing.length > 0) {
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: missing.join("; "),
      wanted: "a backend your colleagues reach, and the file with the stack's passphrase",
      hint:
        "state on one machine makes every other clone believe that nothing was ever provisioned; " +
        "docs/real-host.md has a line for each kind",
    });
  }
  return { project, stack, passphraseFile, backendUrl };
}

/** Said once, when the backend held nothing of a real stack: right on its first day, and at no other time. */
const newStackWords = (stack: string, backendUrl: string): string =>
  `the backend ${backendWithoutSecrets(backendUrl)} held no stack ${stack}; it was made, empty. ` +
  "If this host was provisioned before, your colleagues use another PULUMI_BACKEND_URL: go on with theirs.";

/**
 * Opens the stack of a command; progress of the engine's first install goes to stderr. The stack begins with the first look at it, so
 * that there is a preview before the first up; of a real one that is said, because its state may be kept somewhere else.
 */
export async function openNamedStack(stack: string): Promise<Engine> {
  const place = stackPlace(stack);
  // The engine would say so in a page of its own words.
  const sandbox = stack === SANDBOX_STACK ? readState(join(place.project, ".sandbox", "state.json")) : undefined;
  if (sandbox !== undefined) runningSsh(sandbox);
  const engine = await openStack(place);
  const made = await ensureStack(engine);
  if (made && !saysSandbox(readFileSync(engine.configFile, "utf8")))
    engine.say(newStackWords(stack, engine.backendUrl));
  return engine;
}
