// A host that does not come to an end is left, with little memory: real sshd and programs, the host's cutter replaced.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operatorClone, removeClones, type OperatorClone } from "../support/operator-clone.ts";
import { RUN_ID } from "../support/recorded-run.ts";
import { FRAME_BEGINS, spokenHost, type SpokenHost } from "../support/spoken-host.ts";

const GROWTH_MIB = 64;
let clone: OperatorClone;
let host: SpokenHost;
let honest: number;
beforeAll(async () => {
  clone = await operatorClone("here");
  host = await spokenHost(clone);
  honest = (await host.measure("status")).peak;
});
afterAll(async () => {
  await host.stop();
  await removeClones();
});

const EVENTS = `yes '{"event":"x","text":"hundreds of thousands of these"}'`;
const ONE_LINE = "head -c 100G /dev/zero | tr '\\0' x";
const LONG_LINES = `yes "{\\"event\\":\\"$(head -c 100000 /dev/zero | tr '\\0' x)\\"}"`;

test.each([
  ["status", [], "events", `${FRAME_BEGINS}${EVENTS}`],
  ["runs", [], "long lines", `${FRAME_BEGINS}${LONG_LINES}`],
  ["logs", [RUN_ID], "one line", `${FRAME_BEGINS}${ONE_LINE}`],
  ["fetch", [RUN_ID], "events", `${FRAME_BEGINS}${EVENTS}`],
  ["approvals", [RUN_ID], "one line", `${FRAME_BEGINS}${ONE_LINE}`],
  ["approvals", [RUN_ID], "events", `${FRAME_BEGINS}${EVENTS}`],
  ["halt", ["--reason", "x"], "words to people", `${FRAME_BEGINS}yes`],
  ["verify", [RUN_ID, "--json"], "words outside any frame", EVENTS],
  ["backup", ["list"], "messages", `${FRAME_BEGINS}${ONE_LINE} >&2`],
])(
  "%s %j of a host that sends %s without end stops, within 64 MiB more than an honest answer",
  async (name, words, _what, says) => {
    host.cutter(says);
    const more: Readonly<Record<string, readonly string[]>> = {
      fetch: ["--out", join(clone.folder, "bundles")],
      approvals: ["--profile", host.profile],
    };
    const seen = await host.measure(name, ...words, ...(more[name] ?? []));
    expect([seen.status, seen.stderr]).toEqual([1, expect.stringMatching(/STOP_COULD_NOT_LOOK[^]*the host sends/)]);
    expect(seen.peak - honest).toBeLessThan(GROWTH_MIB);
  },
);

test("a bundle of 30 MB arrives byte for byte, piece by piece, within the same memory", async () => {
  const request = join(host.runtimeRoot, "runs", RUN_ID, "requests", "SG_1_cut_authz-1");
  mkdirSync(request, { recursive: true });
  const law = Buffer.from("Điều 1. Phạm vi điều chỉnh\n".repeat(1_000_000)).subarray(0, 30_000_000);
  writeFileSync(join(request, "snapshot.md"), law);
  writeFileSync(join(request, "findings.json"), "");
  writeFileSync(join(request, "payload.json"), "{}\n");
  host.cutter();
  const out = join(clone.folder, "bundles");
  const seen = await host.measure("fetch", RUN_ID, "--out", out);
  expect([seen.status, seen.stderr]).toEqual([0, expect.stringContaining("npm run approve")]);
  const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
  const arrived = join(out, RUN_ID, "SG_1_cut_authz-1");
  expect(digest(readFileSync(join(arrived, "snapshot.md")))).toBe(digest(law));
  expect(readFileSync(join(arrived, "findings.json"), "utf8")).toBe("");
  expect(seen.peak - honest).toBeLessThan(GROWTH_MIB);
  process.stderr.write(`30 MB fetched in ${seen.seconds.toFixed(1)} s, ${(seen.peak - honest).toFixed(0)} MiB more\n`);
});
