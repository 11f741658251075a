// A link in place of a folder below the runtime root: nothing is written or read through it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backupShelf } from "../../../../runner/adapters/backup-shelf.ts";
import { folderReporter } from "../../../../runner/adapters/folder-reporter.ts";
import { eventsLength, fileEvents, followEvents } from "../../../../runner/adapters/run-events.ts";
import { runFiles } from "../../../../runner/adapters/run-files.ts";
import { makeRunKey, runKey } from "../../../../runner/adapters/run-key.ts";
import { claimAsk, claimRun, startDetached } from "../../../../runner/adapters/run-process.ts";
import type { BackupReceipt } from "../../../../runner/model/backup-receipt.ts";

const RUN = "ictr-20261120T080000Z-8a941203";
let folder: string;
let root: string;
let elsewhere: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "own-"));
  [root, elsewhere] = [join(folder, "root"), join(folder, "elsewhere")];
  mkdirSync(root);
  mkdirSync(elsewhere);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const link = (path: string): void => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  symlinkSync(elsewhere, join(root, path));
};
const files = () => runFiles(root, join(root, "locks"));
const REFUSED = { code: "STOP_REFUSED_INPUT", facts: { saw: expect.stringMatching(/ is a link$/) } };
const IS_A_LINK = /^STOP_REFUSED_INPUT: .* is a link$/;

describe("through a link in place of", () => {
  afterEach(() => expect(readdirSync(elsewhere)).toEqual([]));
  test("the requests of a run no request is written", async () => {
    link(`runs/${RUN}/requests`);
    const writing = files().writeRun(RUN, "requests/EXECUTION-1/payload.json", "{}");
    await expect(writing).rejects.toMatchObject(REFUSED);
  });
  test("the reports and the rollback folder no document is written", async () => {
    for (const area of ["reports", "rollback"] as const) {
      link(area);
      await expect(files().write(area, `${RUN}/report.md`, "#"), area).rejects.toMatchObject(REFUSED);
    }
    await expect(folderReporter(join(root, "reports")).deliver(RUN, "report.md", "#")).rejects.toMatchObject({
      code: "STOP_KB_UPLOAD_FAILED",
    });
  });
  test("a run, or all of them, nothing of a run is written or begun", async () => {
    for (const path of [`runs/${RUN}`, "runs"]) {
      rmSync(join(root, "runs"), { recursive: true, force: true });
      link(path);
      await expect(files().writeRun(RUN, "state.json", "{}"), path).rejects.toMatchObject(REFUSED);
      fileEvents(root, RUN).emit({ event: "state", state: "opened" });
      expect(() => makeRunKey({ orchestrator: { runtime_root: root } }, RUN)).toThrow(IS_A_LINK);
      expect(() => claimAsk(root, RUN, "ask")).toThrow(IS_A_LINK);
      expect(() => startDetached(root, RUN, ["work"])).toThrow(IS_A_LINK);
      if (path === "runs") {
        expect(() => claimRun(root, RUN)).toThrow(IS_A_LINK);
        await expect(files().appendRunsIndex("{}")).rejects.toMatchObject(REFUSED);
      }
    }
  });
  test("the backups no receipt is written", async () => {
    link("backups");
    const receipt = { file: `${RUN}.sql.gpg` } as BackupReceipt;
    await expect(backupShelf(root).keep(receipt)).rejects.toMatchObject(REFUSED);
  });
});

describe("what lies behind a link is not read as", () => {
  test("a run's state, events or key", async () => {
    link(`runs/${RUN}`);
    for (const name of ["state.json", "events.ndjson", "run.key"]) writeFileSync(join(elsewhere, name), "x");
    await expect(files().readRun(RUN, "state.json")).rejects.toMatchObject(REFUSED);
    expect(() => eventsLength(root, RUN)).toThrow(IS_A_LINK);
    await expect(followEvents(root, RUN, 0).next()).rejects.toMatchObject(REFUSED);
    await expect(runKey({ orchestrator: { runtime_root: root } }, RUN)).rejects.toMatchObject(REFUSED);
  });
  test("a registered text or the runs index", async () => {
    link("artifacts");
    link("runs");
    writeFileSync(join(elsewhere, "one-1.md"), "# A\n");
    writeFileSync(join(elsewhere, "runs-index.jsonl"), "{}\n");
    await expect(files().artifact("one-1")).rejects.toMatchObject(REFUSED);
    await expect(files().runsIndex()).rejects.toMatchObject(REFUSED);
  });
});

test("a file in place of a folder is named as such", async () => {
  writeFileSync(join(root, "rollback"), "");
  await expect(files().write("rollback", `${RUN}/pre.json`, "{}")).rejects.toMatchObject({
    facts: { saw: `${join(root, "rollback")} is no folder` },
  });
});

test("a runtime root that is a link itself, and folders that are not there yet, are used", async () => {
  symlinkSync(root, join(folder, "declared"));
  await runFiles(join(folder, "declared"), join(folder, "locks")).writeRun(RUN, "requests/EXECUTION-1/a.json", "{}");
  expect(existsSync(join(root, "runs", RUN, "requests", "EXECUTION-1", "a.json"))).toBe(true);
});
