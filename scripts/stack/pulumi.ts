// Calls the Pulumi engine for one stack of this project: the right program, environment, backend and plugin.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { NOTHING_LAID_VARIABLE } from "../../infra/drift-text.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { privateFolder, writeWhenChanged } from "../sandbox/write-file.ts";
import { projectRoot } from "../../infra/place.ts";
import type { Say } from "../toolchain/build-engine.ts";
import { ensureCommandPlugin } from "../toolchain/command-plugin.ts";
import { keepToldLocks, lockHeld, removeDeadLocks, toldLocksFile } from "./state-lock.ts";
import { ensureEngine } from "../toolchain/engine.ts";
import { defaultPulumiHome } from "../toolchain/pulumi-home.ts";
import { saysSandbox } from "../toolchain/sandbox-config.ts";
import { LIMIT_VARIABLE, STACK_VARIABLE } from "../toolchain/stand-in/variables.ts";
import {
  ENGINE_STATUS,
  eventLogText,
  runEngine,
  withEventLog,
  type CallOptions,
  type EngineAnswer,
  type Start,
} from "./engine-process.ts";
import { keysOfAgent, withAgentOf } from "./key-agent.ts";
import { readEngineEvents, type UpTold } from "./engine-events.ts";

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

/** Makes the stack in the backend unless it is there; answers whether it was made now. */
export async function ensureStack(engine: Engine): Promise<boolean> {
  const select = ["stack", "select", engine.place.stack];
  const there = await call(engine, select);
  if (there.status === ENGINE_STATUS.done) return false;
  const made = await call(engine, [...select, "--create", "--secrets-provider", "passphrase"]);
  // Another first command made it between the engine's look and its making.
  insistDone(engine, /already exists/.test(made.stderr) ? await call(engine, select) : made, "make the stack");
  return true;
}

/** What `preview` may be asked: JSON on standard output, property diffs, and one of: answer 7 on any change, save the plan. */
export type PreviewOptions = CallOptions & { readonly json?: boolean; readonly diff?: boolean } & (
    | { readonly expectNoChanges?: boolean; readonly savePlan?: never }
    // The engine writes no plan when it answers 7, so the two exclude each other.
    | { readonly expectNoChanges?: never; readonly savePlan: string }
  );

/** `pulumi preview`. Changes nothing; status 7 (with expectNoChanges) when it proposes a change. */
export async function preview(engine: Engine, options: PreviewOptions = {}): Promise<EngineAnswer> {
  return await callWithPlugin(
    engine,
    [
      "preview",
      ...stackFlags(engine),
      ...flag(options.expectNoChanges, "--expect-no-changes"),
      ...flag(options.json, "--json"),
      ...flag(options.diff, "--diff"),
      ...(options.savePlan === undefined ? [] : ["--save-plan", options.savePlan]),
    ],
    { ...options, ofPlan: options.savePlan !== undefined },
  );
}

/** What `up` may be asked: a saved plan applied exactly, the engine's preview before it left out, how long a host may be silent. */
export interface UpOptions extends CallOptions {
  readonly plan?: string;
  readonly skipPreview?: boolean;
  readonly silentSeconds?: number;
}

/** How an up ended, and what its events told. */
export interface UpAnswer extends EngineAnswer {
  readonly told: UpTold;
}

/**
 * Seconds without any event of an up after which the host is given up. The longest single script, a release over a slow line, takes
 * a minute; a lock in the database is waited for half a minute at most.
 */
const SILENT_LIMIT_SECONDS = 300;

/**
 * `pulumi up --yes`. Locks left by an engine that is gone are removed first; a living one makes the engine refuse.
 * STOP_COULD_NOT_LOOK when the host was silent for too long.
 */
export async function up(engine: Engine, options: UpOptions = {}): Promise<UpAnswer> {
  removeDeadLocks(engine.backendUrl, engine.place.stack, engine.say);
  return await withEventLog(async (file) => {
    const words = [
      "up",
      "--yes",
      ...stackFlags(engine),
      ...flag(options.skipPreview, "--skip-preview"),
      ...(options.plan === undefined ? [] : ["--plan", options.plan]),
      "--event-log",
      file,
    ];
    const answer = await callWithPlugin(engine, words, {
      ...options,
      ofPlan: options.plan !== undefined,
      // The engine has the option for programs, and shows it under this variable only.
      environment: { PULUMI_DEBUG_COMMANDS: "true" },
      eventLog: { file, silentSeconds: options.silentSeconds ?? SILENT_LIMIT_SECONDS },
    });
    return { ...answer, told: readEngineEvents(eventLogText(file)) };
  });
}

/** `pulumi destroy --yes`: deletes what the stack's resources say in their `delete`, and nothing else. */
export async function destroy(engine: Engine, options: CallOptions = {}): Promise<EngineAnswer> {
  removeDeadLocks(engine.backendUrl, engine.place.stack, engine.say);
  return await callWithPlugin(engine, ["destroy", "--yes", ...stackFlags(engine)], options);
}

/** Any other command of the engine that runs neither program nor plugin (stack ls, config get, cancel …). Non-interactive. */
export async function call(engine: Engine, args: readonly string[], options: CallOptions = {}): Promise<EngineAnswer> {
  return await runEngine(engine, args, options);
}

/** `ofPlan`: a plan is saved or applied, which must not rest on what others do in folders of the host. */
type PluginStart = Start & { readonly ofPlan?: boolean };

async function callWithPlugin(engine: Engine, args: readonly string[], options: PluginStart): Promise<EngineAnswer> {
  const sandbox = existsSync(engine.configFile) && saysSandbox(readFileSync(engine.configFile, "utf8"));
  const plugin = await ensureCommandPlugin(engine.home, { sandbox }, engine.say);
  const limit = engine.place.commandLimitSeconds;
  const forProgram = options.ofPlan ? { [NOTHING_LAID_VARIABLE]: String(await nothingIsLaid(engine)) } : {};
  const forStandIn = {
    [STACK_VARIABLE]: engine.place.stack,
    ...(limit === undefined ? {} : { [LIMIT_VARIABLE]: String(limit) }),
  };
  const given = { ...options.environment, ...forProgram, ...(plugin === "official" ? {} : forStandIn) };
  return await withAgentOf(keysOfAgent(engine.configFile), (ofAgent) =>
    runEngine(engine, args, { ...options, environment: { ...given, ...ofAgent } }),
  );
}

const stacksSchema = z.array(z.looseObject({ name: z.string(), resourceCount: z.number().optional() }));

/** Whether the state holds nothing, as before the first up; an answer that cannot be read is taken as no. */
async function nothingIsLaid(engine: Engine): Promise<boolean> {
  const answer = await call(engine, ["stack", "ls", "--json"], { limitSeconds: 60 });
  const stacks = stacksSchema.safeParse(jsonOf(answer.stdout));
  const own = stacks.success
    ? stacks.data.find(({ name }) => name.split("/").at(-1) === engine.place.stack)
    : undefined;
  return own !== undefined && (own.resourceCount ?? 0) === 0;
}

function stackFlags(engine: Engine): string[] {
  return ["--stack", engine.place.stack, "--config-file", engine.configFile];
}

function flag(wanted: boolean | undefined, name: string): string[] {
  return wanted === true ? [name] : [];
}

function insistDone(engine: Engine, answer: EngineAnswer, purpose: string): void {
  if (answer.status === ENGINE_STATUS.done) return;
  keepToldLocks(toldLocksFile(engine.place.project, engine.place.stack), answer.stderr);
  const locked = lockHeld(answer.stderr, engine.place.stack);
  if (locked) throw locked;
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
