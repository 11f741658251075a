// One database package by hand, as the administrator of a host takes it back and lays it again: the real programs in a clone.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256 } from "../../runner/model/canonical.ts";
import { fileIn, operatorClone, removeClones, sandboxState, type OperatorClone } from "../support/operator-clone.ts";

const LONG = 600_000;
let here: OperatorClone;
beforeAll(async () => {
  here = await operatorClone("here");
  expect((await here.script("sandbox", "up")).status).toBe(0);
  expect(await here.script("up")).toMatchObject({ status: 0 });
}, LONG);
afterAll(removeClones, LONG);

const drifting = async (): Promise<string[]> =>
  ((await here.script("drift", "--json")).events[0]?.["drift"] as { path: string }[]).map(({ path }) => path);

test(
  "show prints the exact SQL, and the digest beside it is the one of what it printed",
  async () => {
    const shown = await here.script("package", "show", "two-grant");
    expect(shown.status).toBe(0);
    expect(shown.stderr).toContain(
      `sha256 ${sha256(shown.stdout.endsWith("\n") ? shown.stdout : `${shown.stdout}\n`)}`,
    );
    const [told] = (await here.script("package", "show", "two-grant", "--json")).events;
    expect([told?.["package"], told?.["sha256"]]).toEqual(["two-grant", sha256(String(told?.["sql"]))]);
    expect((await here.script("package", "show", "no-such")).status).toBe(64);
  },
  LONG,
);

test(
  "a package that was taken back is told as one missing thing, and applied again there is no drift",
  async () => {
    expect(await here.script("package", "undo", "admission")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("admission is taken back"),
    });
    expect(await drifting()).toEqual(["package admission"]);
    expect(await here.script("package", "apply", "admission")).toMatchObject({ status: 0 });
    expect(await drifting()).toEqual([]);
    expect((await here.script("package", "apply", "admission")).status).toBe(0);
  },
  LONG,
);

test(
  "a package that others stand on is not taken back, and says so",
  async () => {
    const refused = await here.script("package", "undo", "runtime");
    expect([refused.status, refused.stderr]).toEqual([
      4,
      expect.stringContaining("nothing in the database has changed"),
    ]);
    expect(await drifting()).toEqual([]);
  },
  LONG,
);

test(
  "while a run is open no package is taken back or laid",
  async () => {
    await here.script("register", fileIn(here, "law.md", "# One\n\nThe first text.\n"), "OPEN-1");
    const cut = await here.script("cut", "OPEN-1", "--json");
    const run = String(cut.events.find((event) => event["event"] === "opened")?.["run_id"]);
    expect(await here.script("package", "undo", "admission")).toMatchObject({
      status: 4,
      stderr: expect.stringContaining(`STOP_RUN_OPEN`),
    });
    const psql = join(sandboxState(here).short.host, "bin", "psql-super");
    expect(
      execFileSync(psql, ["-Atc", "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%admission%'"]).toString().trim(),
    ).not.toBe("0");
    expect((await here.script("void", run, "a test")).status).toBe(0);
    expect(readFileSync(join(here.folder, "Pulumi.sandbox.yaml"), "utf8")).not.toContain("PRIVATE KEY");
  },
  LONG,
);
