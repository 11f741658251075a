// Which host a stack's name means: address, launcher and runtime root, from configuration alone, so that a fresh clone can take over.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as z from "zod";
import { connectionSchema, type Connection } from "../../infra/config.ts";
import { pinnedAddress } from "../../infra/ssh/connection.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { missingStackFile } from "../stack/stack-config.ts";
import { readStackFile } from "../stack/stack-file.ts";
import { projectRoot } from "../../infra/place.ts";
import { defaultSandboxFolder } from "../sandbox/place.ts";
import { runningSsh } from "../sandbox/running.ts";
import { sshAddress } from "../sandbox/sshd.ts";
import { existingSandbox } from "../sandbox/verbs.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import type { RemoteAddress } from "../../infra/ssh/line.ts";
import { SANDBOX_STACK, withMachine } from "../../runner/rules/operator-command.ts";

/** A host as the operator's programs see it. `launcher`: the words that start its cutter. */
export interface Target {
  /** What stands behind --stack in a command for this host: its name, `sandbox` for the embedded one, and --machine where given. */
  readonly stack: string;
  readonly sandbox: boolean;
  /** Whether the host is more than one machine. */
  readonly several: boolean;
  readonly address: RemoteAddress;
  readonly launcher: readonly string[];
  readonly runtimeRoot: string;
}

// Only what an operator needs: a mistake in a provisioning key must not keep anybody from a rollback.
const operatorKeys = z.looseObject({
  "cutter:connection": connectionSchema,
  "cutter:runtime": z.looseObject({
    root: z.string().startsWith("/"),
    owner: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
  }),
  "cutter:release": z.looseObject({ launcher: z.string().startsWith("/") }),
  "cutter:hosts": z.array(z.looseObject({ name: z.string(), connection: connectionSchema })).default([]),
  "cutter:orchestrator": z
    .looseObject({ content: z.looseObject({ machines: z.looseObject({ names: z.array(z.string()) }).optional() }) })
    .optional(),
  "cutter:sandbox": z.union([z.boolean(), z.stringbool()]).default(false),
});

/**
 * `stack` is a name (Pulumi.<name>.yaml of this project, or `sandbox` for the embedded host) or the path of such a file.
 * `machine`: one of several that are this host, where another than the first is meant, as when that one is lost. STOP_COULD_NOT_LOOK when
 * there is no such host, STOP_REFUSED_INPUT for a machine it does not have, STOP_PRECHECK_FAILED with every wrong key. Nothing is dialled.
 */
export function targetOf(stack: string, machine?: string): Target {
  const file = stack.endsWith(".yaml") ? stack : join(projectRoot(), `Pulumi.${stack}.yaml`);
  // The sandbox's own memory first: it knows whether the host is down, which a stack file does not.
  const sandbox = (): Target => (machine === undefined ? embedded() : refuseMachine(machine, []));
  if (stack === SANDBOX_STACK && existsSync(join(defaultSandboxFolder(), "state.json"))) return sandbox();
  if (existsSync(file)) return fromStackFile(stack, file, machine);
  if (stack === SANDBOX_STACK) return sandbox();
  throw new Stopped("STOP_COULD_NOT_LOOK", missingStackFile(stack));
}

function embedded(): Target {
  const { place, state } = existingSandbox(defaultSandboxFolder());
  return {
    stack: SANDBOX_STACK,
    sandbox: true,
    several: false,
    address: sshAddress(place.sshFolder, runningSsh(state).port),
    launcher: [place.launcher],
    runtimeRoot: place.runtimeRoot,
  };
}

function fromStackFile(stack: string, file: string, machine: string | undefined): Target {
  const parsed = operatorKeys.safeParse(readStackFile(file));
  if (!parsed.success) {
    const details = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))];
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: `${basename(file)}: ${details.join(", ")}`,
      wanted: "cutter:connection, cutter:runtime and cutter:release as Pulumi.yaml describes them",
      details,
    });
  }
  const { "cutter:runtime": runtime, "cutter:release": release, "cutter:sandbox": sandbox } = parsed.data;
  const connection = connectionOf(parsed.data, machine);
  return {
    stack: withMachine(stack, machine),
    sandbox,
    several: parsed.data["cutter:hosts"].length > 0,
    launcher: [...asOwner(connection, runtime.owner), release.launcher],
    runtimeRoot: runtime.root,
    address: pinned(connection),
  };
}

/** The line to a machine. A name that no further machine has, and that the configuration lists, is the first one's. */
function connectionOf(declared: z.infer<typeof operatorKeys>, machine: string | undefined): Connection {
  const { "cutter:connection": first, "cutter:hosts": further, "cutter:orchestrator": orchestrator } = declared;
  const known = further.find(({ name }) => name === machine);
  const names = orchestrator?.content.machines?.names ?? further.map(({ name }) => name);
  if (machine === undefined || (!known && names.includes(machine))) return first;
  return known?.connection ?? refuseMachine(machine, names);
}

function refuseMachine(machine: string, names: readonly string[]): never {
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: `--machine ${printable(machine)}`,
    wanted:
      names.length === 0 ? "no --machine: this host is one machine" : `a machine of this host: ${names.join(", ")}`,
  });
}

/** The runner never runs as whoever provisions: root gives itself up where there is no sudo to do it. */
function asOwner({ sudo, user }: Connection, owner: string): string[] {
  if (sudo) return ["sudo", "-n", "-u", owner, "--"];
  return user === "root" && owner !== "root" ? ["runuser", "-u", owner, "--"] : [];
}

// ssh reads pinned keys from files only; they live as long as this program.
function pinned(connection: Connection): RemoteAddress {
  const folder = mkdtempSync(join(tmpdir(), "cutter-pin-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return pinnedAddress(connection, folder);
}
