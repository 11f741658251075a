// An up that does not come to its end says why in the words of the script that failed, whichever plugin served it, and never calls it drift.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, connect, type Server } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stopped } from "../../runner/model/stop.ts";
import { buildPlugin } from "../../scripts/build/build.mjs";
import { projectRoot } from "../../infra/place.ts";
import { bringUpStack, lookWithEngine } from "../../scripts/stack/engine-runs.ts";
import { ensureStack, up, type Engine } from "../../scripts/stack/pulumi.ts";
import { commandPluginFolder, defaultPulumiHome } from "../../scripts/toolchain/pulumi-home.ts";
import { STACK_VARIABLE } from "../../scripts/toolchain/stand-in/variables.ts";
import { provisionedHost, type ProvisionedHost } from "../support/provisioned-host.ts";

let host: ProvisionedHost;
let home: string;
beforeAll(async () => {
  host = await provisionedHost();
  home = await homeWithOfficialWords();
  await ensureStack(host.engine);
}, 600_000);
afterAll(async () => {
  await host?.remove();
  if (home) rmSync(home, { recursive: true, force: true });
});

/**
 * A cache whose plugin words a failure as the official one does (commandOutputs.go of pulumi-command 1.2.1): ending, the quoted command, then
 * both streams. The rest is the stand-in, because the official plugin cannot be had everywhere.
 */
async function homeWithOfficialWords(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-home-"));
  symlinkSync(join(defaultPulumiHome(), "versions"), join(folder, "versions"));
  const built = join(folder, "built");
  await buildPlugin(projectRoot(), built);
  const program = readFileSync(join(built, "pulumi-resource-command.cjs"), "utf8");
  const worded = program.replace(/function failureText\(\{[^}]*\}\) \{[\s\S]*?\n\}/, OFFICIAL_WORDS);
  expect(worded).not.toBe(program);
  const place = commandPluginFolder(folder);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "plugin.cjs"), worded);
  writeFileSync(
    join(place, "pulumi-resource-command"),
    `#!/bin/sh\n${STACK_VARIABLE}=sandbox; export ${STACK_VARIABLE}\nexec '${process.execPath}' "$(dirname "$0")/plugin.cjs" "$@"\n`,
  );
  chmodSync(join(place, "pulumi-resource-command"), 0o755);
  return folder;
}

const OFFICIAL_WORDS = `function failureText({ failure, stdout, stderr }) {
  const status = /exit status (\\d+)/.exec(failure ?? "")?.[1] ?? "1";
  return "Process exited with status " + status + ": running " + JSON.stringify("exec sh -s\\n# drift 0a") + ":\\n" + (stdout ?? "") + (stderr ?? "");
}`;

const stopOf = async (work: Promise<unknown>): Promise<Stopped> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Stopped)) throw new Error(`no stop but ${String(error)}`);
  return error;
};

/** A host on which the runtime root cannot be made: a file stands in its way. */
function inTheWay(): void {
  const root = join(host.folder, "in the way");
  writeFileSync(root, "somebody's file\n");
  const { orchestrator } = host.config.orchestrator.content;
  const moved = {
    ...orchestrator,
    runtime_root: root,
    sidecar_root: `${root}/runs`,
    batch_dir: `${root}/batches`,
    global_locks_dir: `${root}/locks`,
  };
  host.declare({
    runtime: { ...host.config.runtime, root },
    orchestrator: {
      ...host.config.orchestrator,
      content: { ...host.config.orchestrator.content, orchestrator: moved },
    },
  });
}

test("a script that fails is told in its own words, with the stand-in and with the official plugin, also under a saved plan", async () => {
  inTheWay();
  const official: Engine = { ...host.engine, home, place: { ...host.engine.place, home } };
  for (const engine of [host.engine, official]) {
    for (const plan of [undefined, join(host.engine.place.project, "saved.plan")]) {
      // What an up before this one laid is no difference any more; the plan is of now.
      if (plan !== undefined) await lookWithEngine(engine, plan);
      const stop = await stopOf(bringUpStack(engine, () => undefined, plan));
      const told = `${stop.code} ${stop.facts.saw} ${(stop.facts.details ?? []).join("\n")}`;
      expect(told).toMatch(/^STOP_COULD_NOT_LOOK .*runtime/);
      expect(told).toContain("in the way");
      expect(told).not.toMatch(/exec sh -s|changed since the plan/);
    }
  }
  host.declare({});
});

test("a host that takes the connection and then is silent is given up after the declared time, and the part is named", async () => {
  const silent = await silentAfter(host.sshd.port, 1);
  host.declare({ connection: { ...host.config.connection, port: silent.port } });
  const began = Date.now();
  const stop = await stopOf(up(host.engine, { skipPreview: true, silentSeconds: 12 }));
  expect(stop.facts.saw).toMatch(/^the host has said nothing for 12 s/);
  expect(Date.now() - began).toBeLessThan(120_000);
  silent.stop();
  host.declare({});
});

/** Passes the first connections on; of later ones it takes a script and then never says a word again. */
async function silentAfter(port: number, connections: number): Promise<{ port: number; stop(): void }> {
  let taken = 0;
  const server: Server = createServer((socket) => {
    taken += 1;
    const quiet = taken > connections;
    const there = connect(port, "127.0.0.1");
    let sent = 0;
    const silent = (): boolean => quiet && sent > SCRIPT_BEGINS_AT;
    socket
      .on("data", (chunk: Buffer) => {
        sent += chunk.length;
        if (!silent()) there.write(chunk);
      })
      .on("error", () => there.destroy())
      .on("close", () => there.destroy());
    there
      .on("data", (chunk: Buffer) => void (silent() ? undefined : socket.write(chunk)))
      .on("error", () => socket.destroy())
      .on("close", () => void (silent() ? undefined : socket.destroy()));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
}

/** Bytes a client sends to log in are fewer; a script has more. */
const SCRIPT_BEGINS_AT = 6000;
