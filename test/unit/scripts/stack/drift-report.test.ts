// What a person types after a look at a host.
import { expect, test } from "vitest";
import { nextAfterLook } from "../../../../scripts/stack/drift-report.ts";

const line = (up: string) => ({ component: "runtime", path: "/etc/x", want: "0600", have: "0644", up });

test("a look that found differences had no next command: it is up, where up mends any of them", () => {
  const left = line("nothing: remove it by hand, or adopt it by its path in cutter:known");
  expect(nextAfterLook("sandbox", [left, line("sets it")])).toBe("npm run up");
  expect(nextAfterLook("contabo", [line("sets it")])).toBe("npm run up -- --stack contabo");
  expect(nextAfterLook("contabo", [left])).toBeNull();
  expect(nextAfterLook("contabo", [])).toBeNull();
});
