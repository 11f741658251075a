import { expect, test } from "vitest";
import { standingPlace } from "../../../../scripts/frame/standing-place.ts";

const environment = { npm_lifecycle_event: "intake", npm_package_json: "/clone/package.json", INIT_CWD: "/laws" };
const begun = { environment, here: "/clone", project: "/clone", name: "intake" };

test("under npm --prefix a relative path is meant from where the person stands", () => {
  expect(standingPlace(begun)).toBe("/laws");
});

test.each([
  ["without npm", { environment: {} }],
  ["of a program that npm's script started", { name: "approve" }],
  ["of another clone", { project: "/other", here: "/other" }],
  ["of a program that was put elsewhere", { here: "/elsewhere" }],
  ["in the project's own folder", { environment: { ...environment, INIT_CWD: "/clone" } }],
])("the present folder stays the one of a program %s", (_what, other) => {
  expect(standingPlace({ ...begun, ...other })).toBeUndefined();
});
