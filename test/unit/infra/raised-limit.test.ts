// The limit of a role that a package raises: what drift wants of it with and without that package.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { databaseSpec } from "../../../infra/database-spec.ts";
import { readPackage } from "../../../infra/packages.ts";
import { projectRoot } from "../../../infra/place.ts";
import { parseRights } from "../../../infra/rights.ts";

const rights = parseRights(readFileSync(join(projectRoot(), "sql", "rights.json"), "utf8"));
const wanted = (...names: ("runtime" | "batch")[]) =>
  databaseSpec(
    rights,
    names.map((name) => ({ ...readPackage(name, join(projectRoot(), "sql", "packages")), allowed: true })),
  )["role cutter_exec"];

test("two connections of cutter_exec are the existing system's; with package batch twelve are, and up lays them", () => {
  expect(wanted("runtime")).toMatchObject({
    state: "login, limit 2",
    up: expect.stringContaining("nothing") as unknown,
  });
  expect(wanted("runtime", "batch")).toMatchObject({ state: "login, limit 12", up: "lays package batch" });
});
