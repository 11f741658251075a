// What goes wrong while a host is looked at or provisioned: open runs, dead and hanging hosts, kills, strangers' settings, secrets.
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stopped } from "../../runner/model/stop.ts";
import { bringUpStack, lookWithEngine } from "../../scripts/stack/engine-runs.ts";
import { ENGINE_STATUS } from "../../scripts/stack/engine-process.ts";
import { ensureStack, preview, up } from "../../scripts/stack/pulumi.ts";
import { treeDigest } from "../support/tree-digest.ts";
import { provisionedHost } from "../support/provisioned-host.ts";
import type { ProvisionedHost } from "../support/provisioned-host.ts";
import { startSilentServer } from "../support/throw-away-sshd.ts";

let host: ProvisionedHost;
beforeAll(async () => {
  host = await provisionedHost();
}, 600_000);
afterAll(async () => {
  await host?.remove();
});

const stopOf = async (work: Promise<unknown>): Promise<Stopped> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Stopped)) throw new Error(`no stop but ${String(error)}`);
  return error;
};
const paths = (lines: readonly { path: string }[]): string[] => lines.map(({ path }) => path);

test("a clone that never ran up says so and does not call it a clean host", async () => {
  expect(await stopOf(lookWithEngine(host.engine))).toMatchObject({
    exit: 1,
    facts: { saw: expect.stringContaining("knows no state of the stack") },
  });
});

test("a virgin host, also without psql and Node, is told as missing things and not as an error", async () => {
  await ensureStack(host.engine);
  host.declare({ node: "/no/node", database: { ...host.config.database, psql: "/no" } });
  const bare = paths(await host.look());
  expect(bare).toEqual(
    expect.arrayContaining([
      host.config.runtime.root,
      "program /no/node",
      "program /no/psql",
      `database ${host.config.database.name}`,
    ]),
  );
  expect(bare.filter((path) => path.startsWith("package "))).toEqual([]);
  host.declare({});
  const virgin = paths(await host.look());
  expect(virgin).toEqual(
    expect.arrayContaining([
      "package runtime",
      "package admission",
      host.config.orchestrator.file,
      host.config.release.folder,
    ]),
  );
  expect(virgin.filter((path) => path.includes("/runs") || path.startsWith("function "))).toEqual([]);
});

test("an up that is killed half-way leaves a host the next one completes", async () => {
  await up(host.engine, { skipPreview: true, limitSeconds: 6 }).catch(() => undefined);
  expect(await host.up()).toEqual([]);
  expect(execFileSync(host.config.release.launcher, ["--help"]).toString()).toContain("cutter");
});

test("while a run is open nothing it stands on is changed, and the stop names it", async () => {
  await host.sql(
    "INSERT INTO cutter_runtime.run (run_id, document_id, host, actor, release, state, opened) VALUES ('ictr-20261120T000000Z-00000001', 'DOC-1', 'sandbox', 'a', 'r', 'created', now())",
  );
  const before = readFileSync(host.config.orchestrator.file);
  appendFileSync(host.config.orchestrator.file, " ");
  expect(await stopOf(bringUpStack(host.engine, () => undefined))).toMatchObject({
    code: "STOP_RUN_OPEN",
    facts: { saw: expect.stringContaining("ictr-20261120T000000Z-00000001") },
  });
  expect(readFileSync(host.config.orchestrator.file)).toEqual(Buffer.concat([before, Buffer.from(" ")]));
  await host.sql(
    "UPDATE cutter_runtime.run SET closed = now(), close_kind = 'voided', close_reason = 'test' WHERE run_id = 'ictr-20261120T000000Z-00000001'",
  );
  expect(await host.up()).toEqual([]);
});

test("a tree that is only looked at is named when it was touched, and up says that it leaves it", async () => {
  const foreign = join(host.folder, "iu-cutter");
  host.declare({ untouched: [{ path: foreign, sha256: treeDigest(foreign) }] });
  expect(await host.up()).toEqual([]);
  appendFileSync(join(foreign, "runner.py"), "#\n");
  const bytes = readFileSync(join(foreign, "runner.py"));
  expect(await host.up()).toMatchObject([
    { path: `everything in ${foreign}`, up: expect.stringMatching(/^nothing: provisioning never touches it/) },
  ]);
  expect(readFileSync(join(foreign, "runner.py"))).toEqual(bytes);
  host.declare({});
  await host.up();
});

test("a saved preview is applied exactly", async () => {
  rmSync(join(host.config.runtime.root, "locks"), { recursive: true });
  const plan = join(host.folder, "plan.json");
  expect((await preview(host.engine, { savePlan: plan })).status).toBe(ENGINE_STATUS.done);
  expect((await bringUpStack(host.engine, () => undefined, plan)).lines).toEqual([]);
});

test("secrets pasted at wrong places, and the private key, stand in no output, plan, state or process list", async () => {
  const secret = "planted-secret-0815";
  const file = host.config.orchestrator.file;
  writeFileSync(
    file,
    JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), host: secret, password: secret }),
  );
  await host.sql(`ALTER ROLE cutter_exec SET application_name = '${secret}'`);
  const answer = await preview(host.engine, { expectNoChanges: true, json: true, diff: true });
  const key = readFileSync(host.config.connection.privateKeyFile, "utf8").split("\n")[2] ?? "none";
  const state = readdirSync(join(host.engine.place.project, "state"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("");
  const seen = `${answer.stdout}${answer.stderr}${state}${execFileSync("ps", ["axww"]).toString()}`;
  expect(seen).toContain("config host");
  expect([seen.includes(secret), seen.includes(key)]).toEqual([false, false]);
  await host.sql("ALTER ROLE cutter_exec RESET application_name");
  expect(await host.up()).toEqual([]);
});

test("a host that never answers, and one that is down, end within the dial limit in could-not-look", async () => {
  const silent = await startSilentServer();
  host.declare({ connection: { ...host.config.connection, port: silent.port, dialSeconds: 2 } });
  expect((await stopOf(lookWithEngine(host.engine))).exit).toBe(1);
  await silent.stop();
  expect(await stopOf(lookWithEngine(host.engine))).toMatchObject({ exit: 1, code: "STOP_COULD_NOT_LOOK" });
});
