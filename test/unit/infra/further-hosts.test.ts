// A stack of several machines: what is refused in its declaration, what is laid on each machine, and what only once.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { parseStackConfig, type StackConfig } from "../../../infra/config.ts";
import { isOfEachMachine, toldOf } from "../../../infra/further-hosts.ts";
import { declareHost } from "../../../infra/host-spec.ts";
import { Stopped } from "../../../runner/model/stop.ts";
import { declaredSources, declaredStack } from "../../support/declared-stack.ts";

const KEY_FILE = "/etc/cutter/machines.env";

const BATCH = { engine_database: "cutter_engine", credentials: { file: "/etc/cutter/engine.env" } } as const;
const COPIES = { ...BATCH, backup_copies: ["/srv/cutter-copies"] };

function several(
  names: readonly string[],
  further: readonly string[],
  keyDeclared = true,
  batch: object = COPIES,
): StackConfig {
  const stack = declaredStack();
  const { orchestrator, connection, envFiles } = stack;
  return parseStackConfig({
    ...stack,
    orchestrator: {
      ...orchestrator,
      content: { ...orchestrator.content, batch, machines: { names: [...names], key_file: KEY_FILE } },
    },
    envFiles: keyDeclared ? [...envFiles, { file: KEY_FILE, owner: "root", group: "cutter", mode: "0640" }] : envFiles,
    hosts: further.map((name) => ({ name, connection: { ...connection, host: `${name}.example` } })),
    batchWorker: { unit: "/etc/systemd/system/cutter-batch-worker.service" },
  });
}

const faultsOf = (make: () => unknown): readonly string[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof Stopped) return error.facts.details ?? [];
    throw error;
  }
  return [];
};

test("a machine without a name in the configuration, a name without a machine and an undeclared key are refused, all at once", () => {
  expect(faultsOf(() => several(["law-1", "law-2"], ["law-2"]))).toEqual([]);
  expect(faultsOf(() => several(["law-1", "law-2", "law-3"], ["law-9"], false))).toEqual([
    `cutter:envFiles: ${KEY_FILE}, which the runner reads, is not in it`,
    "cutter:hosts: a name that cutter:orchestrator.content.machines does not have",
    "cutter:orchestrator.content.machines: 3 names, and 2 connections lead to them",
  ]);
  expect(faultsOf(() => several(["law-1", "law-2", "law-3"], ["law-2", "law-2"]))).toEqual([
    "cutter:hosts: a machine named twice",
  ]);
});

test("several machines that do batches without a folder for copies are refused, with the folder to name", () => {
  expect(faultsOf(() => several(["law-1", "law-2"], ["law-2"], true, BATCH))).toEqual([
    "cutter:orchestrator.content.batch.backup_copies: 2 machines that do batches, and no batch.backup_copies; " +
      "mount one under the same path on all of them and name it in batch.backup_copies",
  ]);
});

test("configuration, release, env files and worker are each machine's; packages, approver set and scheduler's database are laid once", () => {
  const { components, spec } = declareHost(several(["law-1", "law-2"], ["law-2"]), declaredSources(true));
  const [each, once] = [true, false].map((own) =>
    components.flatMap(({ name }) => (isOfEachMachine(name) === own ? [name] : [])),
  );
  expect(each).toEqual(
    expect.arrayContaining(["orchestrator-config", "runner-release", "env-files", "batch-worker", "approver-set"]),
  );
  expect(once).toEqual(expect.arrayContaining(["recorded-approver-set", "scheduler-database"]));
  expect(each?.some((name) => once?.includes(name) ?? false)).toBe(false);
  expect(spec[`DOT_CUTTER_MACHINES_KEY in ${KEY_FILE}`]?.state).toBe("is there");
  const line = { component: "env-files", path: KEY_FILE, want: "a", have: "b", up: "c" };
  expect(toldOf("law-2", line)).toMatchObject({ path: `law-2: ${KEY_FILE}`, component: "law-2-env-files" });
});

test("a stack of one machine declares neither key nor worker", () => {
  const { components, spec } = declareHost(declaredStack(), declaredSources(true));
  expect(components.map(({ name }) => name)).not.toContain("batch-worker");
  expect(Object.keys(spec).filter((path) => path.includes("MACHINES"))).toEqual([]);
});

test("the worker's script is one a shell takes, and its unit names user, launcher and that it stays", () => {
  const { components } = declareHost(several(["law-1", "law-2"], ["law-2"]), declaredSources(true));
  const script = components.find(({ name }) => name === "batch-worker")?.script ?? "";
  expect(() => execFileSync("sh", ["-n"], { input: script })).not.toThrow();
  const unit = Buffer.from(/<<'?"?(\S+?)'?"?\n([A-Za-z0-9+/=\n]+)\n\1/.exec(script)?.[2] ?? "", "base64").toString();
  expect(unit).toMatch(
    /User=root\nExecStart=\/usr\/local\/bin\/cutter orchestrate batch supervise --stay\nRestart=always/,
  );
});
