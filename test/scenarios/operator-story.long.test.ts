import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  fileIn,
  operatorClone,
  removeClones,
  signBundle,
  stackFileOf,
  type OperatorClone,
  type ScriptAnswer,
} from "../support/operator-clone.ts";

const LAW = "# One\n\nThe first text.\n\n## Two\n\nThe second text.\n";
const LONG = 1_200_000;
let here: OperatorClone;
let colleague: OperatorClone;
let stack: string;

beforeAll(async () => {
  here = await operatorClone("here");
  expect((await here.script("sandbox", "up")).stdout).toContain("nothing of the cutter is on it yet: npm run up");
  expect(await here.script("register", fileIn(here, "law.md", LAW), "TOLD-1")).toMatchObject({
    status: 4,
    stderr: expect.stringMatching(/^NEXT +npm run up$/m),
  });
  expect(await here.script("drift")).toMatchObject({ status: 7 });
  expect(await here.script("up")).toMatchObject({ status: 0, stdout: expect.stringContaining("no drift") });
  expect(await here.script("drift")).toMatchObject({ status: 0 });
  // A clone of somebody else: no sandbox, no state of any kind, only the stack's file.
  colleague = await operatorClone("colleague");
  stack = fileIn(colleague, "Pulumi.shared.yaml", stackFileOf(here));
}, LONG);
afterAll(removeClones, LONG);

const runOf = (answer: ScriptAnswer): string =>
  String(answer.events.find((event) => event["event"] === "opened")?.["run_id"]);
const bundlesOf = async (clone: OperatorClone, run: string, ...more: string[]): Promise<(gate: string) => string> => {
  const fetched = await clone.script("fetch", run, "--json", ...more);
  expect([fetched.status, fetched.stderr]).toEqual([0, ""]);
  const folders = fetched.events.map((event) => String(event["bundle"]));
  return (gate) => folders.find((folder) => folder.includes(`/${gate}-`)) ?? "none";
};
async function cutAndSign(document: string): Promise<{ run: string; signed: readonly string[] }> {
  const cut = await here.script("cut", document, "--json");
  expect([cut.status, cut.stderr]).toEqual([3, expect.stringContaining("npm run fetch --")]);
  const run = runOf(cut);
  const bundle = await bundlesOf(here, run);
  return {
    run,
    signed: [
      await signBundle(here, here, "linh", bundle("SG_1_cut_authz")),
      await signBundle(here, here, "minh", bundle("EXECUTION")),
    ],
  };
}

test(
  "a document is taken in, cut, rolled back by a colleague with a fresh clone, cut again and closed out, by the scripts alone",
  async () => {
    const law = fileIn(here, "law.md", LAW);
    expect((await here.script("intake", law, "TOLD-1")).status).toBe(0);
    expect((await here.script("register", law, "TOLD-1")).status).toBe(0);
    const plan = await here.script("plan", "TOLD-1", "--json");
    expect([plan.status, plan.events[0]]).toEqual([0, expect.objectContaining({ event: "planned", units: 2 })]);
    expect((await here.script("runs")).stdout).toBe("");

    const first = await cutAndSign("TOLD-1");
    const written = await here.script("resume", first.run, ...first.signed);
    expect([written.status, written.stderr]).toEqual([
      3,
      expect.stringMatching(/write_verify +passed +[\d.]+ s +15\/15 +2 rows, \d+\/s/),
    ]);

    const started = await here.script("start", law, "TOLD-1");
    expect([started.status, started.stderr]).toEqual([4, expect.stringMatching(/^NEXT +npm run status -- ictr-/m)]);
    expect(started.stderr.match(/^STOP_/gm)).toHaveLength(1);

    const sheet = await colleague.script("status", "--stack", stack);
    expect(sheet.stdout).toContain(`${first.run} of TOLD-1`);
    expect(sheet.stdout).toContain("WAITING FOR       the signature of SG_2_lifecycle_authz");
    expect(sheet.stdout).toContain(`npm run fetch -- ${first.run} --stack ${stack}`);
    expect(sheet.stdout).toContain("no backup of this host was ever restored outside it");
    expect((await colleague.script("void", first.run, "not so", "--stack", stack)).status).toBe(4);
    const undone = await colleague.script("rollback", first.run, "tried out", "--stack", stack);
    expect([undone.status, undone.stderr]).toEqual([0, expect.stringContaining("their addresses are free")]);
    expect((await here.script("rollback", first.run, "again")).status).toBe(4);

    const second = await cutAndSign("TOLD-1");
    const spoiled = fileIn(here, "spoiled.json", "{}");
    const mixed = await here.script("admit", spoiled, ...second.signed);
    expect([mixed.status, mixed.stderr]).toEqual([4, expect.stringContaining("not admitted: spoiled.json")]);
    expect(mixed.stderr.match(/^admitted: /gm)).toHaveLength(2);
    const again = await here.script("resume", second.run, ...second.signed);
    expect([again.status, again.stderr]).toEqual([3, expect.stringContaining("admitted before: EXECUTION")]);
    const bundle = await bundlesOf(colleague, second.run, "--stack", stack);
    const enactment = await signBundle(colleague, here, "hoa", bundle("SG_2_lifecycle_authz"));
    // The folder of all that was signed, as an operator gives it.
    const all = [...second.signed, enactment];
    const enacted = await colleague.script("resume", second.run, ...all, "--stack", stack);
    expect([enacted.status, enacted.stderr]).toEqual([0, expect.stringContaining("used before: SG_1_cut_authz")]);
    expect(enacted.stderr).toContain("used before: EXECUTION");
    expect((await here.script("verify", second.run)).status).toBe(0);
    expect((await here.script("runs", "--json")).events.map((run) => [run["run_id"], run["state"]])).toEqual([
      [second.run, "closeout_reported"],
      [first.run, "reverted"],
    ]);

    const foreign = join(here.folder, ".sandbox/approvers/linh/key.asc");
    for (const part of [["--head"], []]) {
      expect(await here.script("restore-drill", second.run, "--key-file", foreign, ...part)).toMatchObject({
        status: 9,
        stdout: "",
        stderr: expect.stringContaining("gpg does not open it"),
      });
    }
    expect((await here.script("restore-drill", second.run, "--head")).status).toBe(0);
    expect((await here.script("status")).stdout).toContain("was ever restored outside it");
    const drill = await here.script("restore-drill", second.run, "--json");
    expect([drill.status, drill.events[0]]).toEqual([
      0,
      expect.objectContaining({ event: "drilled", kind: "whole", tables: 17 }),
    ]);
    expect((await colleague.script("status", "--stack", stack)).stdout).toBe(
      `no run is open; all of them: npm run runs -- --stack ${stack}`,
    );
    expect(await colleague.script("status", "ictr-20261120T000000Z-00000000", "--stack", stack)).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(new RegExp(`^NEXT +npm run status -- --stack ${stack}$`, "m")),
    });
    expect((await here.script("backup", "prune", second.run)).status).toBe(0);
    expect(await here.script("restore-drill", second.run, "--head")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^NEXT +npm run backup -- list$/m),
    });
  },
  LONG,
);

