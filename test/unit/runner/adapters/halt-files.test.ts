// The halt file is written and looked for in one place, the folder that the configuration names.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runFiles, writeWhole } from "../../../../runner/adapters/run-files.ts";

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

test("a folder of locks that this user may not search is no host without a halt", async () => {
  writeFileSync(join(locks, "HALT"), "{}\n");
  chmodSync(root, 0o755);
  chmodSync(join(root, "elsewhere"), 0o755);
  chmodSync(locks, 0o000);
  const looked = asNobody(() => runFiles(join(root, "runtime"), locks).haltFile(RUN));
  await expect(looked).rejects.toMatchObject({ code: "STOP_COULD_NOT_LOOK", facts: { wanted: "the right to look" } });
});

test("a halt is written where somebody took the folder of locks away", async () => {
  rmSync(locks, { recursive: true });
  await writeWhole(join(locks, "HALT"), "{}\n");
  expect(await runFiles(join(root, "runtime"), locks).haltFile(RUN)).toBe(`${locks}/HALT`);
});

/** Root may search every folder: the look is made as a user without rights. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
