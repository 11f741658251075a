// Calls the Pulumi engine for one stack of this project: the right program, environment, backend and plugin.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { privateFolder, writeWhenChanged } from "../sandbox/write-file.ts";
import { projectRoot } from "../../infra/place.ts";
import type { Say } from "../toolchain/build-engine.ts";
import { ensureCommandPlugin } from "../toolchain/command-plugin.ts";
import { removeDeadLocks } from "../toolchain/dead-lock.ts";
import { engineEnvironment } from "../toolchain/engine-environment.ts";
import { ensureEngine } from "../toolchain/engine.ts";
import { defaultPulumiHome, engineProgram } from "../toolchain/pulumi-home.ts";
import { saysSandbox } from "../toolchain/sandbox-config.ts";
import { LIMIT_VARIABLE, STACK_VARIABLE } from "../toolchain/stand-in/variables.ts";

/** Exit statuses of the engine that mean something to us; every other one is a failure. */
export const ENGINE_STATUS = { done: 0, failed: 1, noSuchStack: 6, changesProposed: 7, cancelled: 8 } as const;

/** One stack: where its project, configuration, state and passphrase are. Paths are absolute. */
export interface StackPlace {
  /** Folder of Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  /** Default: Pulumi.<stack>.yaml beside Pulumi.yaml. */
  readonly configFile?: string;
  /** Default: files in .state/pulumi of this project. */
  readonly backendUrl?: string;
  /** File of mode 0600 that holds the passphrase of the stack's secrets; `makePassphrase` makes one. */
  readonly passphraseFile: string;
  /** Cache of engine and plugins; default outside the checkout. */
  readonly home?: string;
  /** Seconds for one remote command of the stand-in plugin; default 600. */
  readonly commandLimitSeconds?: number;
}

/** A stack whose engine is present. */
export interface Engine {
  readonly home: string;
  readonly place: StackPlace;
  readonly configFile: string;
  readonly backendUrl: string;
  readonly say: Say;
}

/** What one call of the engine gave. `status` is its exit status (ENGINE_STATUS). */
export interface EngineAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to call: text for standard input, limit in seconds, who sees each line while it runs. */
export interface CallOptions {
  readonly input?: string;
  readonly limitSeconds?: number;
  readonly onLine?: (line: string) => void;
}

const toStderr: Say = (line) => void process.stderr.write(`${line}\n`);

/** Writes a random passphrase to `file` (0600) unless there is one. For sandboxes; a real stack brings its own. */
export function makePassphrase(file: string): void {
  privateFolder(dirname(file));
  if (!existsSync(file)) writeWhenChanged(file, `${randomBytes(32).toString("hex")}\n`);
}

/**
 * Makes the engine present (the first time this can take minutes; `say` hears of it) and checks the passphrase file.
 * Stops: STOP_PRECHECK_FAILED when neither download nor Go is there, or the passphrase file is missing, empty or open to others.
 */
export async function openStack(place: StackPlace, say: Say = toStderr): Promise<Engine> {
  checkPassphrase(place.passphraseFile);
  const home = place.home ?? defaultPulumiHome();
  await ensureEngine(home, say);
  const backendUrl = place.backendUrl ?? `file://${join(projectRoot(), ".state", "pulumi")}`;
  if (backendUrl.startsWith("file://")) mkdirSync(fileURLToPath(backendUrl), { recursive: true, mode: 0o700 });
  return {
    home,
    place,
    configFile: place.configFile ?? join(place.project, `Pulumi.${place.stack}.yaml`),
    backendUrl,
    say,
  };
}

/** Makes the stack in the backend unless it is there. */
export async function ensureStack(engine: Engine): Promise<void> {
  const select = ["stack", "select", engine.place.stack];
  const made = await call(engine, [...select, "--create", "--secrets-provider", "passphrase"]);
  // Another first command made it between the engine's look and its making.
  insistDone(engine, /already exists/.test(made.stderr) ? await call(engine, select) : made, "make the stack");
}

/** What `preview` may be asked: JSON on standard output, property diffs, and one of: answer 7 on any change, save the plan. */
export type PreviewOptions = CallOptions & { readonly json?: boolean; readonly diff?: boolean } & (
    | { readonly expectNoChanges?: boolean; readonly savePlan?: never }
    // The engine writes no plan when it answers 7, so the two exclude each other.
    | { readonly expectNoChanges?: never; readonly savePlan: string }
  );

/** `pulumi preview`. Changes nothing; status 7 (with expectNoChanges) when it proposes a change. */
export async function preview(engine: Engine, options: PreviewOptions = {}): Promise<EngineAnswer> {
  const { expectNoChanges, json, diff, savePlan } = options;
  const wished = { "expect-no-changes": expectNoChanges, json, diff, "save-plan": savePlan };
  return await callWithPlugin(engine, ["preview", ...flags(wished)], options);
}