test(
  "programs refuse before they dial: no id, a foreign id, no such stack, a setting of the shell that runs code",
  async () => {
    const nowhere = fileIn(
      colleague,
      "Pulumi.nowhere.yaml",
      stackFileOf(here).replace(/(cutter:connection.*?"port":)\d+/, (_, before: string) => `${before}1`),
    );
    expect((await here.script("rollback")).status).toBe(64);
    expect((await here.script("void", "../../x", "reason")).status).toBe(4);
    expect(await colleague.script("status")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("npm run sandbox -- up"),
    });
    expect((await colleague.script("status", "--json")).events).toEqual([
      {
        event: "ended",
        exit: 1,
        stop: expect.objectContaining({ code: "STOP_COULD_NOT_LOOK", next: "npm run sandbox -- up" }),
      },
    ]);
    expect(await colleague.script("status", "--stack", "other")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no Pulumi[.]other[.]yaml[^]*^NEXT +npm run init -- other$/m),
    });
    expect(await colleague.script("status", "--stack", nowhere)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("127.0.0.1:1"),
    });
    expect((await colleague.script("intake", "/nowhere/law.md", "LAW-1", "--json")).events).toEqual([
      { stop: { code: "STOP_COULD_NOT_LOOK", line: 0, reason: expect.stringContaining("/nowhere/law.md") } },
    ]);
    const wrong = fileIn(
      colleague,
      "Pulumi.wrong.yaml",
      stackFileOf(here).replace(/"hostKey":"[^"]*"/, '"hostKey":"ssh-rsa AAAA"'),
    );
    expect(await colleague.script("status", "--stack", wrong)).toMatchObject({
      status: 4,
      stderr: expect.stringContaining("cutter:connection.hostKey"),
    });
  },
  LONG,
);

test(
  "npm start judges prefix and document before it makes a host, and says what to give instead",
  async () => {
    const law = fileIn(colleague, "a law.md", LAW);
    const alone = await colleague.script("start", law);
    expect([alone.status, alone.stderr]).toEqual([4, expect.stringContaining(`npm start -- '${law}' MY-PREFIX\n`)]);
    for (const [file, prefix, reason] of [
      ["none.md", "NONE-1", "none.md does not exist"],
      [colleague.folder, "FOLDER-1", "cannot be read as a file"],
      [law, "lower", "the prefix must be"],
      [law, "ICX-CONST", "the prefix is reserved"],
      [fileIn(colleague, "empty.md", ""), "EMPTY-1", "the document shows no character"],
      [fileIn(colleague, "luat.txt", "Điều 1. Phạm vi\n\nLuật này.\n"), "LUAT-1", "--profile vn-law-1"],
    ] as const) {
      const refused = await colleague.script("start", file, prefix);
      expect([refused.status, refused.stderr]).toEqual([4, expect.stringContaining(reason)]);
      expect(refused.stderr).toContain("nothing: this command opened no run");
    }
    expect(existsSync(join(colleague.folder, ".sandbox"))).toBe(false);
  },
  LONG,
);

test(
  "a host that shows another key than the pinned one is not talked to",
  async () => {
    const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const stranger = fileIn(
      colleague,
      "Pulumi.stranger.yaml",
      stackFileOf(here).replace(/"hostKey":"[^"]*"/, `"hostKey":"${other}"`),
    );
    expect(await colleague.script("runs", "--stack", stranger)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("its host key is not the pinned one; nothing was sent"),
    });
  },
  LONG,
);

test(
  "every answer names a command of this machine, for a run nobody knows and for a host that is down",
  async () => {
    const unknown = "ictr-20260101T000000Z-deadbeef";
    expect(await here.script("status", unknown)).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/^NEXT +npm run status$/m),
    });
    const cut = await here.script("cut", "NOBODY-1");
    expect([cut.status, cut.stderr]).toEqual([4, expect.not.stringContaining("`cutter ")]);
    await here.script("sandbox", "down");
    for (const words of [["sandbox", "ssh"], ["sandbox", "psql"], ["drift"], ["status"]] as const) {
      const [name, ...rest] = words;
      expect([name, await here.script(name, ...rest)]).toEqual([
        name,
        expect.objectContaining({
          status: 1,
          stderr: expect.stringMatching(/^saw +the sandbox host is down$[^]*^NEXT +npm run sandbox -- up$/m),
        }),
      ]);
    }
  },
  LONG,
);
