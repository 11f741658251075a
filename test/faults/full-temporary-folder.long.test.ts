// /tmp is full while people's signatures are looked at: the run stops with the place and what it needs, and goes on when there is room.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
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

/** A mount namespace of its own: /tmp is a file system of this size without a free byte, in which only the host's own folders are found. */
const FULL = `size=$1 kept=$2; shift 2
mount --rbind /tmp "$kept" && mount -t tmpfs -o "size=$size" none /tmp || exit 99
while [ "$1" != -- ]; do mkdir "/tmp/$1" && mount --rbind "$kept/$1" "/tmp/$1" || exit 99; shift; done
shift
head -c 1M /dev/zero > /tmp/full 2>/dev/null
exec "$@"`;
function withFullTmp(size: string, ...words: string[]) {
  const { launchers, place, database } = host.sandbox;
  const paths = [launchers.cutter, place.scratchFolder, database.host];
  const own = new Set(
    paths.map((path) => path.split("/")).flatMap(([, top, name]) => (top === "tmp" && name ? [name] : [])),
  );
  const kept = mkdtempSync(join(elsewhere, "kept-"));
  const namespace = process.getuid?.() === 0 ? ["-m"] : ["-r", "-m"];
  const call = [size, kept, ...own, "--", launchers.cutter, "--json", ...words];
  return execa("unshare", [...namespace, "sh", "-c", FULL, "sh", ...call], { reject: false, stdin: "ignore" });
}

test.each(["4k", "64k"])("with a full /tmp of %s a resume stops, names the place and writes nothing", async (size) => {
  const rows = await rowCounts(host);
  const answer = await withFullTmp(size, "orchestrate", "resume", run);
  const said = answer.stdout + answer.stderr;
  expect(said).toMatch(/STOP_COULD_NOT_LOOK/);
  expect(said).toMatch(/\/tmp\/cv-.* could not be written: ENOSPC/);
  expect(said).toContain("room and the right to write there");
  expect(said).not.toMatch(/this is a bug|\bat .*\.mjs/i);
  expect(answer.exitCode).toBe(1);
  expect(await rowCounts(host)).toEqual(rows);
});

test("a full /tmp lets an operator see where the run stands, and with room the run goes on", async () => {
  expect((await withFullTmp("4k", "orchestrate", "status", run)).exitCode).toBe(0);
  expect(await host.cutter("orchestrate", "resume", run)).toMatchObject({ status: 3, stop: "STOP_APPROVAL_REQUIRED" });
});