/** What `up` may be asked: a saved plan applied exactly, the engine's preview before it left out. */
export interface UpOptions extends CallOptions {
  readonly plan?: string;
  readonly skipPreview?: boolean;
}

/** `pulumi up --yes`. Locks left by an engine that is gone are removed first; a living one makes the engine refuse. */
export async function up(engine: Engine, options: UpOptions = {}): Promise<EngineAnswer> {
  removeDeadLocks(engine.backendUrl, engine.place.stack, engine.say);
  const wished = { yes: true, "skip-preview": options.skipPreview, plan: options.plan };
  return await callWithPlugin(engine, ["up", ...flags(wished)], options);
}

/** `pulumi destroy --yes`: deletes what the stack's resources say in their `delete`, and nothing else. */
export async function destroy(engine: Engine, options: CallOptions = {}): Promise<EngineAnswer> {
  removeDeadLocks(engine.backendUrl, engine.place.stack, engine.say);
  return await callWithPlugin(engine, ["destroy", "--yes"], options);
}

/** Any other command of the engine that runs neither program nor plugin (stack ls, config get, cancel …). Non-interactive. */
export async function call(engine: Engine, args: readonly string[], options: CallOptions = {}): Promise<EngineAnswer> {
  return await start(engine, args, options, {});
}

async function callWithPlugin(engine: Engine, args: readonly string[], options: CallOptions): Promise<EngineAnswer> {
  const sandbox = existsSync(engine.configFile) && saysSandbox(readFileSync(engine.configFile, "utf8"));
  const plugin = await ensureCommandPlugin(engine.home, { sandbox }, engine.say);
  const limit = engine.place.commandLimitSeconds;
  const standIn = {
    [STACK_VARIABLE]: engine.place.stack,
    ...(limit === undefined ? {} : { [LIMIT_VARIABLE]: String(limit) }),
  };
  const words = [...args, "--stack", engine.place.stack, "--config-file", engine.configFile];
  return await start(engine, words, options, plugin === "official" ? {} : standIn);
}

async function start(
  engine: Engine,
  args: readonly string[],
  options: CallOptions,
  more: Readonly<Record<string, string>>,
): Promise<EngineAnswer> {
  const running = execa(engineProgram(engine.home), [...args, "--non-interactive", "--color", "never"], {
    cwd: engine.place.project,
    extendEnv: false,
    reject: false,
    all: true,
    input: options.input ?? "",
    forceKillAfterDelay: 15_000,
    killSignal: "SIGINT",
    ...(options.limitSeconds === undefined ? {} : { timeout: options.limitSeconds * 1000 }),
    env: {
      ...engineEnvironment(engine.home),
      PULUMI_BACKEND_URL: engine.backendUrl,
      PULUMI_CONFIG_PASSPHRASE_FILE: engine.place.passphraseFile,
      ...more,
    },
  });
  const { onLine } = options;
  if (onLine)
    void (async () => {
      for await (const line of running.iterable({ from: "all" })) onLine(line);
    })().catch(() => undefined);
  // The terminal sends Ctrl-C to the engine too; it ends cleanly, and we wait for that.
  const wait = (): void => undefined;
  const forward = (): void => void running.kill("SIGINT");
  process.on("SIGINT", wait).on("SIGTERM", forward);
  try {
    const done = await running;
    if (done.timedOut)
      throw new Stopped("STOP_COULD_NOT_LOOK", {
        saw: `pulumi ${args[0] ?? ""} did not end within ${options.limitSeconds ?? 0} s`,
        wanted: "an answer",
      });
    return { status: done.exitCode ?? ENGINE_STATUS.failed, stdout: done.stdout, stderr: done.stderr };
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", forward);
  }
}

/** Flags of the engine by name: true is the flag alone, a text is its value, everything else leaves it out. */
const flags = (wished: Readonly<Record<string, boolean | string | undefined>>): string[] =>
  Object.entries(wished).flatMap(([name, value]) =>
    typeof value === "string" ? [`--${name}`, value] : value === true ? [`--${name}`] : [],
  );

function insistDone(engine: Engine, answer: EngineAnswer, purpose: string): void {
  if (answer.status === ENGINE_STATUS.done) return;
  const last = answer.stderr.trim().split("\n").slice(-3);
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the Pulumi engine could not ${purpose} (stack ${engine.place.stack}, status ${answer.status})`,
    wanted: "status 0",
    details: last,
  });
}

function checkPassphrase(file: string): void {
  const facts = statSync(file, { throwIfNoEntry: false });
  const fault =
    facts === undefined
      ? "does not exist"
      : !facts.isFile()
        ? "is no file"
        : (facts.mode & 0o077) !== 0
          ? "can be read by others"
          : readFileSync(file, "utf8").trim() === ""
            ? "is empty"
            : undefined;
  if (fault === undefined) return;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: `passphrase file ${file} ${fault}`,
    wanted: "a file of mode 0600 with the passphrase of the stack's secrets",
  });
}
