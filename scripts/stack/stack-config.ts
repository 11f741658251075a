// A stack's configuration as typed values: of its file or through the engine, and written from them.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import * as z from "zod";
import { STACK_KEYS, parseStackConfig, stackConfigFrom, valueOf, type StackConfig } from "../../infra/config.ts";
import { projectRoot } from "../../infra/place.ts";
import { Stopped, type StopFacts } from "../../runner/model/stop.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { writeWhenChanged } from "../sandbox/write-file.ts";
import type { Engine } from "./pulumi.ts";
import { readStackFile } from "./stack-file.ts";

/** The file that --stack means: a name of this project, or the path of such a file. STOP_COULD_NOT_LOOK when there is none. */
export function stackFileOf(stack: string): string {
  const file = stack.endsWith(".yaml") ? stack : join(projectRoot(), `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) throw new Stopped("STOP_COULD_NOT_LOOK", missingStackFile(stack));
  return file;
}

/** What is told of a stack that has no file here, and the command that makes one. */
export const missingStackFile = (stack: string): StopFacts => ({
  saw: `no ${basename(stack.endsWith(".yaml") ? stack : `Pulumi.${stack}.yaml`)}`,
  wanted: "the configuration of a stack",
  hint: "name a stack of this project, or the path of a colleague's stack file; a new host is declared by the command below",
  next:
    stack === SANDBOX_STACK
      ? "npm run sandbox -- up"
      : `npm run init -- ${stack.endsWith(".yaml") ? "<stack>" : stack}`,
});

/** The whole configuration, typed. STOP_PRECHECK_FAILED names every mistake, never a value. */
export function stackConfigOfFile(file: string): StackConfig {
  const values = readStackFile(file);
  return stackConfigFrom((key) => values[key]);
}

const answerSchema = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);

/**
 * The same through the engine, never from its state: a fresh clone has no state. STOP_PRECHECK_FAILED names every
 * mistake, never a value.
 */
export async function readStackConfig(engine: Engine): Promise<StackConfig> {
  // Loaded here: most programs read the file and need no engine.
  const { call } = await import("./pulumi.ts");
  const answer = await call(
    engine,
    ["config", "--json", "--stack", engine.place.stack, "--config-file", engine.configFile],
    { limitSeconds: 60 },
  );
  const parsed = answer.status === 0 ? answerSchema.safeParse(JSON.parse(answer.stdout)) : undefined;
  if (!parsed?.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `the engine could not read the configuration of stack ${engine.place.stack} (status ${answer.status})`,
      wanted: "its values",
    });
  return stackConfigFrom((key) => parsed.data[key]?.objectValue ?? valueOf(parsed.data[key]?.value));
}

/** Text of the file; JSON is YAML, so every value stands on one line. `kept`: lines of the engine (its salt). */
export function stackConfigText(config: StackConfig, kept: readonly string[] = []): string {
  const lines = STACK_KEYS.filter((key) => config[key] !== undefined).map(
    (key) => `  cutter:${key}: ${JSON.stringify(config[key])}`,
  );
  return `${[...kept, "config:", ...lines].join("\n")}\n`;
}

/** Writes a sandbox's file. What was adopted of the same database before stays adopted; that of another one means nothing. */
export function keepStackConfig(file: string, config: StackConfig): void {
  const before = existsSync(file) ? adoptedIn(file) : undefined;
  const same = before?.database === config.orchestrator.content.database.system_identifier;
  writeStackConfig(file, same && before.adopted !== undefined ? { ...config, adopted: before.adopted } : config);
}

// A file of an earlier form is written anew, whatever is in it.
function adoptedIn(file: string): { adopted: StackConfig["adopted"]; database: string } | undefined {
  try {
    const { adopted, orchestrator } = stackConfigOfFile(file);
    const there = adopted !== undefined && existsSync(resolve(dirname(file), adopted.file));
    return { adopted: there ? adopted : undefined, database: orchestrator.content.database.system_identifier };
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}

/** Writes the file (0600) when it differs. Values must parse: a mistake is found here and not on the host. */
export function writeStackConfig(file: string, config: StackConfig): void {
  const kept = existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => /^(?:encryptionsalt|secretsprovider):/.test(line))
    : [];
  writeWhenChanged(file, stackConfigText(parseStackConfig(config), kept));
}
