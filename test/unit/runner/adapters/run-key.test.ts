// The key of a run on a host of several machines: the same on each, another for each run, and none without the key they share.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeRunKey, runKey } from "../../../../runner/adapters/run-key.ts";

const folder = mkdtempSync(join(tmpdir(), "run-key-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const RUN = "ictr-20261129T120000Z-00000001";
const machineWith = (root: string, line: string) => {
  const key_file = join(folder, `${root}.env`);
  writeFileSync(key_file, `${line}\n`, { mode: 0o600 });
  return { orchestrator: { runtime_root: join(folder, root) }, machines: { names: ["law-1", "law-2"], key_file } };
};
const LINE = `DOT_CUTTER_MACHINES_KEY=${"ab".repeat(32)}`;

test("two machines with the same line derive the same key, which is no other run's", async () => {
  const [one, other] = [machineWith("one", LINE), machineWith("other", LINE)];
  makeRunKey(one, RUN);
  const key = await runKey(one, RUN);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(await runKey(other, RUN)).toBe(key);
  expect(await runKey(one, "ictr-20261129T120000Z-00000002")).not.toBe(key);
  expect(await runKey(machineWith("third", LINE.replace("ab", "cd")), RUN)).not.toBe(key);
});

test("a missing or short key is refused by its name, and no character of it is told", async () => {
  await expect(runKey(machineWith("short", "DOT_CUTTER_MACHINES_KEY=s3cret"), RUN)).rejects.toMatchObject({
    code: "STOP_PRECHECK_FAILED",
    facts: { saw: expect.not.stringContaining("s3cret") },
  });
  await expect(runKey(machineWith("none", "OTHER=1"), RUN)).rejects.toMatchObject({ code: "STOP_PRECHECK_FAILED" });
});
