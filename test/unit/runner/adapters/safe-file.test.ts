// Reading a file that its owner replaces at this very moment, as state.json of a run at work is.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSafely } from "../../../../runner/adapters/safe-file.ts";

test("a file that is replaced again and again while it is read is never taken for one with two names", async () => {
  const folder = mkdtempSync(join(tmpdir(), "safe-file-"));
  const path = join(folder, "state.json");
  const replace = (): void => {
    writeFileSync(`${path}.part`, "whole");
    renameSync(`${path}.part`, path);
  };
  try {
    replace();
    const answers = new Set<string>();
    for (let round = 0; round < 400; round += 1) {
      const reading = readSafely(path, 100);
      // Somewhere between its opening and its looking.
      for (let turn = 0; turn < round % 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      replace();
      const answer = await reading;
      answers.add(answer.ok ? answer.bytes.toString() : answer.reason);
    }
    expect([...answers]).toEqual(["whole"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
