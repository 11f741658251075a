// Copies of a proven backup on another machine: laid whole or not at all, and brought back only unchanged.
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  bringCopy,
  copiesIn,
  dropCopies,
  insistElsewhere,
  layCopies,
} from "../../../../runner/adapters/backup-copies.ts";
import { backupVault, type BackupConfig } from "../../../../runner/adapters/backup-vault.ts";
import { sha256 } from "../../../../runner/model/canonical.ts";

let root: string;
let other: string;
let file: string;
const BYTES = "a sealed backup";
const SHA = sha256(BYTES);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "copies-"));
  other = join(root, "other");
  mkdirSync(other);
  file = join(root, "run.sql.gpg");
  writeFileSync(file, BYTES);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a copy is laid once under its digest and brought to a machine that has no file", async () => {
  await layCopies([other], file, SHA);
  await layCopies([other], file, SHA);
  expect(readdirSync(other)).toEqual([`${SHA}.sql.gpg`]);
  rmSync(file);
  expect(await bringCopy([other], SHA, file)).toBe(true);
  expect(readFileSync(file, "utf8")).toBe(BYTES);
});

test("a folder that is away stops the backup by name, before anyone is asked to sign", async () => {
  const away = join(root, "away");
  await expect(layCopies([other, away], file, SHA)).rejects.toMatchObject({
    code: "STOP_BACKUP_FAILED",
    facts: { saw: expect.stringContaining(`${away} failed: ENOENT`) as unknown },
  });
});

test.each([
  ["other bytes", (path: string) => writeFileSync(path, "other bytes")],
  ["a link to another file", (path: string) => symlinkSync(file, path)],
])("a copy of %s under the right name is not read back as the backup", async (_what, lay) => {
  lay(join(other, `${SHA}.sql.gpg`));
  writeFileSync(file, BYTES);
  await expect(layCopies([other], file, SHA)).rejects.toMatchObject({ code: "STOP_BACKUP_FAILED" });
  expect(await bringCopy([other], SHA, join(root, "brought.sql.gpg"))).toBe(false);
  expect(readdirSync(root).sort()).toEqual(["other", "run.sql.gpg"]);
});

test("a pipe in place of a copy is no backup, and nobody waits for it; halves that a killed machine left go with the next copy", async () => {
  execFileSync("mkfifo", [join(other, `${SHA}.sql.gpg`)]);
  expect(await bringCopy([other], SHA, join(root, "brought.sql.gpg"))).toBe(false);
  await expect(layCopies([other], file, SHA)).rejects.toMatchObject({ code: "STOP_BACKUP_FAILED" });
  rmSync(join(other, `${SHA}.sql.gpg`));
  for (const [half, hours] of [
    [`${"a".repeat(64)}.sql.gpg.00000001.new`, 2],
    [`${"a".repeat(64)}.sql.gpg.00000002.new`, 0],
  ] as const) {
    writeFileSync(join(other, half), "half");
    utimesSync(join(other, half), new Date(), new Date(Date.now() - hours * 3_600_000));
  }
  await layCopies([other], file, SHA);
  expect(readdirSync(other).sort()).toEqual([`${SHA}.sql.gpg`, `${"a".repeat(64)}.sql.gpg.00000002.new`].sort());
});

test("a folder for copies beside the backups, lost with the same disk, does not pass the precheck; one of another file system does", async () => {
  await expect(insistElsewhere(other, root)).rejects.toMatchObject({
    code: "STOP_PRECHECK_FAILED",
    facts: { saw: `on the same file system as ${root}: lost together with it` },
  });
  await expect(insistElsewhere("/proc", root)).resolves.toBeUndefined();
});

test("the copies of a backup go together, those of others stay, and a folder that keeps its copy is named", async () => {
  const second = join(root, "second");
  mkdirSync(second);
  await layCopies([other, second], file, SHA);
  writeFileSync(join(other, `${"b".repeat(64)}.sql.gpg`), "another");
  expect(await dropCopies([other, second], SHA)).toBe(2);
  expect(await dropCopies([other, second], SHA)).toBe(0);
  expect(readdirSync(other)).toEqual([`${"b".repeat(64)}.sql.gpg`]);
  mkdirSync(join(second, `${SHA}.sql.gpg`));
  await expect(dropCopies([second], SHA)).rejects.toMatchObject({ code: "STOP_COULD_NOT_LOOK" });
});

test("copies are found by their digest, once for all folders; other files are none, and a folder that is away is named", async () => {
  const second = join(root, "second");
  mkdirSync(second);
  await layCopies([other, second], file, SHA);
  writeFileSync(join(other, "notes.txt"), "not ours");
  mkdirSync(join(other, `${"b".repeat(64)}.sql.gpg`));
  expect(await copiesIn([other, second])).toEqual([
    { file_sha: SHA, file: join(other, `${SHA}.sql.gpg`), size_bytes: BYTES.length, at: expect.any(Date) as unknown },
  ]);
  await expect(copiesIn([join(root, "away")])).rejects.toMatchObject({ code: "STOP_COULD_NOT_LOOK" });
});

const RUN = "ictr-20261130T160835Z-64995f4a";
const vaultOf = (machines: BackupConfig["machines"]) =>
  backupVault(
    { orchestrator: { runtime_root: root }, batch: { backup_copies: [other] }, machines } as unknown as BackupConfig,
    () => Promise.reject(new Error("nobody logs in")),
    () => undefined,
  );

test("a machine brings the newest proven backup where it holds an earlier attempt's, or one it lost before the receipt was recorded", async () => {
  const own = join(root, "backups", `${RUN}.sql.gpg`);
  mkdirSync(join(root, "backups"));
  await layCopies([other], file, SHA);
  const vault = vaultOf({ names: ["law-1", "law-2"], key_file: "/etc/cutter/machines.env" });
  for (const bytes of ["the first attempt", "one that no receipt names"]) {
    writeFileSync(own, bytes);
    expect(await vault.has(RUN, { file_sha: SHA })).toBe(true);
    expect(readFileSync(own, "utf8")).toBe(BYTES);
  }
  rmSync(join(other, `${SHA}.sql.gpg`));
  expect(await vault.has(RUN, { file_sha: SHA })).toBe(true);
  writeFileSync(own, "the first attempt");
  expect(await vault.has(RUN, { file_sha: SHA })).toBe(false);
});

test("on a host of one machine a changed backup stays where it lies, to be told", async () => {
  const own = join(root, "backups", `${RUN}.sql.gpg`);
  mkdirSync(join(root, "backups"));
  await layCopies([other], file, SHA);
  writeFileSync(own, "changed by somebody");
  expect(await vaultOf(undefined).has(RUN, { file_sha: SHA })).toBe(true);
  expect(readFileSync(own, "utf8")).toBe("changed by somebody");
});
