// The resource `command:remote:Command` as the official plugin 1.2.1 serves it, as far as our own programs use it. What this
// stand-in does not do (environment, CopyToRemote, local commands) it refuses by name instead of doing it differently.
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type {
  CheckFailure,
  CheckResult,
  CreateResult,
  DiffResult,
  Provider,
  UpdateResult,
} from "@pulumi/pulumi/provider";
import * as z from "zod";
import { readConnection, type Connection } from "./connection.ts";
import { runOverSsh, type Outcome } from "./ssh-command.ts";
import { UNKNOWN, asSecret, holdsSecret, secretTexts, unwrapped } from "./wire-values.ts";

/** Inputs in the engine's form: secrets wrapped. */
type Wire = Readonly<Record<string, unknown>>;

const INPUTS = [
  "connection",
  "create",
  "update",
  "delete",
  "triggers",
  "stdin",
  "environment",
  "logging",
  "addPreviousOutputInEnv",
] as const;
const SCRIPTS = ["create", "update", "delete", "stdin"] as const;
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const usedSchema = z.object({
  create: text,
  update: text,
  delete: text,
  stdin: text,
  logging: z
    .enum(["stdout", "stderr", "stdoutAndStderr", "none"])
    .nullish()
    .transform((value) => value ?? "stdoutAndStderr"),
});
const STDERR_SHOWN = 4_000;

/** How the stand-in was started: for which sandbox stack, and after how many seconds a command has taken too long. */
export interface StandInSettings {
  readonly stack: string | undefined;
  readonly commandLimitSeconds: number;
}

/** The provider; every failure is one Error whose message is fit to be shown. */
export class CommandProvider implements Provider {
  readonly version: string;
  readonly #settings: StandInSettings;
  readonly #cancel = new AbortController();
  constructor(version: string, settings: StandInSettings) {
    this.version = version;
    this.#settings = settings;
  }

  /** What the official plugin would do and this one does not. */
  async check(urn: string, _olds: unknown, news: Wire): Promise<CheckResult> {
    insistOnCommand(urn);
    const failures: CheckFailure[] = [];
    const refuse = (property: string, reason: string): void =>
      void failures.push({ property, reason: `${reason} (stand-in plugin)` });
    const inputs = unwrapped(news) as Wire;
    for (const name of Object.keys(inputs).filter((key) => !INPUTS.some((known) => known === key)))
      refuse(name, "is not an input of this resource");
    if (inputs["environment"] !== undefined && inputs["environment"] !== null)
      refuse("environment", "is not sent; export the variable inside the script");
    if (inputs["addPreviousOutputInEnv"] !== false)
      refuse("addPreviousOutputInEnv", "must be false; earlier output is not sent");
    if (inputs["connection"] === undefined) refuse("connection", "is missing");
    else if (!holdsUnknown(inputs["connection"])) {
      const connection = readConnection(inputs["connection"]);
      if ("refusal" in connection) refuse("connection", connection.refusal);
    }
    return { inputs: news, failures };
  }

  /** Any changed input is an update in place, changed triggers are a replacement. A wrapper alone is no change. */
  async diff(_id: string, urn: string, olds: Wire, news: Wire): Promise<DiffResult> {
    insistOnCommand(urn);
    const [before, after] = [unwrapped(olds) as Wire, unwrapped(news) as Wire];
    const changed = INPUTS.filter((name) => !isDeepStrictEqual(before[name] ?? null, after[name] ?? null));
    return { changes: changed.length > 0, replaces: changed.includes("triggers") ? ["triggers"] : [] };
  }

  /** Runs `create`. */
  async create(urn: string, inputs: Wire): Promise<CreateResult> {
    const outcome = await this.#run(urn, inputs, (used) => used.create);
    return {
      id: `${urn.split("::").at(-1) ?? "command"}${randomBytes(4).toString("hex")}`,
      outs: outputs(inputs, outcome ?? { stdout: "", stderr: "" }),
    };
  }

