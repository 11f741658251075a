// The built program watches a runtime root as a run leaves it: what stands there is told once, what changes is told as it changes, and the
// reader's going ends it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { printed } from "../../runner/model/events.ts";
import { stateText } from "../../runner/rules/run-state.ts";
import { RUN_ID } from "../support/recorded-run.ts";
import { stoppedRunHost, stoppedState, type StoppedRunHost } from "../support/stopped-run-host.ts";

type Told = Record<string, unknown>;
let folder: string;
let host: StoppedRunHost;
let child: ChildProcess;
let told: Told[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watched-"));
  host = stoppedRunHost(folder);
  told = [];
});
afterEach(async () => {
  if (child.exitCode === null) {
    child.kill();
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

function watch(): void {
  child = spawn(process.execPath, [host.program, "--config", host.config, "--json", "orchestrate", "watch"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout) createInterface(child.stdout).on("line", (line) => told.push(JSON.parse(line) as Told));
}
const looks = (): Told[] => told.filter(({ event }) => event === "watched");
const phase = (name: string): string =>
  `${JSON.stringify({ at: "2026-11-29T12:00:00.000Z", pid: 1, event: "phase", phase: name, status: "started" })}\n`;

test("a run, its events, a halt file and a blind spot are told, each line in the form that programs read", async () => {
  appendFileSync(join(host.runs, RUN_ID, "events.ndjson"), phase("mark"));
  watch();
  await expect.poll(() => looks().length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(told.filter(({ state }) => state === "grants_probed")).toMatchObject([
    { run_id: RUN_ID, last_stop: "STOP_DRIFT", closed: null, halted: [] },
  ]);
  expect(told.find(({ event }) => event === "phase")).toMatchObject({ run_id: RUN_ID, phase: "mark" });
  expect(looks()[0]).toMatchObject({ host: "told-host", halts: [], backup_at: null, drill_at: null, backup_days: 7 });
  expect(String(looks()[0]?.["unseen"])).toContain("the approver set");

  writeFileSync(
    join(host.root, "locks", "HALT"),
    JSON.stringify({ halt_id: "7", reason: "strange rows", actor: "linh", at: "2026-11-29T12:00:00.000Z" }),
  );
  appendFileSync(join(host.runs, RUN_ID, "events.ndjson"), phase("cutplan"));
  await expect
    .poll(() => looks().at(-1)?.["halts"], { timeout: 20_000 })
    .toMatchObject([{ run_id: null, by: "linh", reason: "strange rows" }]);
  expect(told.filter(({ event }) => event === "phase").map((one) => one["phase"])).toEqual(["mark", "cutplan"]);
  expect(told.filter(({ state }) => state !== undefined)).toHaveLength(2);
  for (const line of told) expect([line, printed.safeParse(line).success]).toEqual([line, true]);
});

test("a state file that cannot be read hides nothing else, and its run is told when it can be read again", async () => {
  writeFileSync(join(host.runs, RUN_ID, "state.json"), "{");
  watch();
  await expect.poll(() => String(looks().at(-1)?.["unseen"]), { timeout: 20_000 }).toContain(RUN_ID);
  writeFileSync(join(host.runs, RUN_ID, "state.json"), stateText(stoppedState(4)));
  await expect.poll(() => told.some(({ state }) => state === "grants_probed"), { timeout: 20_000 }).toBe(true);
});

test("whoever watches and goes away leaves no process behind", async () => {
  watch();
  await expect.poll(() => looks().length, { timeout: 20_000 }).toBeGreaterThan(0);
  child.stdout?.destroy();
  const [status] = (await once(child, "exit")) as [number];
  expect(status).toBe(0);
});
