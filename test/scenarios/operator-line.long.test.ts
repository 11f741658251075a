import { execa } from "execa";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childrenOf } from "../../scripts/sandbox/own-process.ts";
import {
  eventsIn,
  fileIn,
  hostedClone,
  removeClones,
  sandboxState,
  signBundle,
  type OperatorClone,
} from "../support/operator-clone.ts";

const LONG = 1_200_000;
const LONGEST_LINE = 2_500;
const BREAKS_A_PROGRAM = 8;
const TO_THE_PAUSE = ["source_pin", "mark", "cutplan", "pre_write_backup", "grant_probe"];
const WRITTEN = ["cut_leg_a", "structural_verify", "leg_b_record", "write_verify"];
let here: OperatorClone;

beforeAll(async () => {
  here = await hostedClone("here");
}, LONG);
afterAll(removeClones, LONG);

const register = async (document: string): Promise<void> => {
  expect((await here.script("register", fileIn(here, "law.md", "# One\n\nThe first text.\n"), document)).status).toBe(
    0,
  );
};

/** Breaks the line of a running program up to `times` times, each at a random moment: on this side, or the session on the host's. */
async function breaking(
  program: { readonly pid?: number; readonly exitCode: number | null },
  times: number,
): Promise<number> {
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
/** What a running program has said once it matches: the first group. */
const seen = (program: ReturnType<typeof start>, words: RegExp): Promise<string> =>
  new Promise((resolve) => {
    let text = "";
    program.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const found = words.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
const passed = (events: readonly Record<string, unknown>[], status: string): unknown[] =>
  events.filter((event) => event["event"] === "phase" && event["status"] === status).map((event) => event["phase"]);
const inOrder = (events: readonly Record<string, unknown>[]): void => {
  const positions = events.flatMap((event) => (typeof event["position"] === "number" ? [event["position"]] : []));
  expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
};

/** Runs a program to its end while its line breaks; answers its events. `status` is what it must answer, however often the line broke. */
async function throughBreaks(
  name: string,
  words: readonly string[],
  status: number,
): Promise<{ events: Record<string, unknown>[]; breaks: number }> {
  const program = start(name, ...words, "--json");
  const breaks = await breaking(program, BREAKS_A_PROGRAM);
  const done = await program;
  expect([name, done.exitCode, done.exitCode === status ? "" : done.stderr]).toEqual([name, status, ""]);
  const events = eventsIn(done.stdout);
  inOrder(events);
  expect(events.at(-1)?.["event"]).toBe("ended");
  return { events, breaks };
}

/** A document cut, written and enacted over a line that breaks: every phase once, and the outcome of a line that holds. */
async function cutThroughBreaks(document: string): Promise<number> {
  await register(document);
  const cut = await throughBreaks("cut", [document], 3);
  expect(passed(cut.events, "passed")).toEqual(TO_THE_PAUSE);
  const runs = (await here.script("runs", "--json")).events.filter((one) => one["document_id"] === document);
  expect(runs.map((one) => one["state"])).toEqual(["awaiting_cut_authorization"]);
  const run = String(runs[0]?.["run_id"]);
  const signatures = [await signedBy("linh", run, "SG_1_cut_authz"), await signedBy("minh", run, "EXECUTION")];
  const written = await throughBreaks("resume", [run, ...signatures], 3);
  expect(passed(written.events, "passed")).toEqual(WRITTEN);
  const enacted = await throughBreaks("resume", [run, await signedBy("hoa", run, "SG_2_lifecycle_authz")], 0);
  expect(passed(enacted.events, "passed")).toEqual(["lifecycle_enact", "closeout"]);
  expect((await here.script("verify", run)).status).toBe(0);
  return cut.breaks + written.breaks + enacted.breaks;
}

async function signedBy(person: string, run: string, gate: string): Promise<string> {
  const fetched = await here.script("fetch", run, "--json");
  const bundle = fetched.events.map((event) => String(event["bundle"])).find((folder) => folder.includes(`/${gate}-`));
  return signBundle(here, here, person, bundle ?? `no ${gate}: ${fetched.stderr}`);
}

test(
  "a line cut twenty times at random moments of cut and resume loses no event and changes no outcome",
  async () => {
    let breaks = await cutThroughBreaks("LINE-1");
    // A quick machine is through before twenty: the rest of them in cuts to the pause.
    for (let number = 2; breaks < 20; number += 1) {
      await register(`LINE-${number}`);
      const cut = await throughBreaks("cut", [`LINE-${number}`], 3);
      expect(passed(cut.events, "passed")).toEqual(TO_THE_PAUSE);
      breaks += cut.breaks;
    }
  },
  LONG,
);

test(
  "a closed laptop ends the following and not the run, and logs shows all of it again",
  async () => {
    await register("LAPTOP-1");
    const cutting = start("cut", "LAPTOP-1", "--json");
    const opened = await seen(cutting, /"run_id":"(ictr-[^"]+)".*"document_id":"LAPTOP-1"/);
    cutting.kill("SIGKILL");
    await cutting;
    const logs = await here.script("logs", opened, "--json");
    expect([logs.status, passed(logs.events, "passed")]).toEqual([3, TO_THE_PAUSE]);

    const resuming = start(
      "resume",
      opened,
      await signedBy("linh", opened, "SG_1_cut_authz"),
      await signedBy("minh", opened, "EXECUTION"),
      "--json",
    );
    await seen(resuming, /"event":"(attached|phase)"/);
    // What the script hears when its terminal goes away.
    resuming.kill("SIGHUP");
    expect((await resuming).signal).toBe("SIGHUP");
    const again = await here.script("logs", opened, "--json");
    expect([again.status, passed(again.events, "passed")]).toEqual([3, [...TO_THE_PAUSE, ...WRITTEN]]);
  },
  LONG,
);

test(
  "Ctrl-C detaches, says how to attach again, and the run goes on",
  async () => {
    await register("DETACH-1");
    const cutting = start("cut", "DETACH-1", "--json");
    await seen(cutting, /"(opened)"/);
    cutting.kill("SIGINT");
    const left = await cutting;
    const again = /npm run logs -- (ictr-\S+)/.exec(left.stderr)?.[1] ?? "not told";
    expect([left.exitCode, left.stderr]).toEqual([130, expect.stringContaining("detached; the run goes on")]);
    expect((await here.script("logs", again)).status).toBe(3);
  },
  LONG,
);