  /** Runs `update`, else `create`. */
  async update(_id: string, urn: string, olds: Wire, news: Wire): Promise<UpdateResult> {
    const outcome = await this.#run(urn, news, (used) => used.update ?? used.create);
    const earlier = {
      stdout: String(unwrapped(olds["stdout"]) ?? ""),
      stderr: String(unwrapped(olds["stderr"]) ?? ""),
    };
    return { outs: outputs(news, outcome ?? earlier) };
  }

  /** Runs `delete` if there is one. */
  async delete(_id: string, urn: string, props: Wire): Promise<void> {
    await this.#run(urn, props, (used) => used.delete);
  }

  /** Ctrl-C: gives up what is running, so that the engine can end and take its lock away. */
  async cancel(): Promise<void> {
    this.#cancel.abort();
  }

  async #run(
    urn: string,
    wire: Wire,
    choose: (used: z.infer<typeof usedSchema>) => string | undefined,
  ): Promise<Outcome | undefined> {
    insistOnCommand(urn);
    this.#insistOnSandbox(urn);
    const inputs = unwrapped(wire) as Wire;
    const used = usedSchema.safeParse(inputs);
    if (!used.success)
      throw new Error(
        `inputs are not usable; look at: ${used.error.issues.map((issue) => issue.path.join(".")).join(", ")}`,
      );
    const command = choose(used.data);
    if (command === undefined) return undefined;
    const connection = readConnection(inputs["connection"]);
    if ("refusal" in connection) throw new Error(connection.refusal);
    const outcome = await this.#execute(connection, command, used.data);
    if (outcome.failure !== undefined) throw new Error(withoutSecrets(failureText(outcome), wire));
    return { stdout: outcome.stdout.replace(/\n$/, ""), stderr: outcome.stderr.replace(/\n$/, "") };
  }

  #execute(connection: Connection, command: string, { stdin, logging }: z.infer<typeof usedSchema>): Promise<Outcome> {
    const shown = (stream: string): boolean => logging === "stdoutAndStderr" || logging === stream;
    return runOverSsh(connection, {
      command,
      stdin: stdin ?? "",
      limitSeconds: this.#settings.commandLimitSeconds,
      cancelled: this.#cancel.signal,
      // The engine shows what its plugins print.
      onOutput: (stream, text) => void (shown(stream) && process.stdout.write(text)),
    });
  }

  // The wrapper names the stack after it has read `cutter:sandbox: true` in its configuration; an engine started in any other
  // way, or for another stack, gets nothing from the stand-in.
  #insistOnSandbox(urn: string): void {
    const stack = /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];
    if (this.#settings.stack !== undefined && stack === this.#settings.stack) return;
    throw new Error(
      "this is the stand-in for plugin command 1.2.1; it serves only stacks whose configuration " +
        "says cutter:sandbox: true, started through the cutter's own commands",
    );
  }
}

function outputs(inputs: Wire, outcome: Outcome): Wire {
  // Output of a script that was given a secret may hold it.
  const hide = SCRIPTS.some((name) => holdsSecret(inputs[name]));
  const wrap = (value: string): unknown => (hide ? asSecret(value) : value);
  return {
    ...inputs,
    connection: asSecret(inputs["connection"]),
    stdout: wrap(outcome.stdout),
    stderr: wrap(outcome.stderr),
  };
}

function failureText({ failure, stderr }: Outcome): string {
  const said = stderr.trim();
  const shown = said.length > STDERR_SHOWN ? `…${said.slice(-STDERR_SHOWN)}` : said;
  return `${failure ?? "failed"}${shown === "" ? " (nothing on stderr)" : `: ${shown}`}`;
}

function withoutSecrets(message: string, wire: Wire): string {
  return secretTexts(wire)
    .sort((a, b) => b.length - a.length)
    .reduce((result, secret) => result.replaceAll(secret, "[secret]"), message);
}

function insistOnCommand(urn: string): void {
  const type = urn.split("::")[2]?.split("$").at(-1);
  if (type !== "command:remote:Command")
    throw new Error(`the stand-in knows command:remote:Command only, not ${type ?? "this"}`);
}

function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnknown);
}
