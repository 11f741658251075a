// Row 33 of the attack corpus: what a stranger may lay where an approval is expected. Each is ignored, named and never quoted.
import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { mkdtemp, mkdir, link, open, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import type { SafeReading } from "../../runner/adapters/safe-file.ts";
import { STATEMENT_CAP } from "../../runner/model/strict-json.ts";

const SECRET = "DB_PASSWORD=hunter2";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join("/tmp", "cf-"));
});
afterAll(async () => rm(folder, { recursive: true }));

const read = async (name: string): Promise<SafeReading> => readSafely(join(folder, name), STATEMENT_CAP);

describe("a file in the approvals folder", () => {
  test("that is plain and small is read, byte for byte", async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    await writeFile(join(folder, "plain"), bytes);
    expect(await read("plain")).toEqual({ ok: true, bytes });
  });
  test("that is a symbolic link to a secret is ignored and the secret is not quoted", async () => {
    await writeFile(join(folder, "secret.env"), SECRET);
    await symlink(join(folder, "secret.env"), join(folder, "link"));
    await symlink(join(folder, "link"), join(folder, "chain"));
    await symlink("/nowhere/at/all", join(folder, "dangling"));
    for (const name of ["link", "chain", "dangling"])
      expect(await read(name)).toEqual({ ok: false, reason: "not a plain file" });
  });
  test("that is a FIFO with nobody at its other end is ignored without waiting", async () => {
    execFileSync("mkfifo", [join(folder, "fifo")]);
    expect(await read("fifo")).toEqual({ ok: false, reason: "not a plain file" });
  });
  test("that is a FIFO with a writer is ignored too", async () => {
    execFileSync("mkfifo", [join(folder, "fed")]);
    const writer = await open(join(folder, "fed"), "r+");
    await writer.write(SECRET);
    expect(await read("fed")).toEqual({ ok: false, reason: "not a plain file" });
    await writer.close();
  });
  test("that has a second name elsewhere is ignored", async () => {
    await writeFile(join(folder, "one"), SECRET);
    await link(join(folder, "one"), join(folder, "two"));
    expect(await read("two")).toEqual({ ok: false, reason: "a file with more than one name" });
  });
  test("that has 1 GB is ignored without being read", async () => {
    await writeFile(join(folder, "huge"), "");
    await truncate(join(folder, "huge"), 1024 ** 3);
    expect(await read("huge")).toEqual({ ok: false, reason: `larger than ${STATEMENT_CAP} bytes` });
  });
  test("is read up to the cap and refused one byte above it", async () => {
    await writeFile(join(folder, "cap"), Buffer.alloc(STATEMENT_CAP, 1));
    await writeFile(join(folder, "above"), Buffer.alloc(STATEMENT_CAP + 1, 1));
    expect((await read("cap")).ok).toBe(true);
    expect((await read("above")).ok).toBe(false);
  });
  test("that is a folder, a device or a socket is ignored", async () => {
    await mkdir(join(folder, "folder"));
    const server = createServer().listen(join(folder, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    expect(await read("folder")).toEqual({ ok: false, reason: "not a plain file" });
    expect(await read("socket")).toEqual({ ok: false, reason: "not a plain file" });
    expect(await readSafely("/dev/zero", STATEMENT_CAP)).toEqual({ ok: false, reason: "not a plain file" });
    await new Promise((resolve) => server.close(resolve));
  });
  test("that is missing, or lies below a file, could not be looked at, which is another answer", async () => {
    await expect(read("missing")).rejects.toMatchObject({ code: "STOP_COULD_NOT_LOOK" });
    await expect(read("plain/below")).rejects.toMatchObject({ code: "STOP_COULD_NOT_LOOK" });
  });
  test("whose content pretends to be larger than its size, as those of /proc do, is still capped", async () => {
    const reading = await readSafely("/proc/self/environ", 1);
    expect(reading).toEqual({ ok: false, reason: "larger than 1 bytes" });
  });
});
