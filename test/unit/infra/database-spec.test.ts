// What drift wants of a database: the limit of a role that a package raises, and what it says of a right that is gone.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { databaseSpec } from "../../../infra/database-spec.ts";
import { readPackage } from "../../../infra/packages.ts";
import { projectRoot } from "../../../infra/place.ts";
import { parseRights } from "../../../infra/rights.ts";

const rights = parseRights(readFileSync(join(projectRoot(), "sql", "rights.json"), "utf8"));
const spec = (...names: ("runtime" | "batch" | "two-grant")[]) =>
  databaseSpec(
    rights,
    names.map((name) => ({ ...readPackage(name, join(projectRoot(), "sql", "packages")), allowed: true })),
  );
const wanted = (...names: ("runtime" | "batch")[]) => spec(...names)["role cutter_exec"];

test("two connections of cutter_exec are the existing system's; with package batch twelve are, and up lays them", () => {
  expect(wanted("runtime")).toMatchObject({
    state: "login, limit 2",
    up: expect.stringContaining("nothing") as unknown,
  });
  expect(wanted("runtime", "batch")).toMatchObject({ state: "login, limit 12", up: "lays package batch" });
});

test("a lost grant of the existing system came without SQL: drift gives the statement; one of a package is given by up", () => {
  const table = "table cutter_governance.cut_change_set";
  expect(spec()[`grant INSERT on ${table} to cutter_exec`]?.up).toBe(
    "nothing: it belongs to the existing system; whoever owns it gives it back by: " +
      "GRANT INSERT ON TABLE cutter_governance.cut_change_set TO cutter_exec;",
  );
  expect(spec()[table]?.up).toBe("nothing: it belongs to the existing system");
  expect(spec("two-grant")[`grant SELECT on ${table}_affected_row to cutter_exec`]?.up).toBe("lays package two-grant");
});
