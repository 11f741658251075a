// /tmp is full while people's signatures are looked at: the run stops with the place and what it needs, and goes on when there is room.
import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { governedHost, type GovernedHost } from "../support/governed-host.ts";
import { rowCounts } from "../support/refusals.ts";

let host: GovernedHost;
let run: string;
let elsewhere: string;
const before = process.env["TMPDIR"];
beforeAll(async () => {
  // The host lies beside /tmp, so that only what the runner itself puts there is short of room.
  elsewhere = mkdtempSync("/var/tmp/ft-");
  process.env["TMPDIR"] = elsewhere;
  host = await governedHost();
  run = await host.authorized("FULL-1", "# One\n\nThe first text.\n");
});
afterAll(async () => {
  await host?.remove();
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  if (elsewhere) rmSync(elsewhere, { recursive: true, force: true });
});

/** A mount namespace of its own: /tmp is a file system of this size without a free byte, in which only the host's own folder is found. */
const FULL = `mount --bind "$2" "$3" && mount -t tmpfs -o "size=$1" none /tmp && mkdir "$2" && mount --bind "$3" "$2" || exit 99
head -c 1M /dev/zero > /tmp/full 2>/dev/null
shift 3
exec "$@"`;
function withFullTmp(size: string, ...words: string[]) {
  const { cutter } = host.sandbox.launchers;
  const own = dirname(dirname(cutter));
  const kept = mkdtempSync(join(elsewhere, "kept-"));
  const namespace = process.getuid?.() === 0 ? ["-m"] : ["-r", "-m"];
  return execa("unshare", [...namespace, "sh", "-c", FULL, "sh", size, own, kept, cutter, "--json", ...words], {
    reject: false,
    stdin: "ignore",
  });
}

test.each(["4k", "64k"])("with a full /tmp of %s a resume stops, names the place and writes nothing", async (size) => {
  const rows = await rowCounts(host);
  const answer = await withFullTmp(size, "orchestrate", "resume", run);
  const said = answer.stdout + answer.stderr;
  expect(said).toMatch(/STOP_COULD_NOT_LOOK/);
  expect(said).toMatch(/\/tmp\/.*ENOSPC/);
  expect(said).toContain("room on this disk");
  expect(said).not.toMatch(/this is a bug|\bat .*\.mjs/i);
  expect(answer.exitCode).toBe(1);
  expect(await rowCounts(host)).toEqual(rows);
});

test("a full /tmp lets an operator see where the run stands, and with room the run goes on", async () => {
  expect((await withFullTmp("4k", "orchestrate", "status", run)).exitCode).toBe(0);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
});
