import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../../../runner/adapters/configuration.ts";
import { openToAppend, readPlain, readPlainSync } from "../../../../runner/adapters/plain-file.ts";
import { eventsFile, eventsLength, fileEvents, followEvents } from "../../../../runner/adapters/run-events.ts";
import { exists, runFiles } from "../../../../runner/adapters/run-files.ts";
import { startDetached } from "../../../../runner/adapters/run-process.ts";
import { loadRecipient } from "../../../../runner/adapters/backup-key.ts";
import { readPackets } from "../../../../runner/adapters/envelope-packets.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { stopOfError } from "../../../../runner/model/system-fault.ts";
import { readProfile } from "../../../../scripts/signing/approver-profile.ts";
import { otherText } from "../../../../scripts/signing/judged-bundle.ts";
import { readStackFile } from "../../../../scripts/stack/stack-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plain-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const STRANGE: Record<string, (path: string) => void> = {
  "a pipe": (path) => execFileSync("mkfifo", [path]),
  "a folder": (path) => void mkdirSync(path),
  "a link to a pipe": (path) => {
    execFileSync("mkfifo", [`${path}.pipe`]);
    symlinkSync(`${path}.pipe`, path);
  },
  "a link to a device": (path) => symlinkSync("/dev/zero", path),
  "a link to nothing": (path) => symlinkSync("/nonexistent/x", path),
};
const READERS: Record<string, (path: string) => unknown> = {
  "the configuration": loadConfig,
  "a recipient key": (path) => loadRecipient(path, "A".repeat(40), new Date()),
  "a backup": readPackets,
  "an approver's profile": readProfile,
  "a copy to compare with": (path) => otherText(path, "your copy"),
  "a stack file": readStackFile,
};
const RUN = "ictr-20261120T080000Z-8a941203";

describe.each(Object.entries(STRANGE))("%s", (_kind, lay) => {
  test.each(Object.entries(READERS))("in place of %s is a stop, at once", async (_what, read) => {
    const path = join(folder, "file");
    lay(path);
    const began = Date.now();
    await expect(Promise.resolve(path).then(read)).rejects.toBeInstanceOf(Stopped);
    expect(Date.now() - began).toBeLessThan(1000);
  });
  test("in place of a file of a run is a stop, at once, and nothing is written through it", async () => {
    const run = join(folder, "runs", RUN);
    mkdirSync(run, { recursive: true });
    for (const name of ["state.json", "events.ndjson", "runner.log"]) lay(join(run, name));
    const files = runFiles(folder, join(folder, "locks"));
    await expect(files.readRun(RUN, "state.json")).rejects.toBeInstanceOf(Stopped);
    expect(() => eventsLength(folder, RUN)).toThrow(Stopped);
    await expect(followEvents(folder, RUN, 0).next()).rejects.toBeInstanceOf(Stopped);
    fileEvents(folder, RUN).emit({ event: "state", state: "opened" });
    expect(() => startDetached(folder, RUN, ["work"])).toThrow(Stopped);
  });
  test("in place of a halt file halts", async () => {
    mkdirSync(join(folder, "locks"));
    lay(join(folder, "locks", "HALT"));
    expect(await runFiles(folder, join(folder, "locks")).haltFile(RUN)).toBe("locks/HALT");
    expect(await exists(join(folder, "locks", "HALT"))).toBe(true);
  });
});

test("a plain file, also by a link, is read whole and appended to", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "one\n");
  symlinkSync(path, join(folder, "link"));
  expect((await readPlain(join(folder, "link"))).toString("utf8")).toBe("one\n");
  expect(readPlainSync(join(folder, "link")).toString("utf8")).toBe("one\n");
  expect(() => openToAppend(join(folder, "link"), 0o640)).toThrow("ELOOP");
});

test("an event line of 3 MB hides none of those behind it", async () => {
  const { emit } = fileEvents(folder, RUN);
  mkdirSync(join(folder, "runs", RUN), { recursive: true });
  emit({ event: "state", state: "opened" });
  const path = eventsFile(folder, RUN);
  writeFileSync(path, `${readFileSync(path, "utf8")}${"x".repeat(3_000_000)}\n`);
  emit({ event: "ended", exit: 0, stop: null });
  const seen: string[] = [];
  for await (const event of followEvents(folder, RUN, 0)) seen.push(event.event);
  expect(seen).toEqual(["state", "ended"]);
});

test("a full disk and a file where a folder belongs are stops that name call and place, any other fault is a bug", () => {
  const fault = (code: string, syscall: string) =>
    Object.assign(new Error(code), { code, syscall, path: "/tmp/cv-1/ring" });
  expect(stopOfError(fault("ENOSPC", "write"))?.facts).toMatchObject({
    saw: "/tmp/cv-1/ring: ENOSPC at write",
    wanted: "room on this disk",
  });
  expect(stopOfError(fault("EEXIST", "mkdir"))?.code).toBe("STOP_COULD_NOT_LOOK");
  expect(stopOfError(fault("ECONNREFUSED", "connect"))).toBeUndefined();
  expect(stopOfError(new TypeError("x is not a function"))).toBeUndefined();
  const stopped = new Stopped("STOP_HALTED", { saw: "a", wanted: "b" });
  expect(stopOfError(stopped)).toBe(stopped);
});
