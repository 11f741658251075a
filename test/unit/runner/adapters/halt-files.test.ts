// The halt file is written and looked for in one place, the folder that the configuration names.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runFiles } from "../../../../runner/adapters/run-files.ts";

const RUN = "ictr-20261120T120000Z-0a1b2c3d";
let root = "";
let locks = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "halts-"));
  locks = join(root, "elsewhere", "locks");
  mkdirSync(locks, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a halt written to a folder of its own stopped nothing: it was looked for below the runtime root", async () => {
  writeFileSync(join(locks, "HALT"), "{}\n");
  expect(await runFiles(join(root, "runtime"), locks).haltFile(RUN)).toBe(`${locks}/HALT`);
});

test("a halt file of one run is told by its name below the runtime root", async () => {
  writeFileSync(
    join(locks, `HALT.${RUN}`),
    '{"halt_id":"7","reason":"r","actor":"a","at":"2026-11-20T12:00:00.000Z"}\n',
  );
  expect(await runFiles(root, locks).haltFile(RUN)).toBe(`elsewhere/locks/HALT.${RUN} (halt 7)`);
  expect(await runFiles(root, join(root, "other")).haltFile(RUN)).toBeUndefined();
});
