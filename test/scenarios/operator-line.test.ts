import { execa } from "execa";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childrenOf } from "../../scripts/sandbox/own-process.ts";
import { eventsIn, fileIn, hostedClone, removeClones, sandboxState, type OperatorClone } from "../support/operator-clone.ts";

const LONG = 1_200_000;
const LONGEST_LINE = 5_000;
const TO_THE_PAUSE = ["source_pin", "mark", "cutplan", "pre_write_backup", "grant_probe"];
let here: OperatorClone;

beforeAll(async () => {
  here = await hostedClone("here");
}, LONG);
afterAll(removeClones, LONG);

const register = async (document: string): Promise<void> => {
  expect((await here.script("register", fileIn(here, "law.md", "# One\n\nThe first text.\n"), document)).status).toBe(0);
};

/** Breaks the line of a running program up to `times` times, each at a random moment: on this side, or the session on the host's. */
async function breaking(program: { readonly pid?: number; readonly exitCode: number | null }, times: number): Promise<number> {
  let broken = 0;
  while (broken < times && program.exitCode === null) {
    // A line that dies before it stands, again and again, is a host that is away; most of these come to say something first.
    await sleep(Math.random() * LONGEST_LINE);
    const ours = childrenOf(program.pid ?? 0);
    const theirs = childrenOf(sandboxState(here).ssh.process.pid);
    const [victim] = broken % 2 === 0 ? ours : theirs;
    if (victim === undefined) continue;
    try {
      process.kill(victim.pid, "SIGKILL");
      broken += 1;
    } catch {
      // It ended in between.
    }
  }
  return broken;
}

const start = (name: string, ...args: string[]) => {
  const [program, ...words] = here.line(name, ...args);
  return execa(program, words, { cwd: here.folder, reject: false, stdin: "ignore" });
};
const passed = (events: readonly Record<string, unknown>[], status: string): unknown[] => events.filter((event) => event["event"] === "phase" && event["status"] === status).map((event) => event["phase"]);
const inOrder = (events: readonly Record<string, unknown>[]): void => {
  const positions = events.flatMap((event) => (typeof event["position"] === "number" ? [event["position"]] : []));
  expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
};

test("a line that breaks again and again while a run is cut and resumed loses no event and changes no outcome", async () => {
  await register("LINE-1");
  const cutting = start("cut", "LINE-1", "--json");
  let breaks = await breaking(cutting, 10);
  const cut = await cutting;
  const events = eventsIn(cut.stdout);
  expect([cut.exitCode, passed(events, "passed"), events.at(-1)?.["event"], cut.exitCode === 3 ? "" : cut.stderr]).toEqual([3, TO_THE_PAUSE, "ended", ""]);
  inOrder(events);
  const runs = (await here.script("runs", "--json")).events;
  expect(runs.map((run) => [run["document_id"], run["state"]])).toEqual([["LINE-1", "awaiting_cut_authorization"]]);

  const run = String(runs[0]?.["run_id"]);
  for (let round = 0; breaks < 20 && round < 20; round += 1) {
    const resuming = start("resume", run, "--json");
    breaks += await breaking(resuming, 2);
    const resumed = await resuming;
    const seen = eventsIn(resumed.stdout);
    expect([resumed.exitCode, resumed.exitCode === 3 ? resumed.stderr : `${resumed.stdout}\n${resumed.stderr}`]).toEqual([3, expect.stringContaining("STOP_APPROVAL_REQUIRED")]);
    expect(passed(seen, "passed")).toEqual([]);
  }
  expect(breaks).toBeGreaterThanOrEqual(10);
  const left = (await here.script("status", run, "--json")).events[0];
  expect(left).toMatchObject({ state: "awaiting_cut_authorization", closed: null, committed: "nothing" });
}, LONG);

test("a closed laptop ends the following and not the run, and logs shows all of it again", async () => {
  await register("LINE-2");
  const cutting = start("cut", "LINE-2", "--json");
  const opened = new Promise<string>((resolve) => {
    let text = "";
    cutting.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const run = /"run_id":"(ictr-[^"]+)".*"document_id":"LINE-2"/.exec(text)?.[1];
      if (run !== undefined) resolve(run);
    });
  });
  const run = await opened;
  cutting.kill("SIGKILL");
  await cutting;
  const logs = await here.script("logs", run, "--json");
  expect([logs.status, passed(logs.events, "passed")]).toEqual([3, TO_THE_PAUSE]);
}, LONG);

test("Ctrl-C detaches, says how to attach again, and the run goes on", async () => {
  await register("LINE-3");
  const cutting = start("cut", "LINE-3", "--json");
  await new Promise<void>((resolve) => { cutting.stdout.on("data", (chunk: Buffer) => { if (chunk.toString("utf8").includes('"opened"')) resolve(); }); });
  cutting.kill("SIGINT");
  const left = await cutting;
  const again = /npm run logs -- (ictr-\S+)/.exec(left.stderr)?.[1] ?? "not told";
  expect([left.exitCode, left.stderr]).toEqual([130, expect.stringContaining("detached; the run goes on")]);
  expect((await here.script("logs", again)).status).toBe(3);
}, LONG);
