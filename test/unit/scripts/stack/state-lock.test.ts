import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  fileLocks,
  keepToldLocks,
  keptToldLocks,
  lockWords,
  removeDeadLocks,
  toldLocksFile,
} from "../../../../scripts/stack/state-lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync("/tmp/locks-");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DEAD = 4_194_303;
const place = (): string => join(folder, ".pulumi", "locks", "organization", "cutter", "vmi1");
function lock(name: string, fields: object): void {
  mkdirSync(place(), { recursive: true });
  writeFileSync(
    join(place(), name),
    JSON.stringify({ pid: DEAD, username: "linh", hostname: hostname(), timestamp: "2026-11-29T10:00:00Z", ...fields }),
  );
}

test("a lock says who made it, where and since when, and whether its process is gone", () => {
  lock("a.json", {});
  lock("b.json", { hostname: "desk-7", timestamp: "2026-11-29T11:00:00Z" });
  lock("c.json", { pid: process.pid, timestamp: "2026-11-29T12:00:00Z" });
  const locks = fileLocks(`file://${folder}`, "vmi1");
  // This very process is no engine, so its number alone makes no lock a living one.
  expect(locks.map(({ holder }) => holder)).toEqual(["gone", "elsewhere", "gone"]);
  expect(locks.map(lockWords)[1]).toMatch(/^linh@desk-7, process \d+, since 2026-11-29T11:00:00Z: of another machine/);
});

test("only locks of this machine whose engine is gone are removed without a word", () => {
  lock("a.json", {});
  lock("b.json", { hostname: "desk-7" });
  writeFileSync(join(place(), "torn.json"), '{"pid": 1');
  removeDeadLocks(`file://${folder}`, "vmi1", () => undefined);
  expect(readdirSync(place()).sort()).toEqual(["b.json", "torn.json"]);
});

test("what a remote backend told of a lock is kept until unlock asks for it", () => {
  const file = toldLocksFile(folder, "vmi1");
  keepToldLocks(
    file,
    "  s3://b/.pulumi/locks/o/c/vmi1/0.json: created by linh@desk-7 (pid 4711) at 2026-11-29T10:00:00Z",
  );
  expect(keptToldLocks(file)).toEqual([
    { user: "linh", host: "desk-7", pid: 4711, since: "2026-11-29T10:00:00Z", holder: "elsewhere" },
  ]);
  expect(keptToldLocks(toldLocksFile(folder, "other"))).toEqual([]);
});
