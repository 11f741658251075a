import { expect, test } from "vitest";
import { isMeantForUs, newAccess } from "../../../../scripts/board/board-access.ts";

test("the link opens the board once, a guess never, and only its session is known afterwards", () => {
  const access = newAccess();
  expect(access.enter(undefined)).toEqual({ refused: "this link is not the one that was printed" });
  expect(access.enter(`${access.token}x`)).toEqual({ refused: "this link is not the one that was printed" });
  const entry = access.enter(access.token);
  if (!("session" in entry)) throw new Error(entry.refused);
  expect([access.knows(entry.session), access.knows(`${entry.session}x`), access.knows(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(access.enter(access.token)).toEqual({ refused: "this link was used; it opens the board once" });
  expect(newAccess().knows(entry.session)).toBe(false);
});

test("two boards share no key, and each key is as long as chance makes it safe", () => {
  const [one, two] = [newAccess(), newAccess()];
  expect(one.token).not.toBe(two.token);
  expect(one.path).not.toBe(two.path);
  expect([Buffer.from(one.token, "base64url").length, one.path.length]).toEqual([32, 16]);
});

test("the session is not known before the link was used, even to whoever could predict it", () => {
  const access = newAccess((bytes) => Buffer.alloc(bytes));
  expect(access.knows(Buffer.alloc(32).toString("base64url"))).toBe(false);
});

test.each([
  ["127.0.0.1:4000", "same-origin", true],
  ["127.0.0.1:4000", undefined, true],
  ["localhost:4000", "none", true],
  ["127.0.0.1:4001", undefined, false],
  ["127.0.0.1", undefined, false],
  ["board.attacker.example:4000", "same-origin", false],
  ["127.0.0.1.attacker.example:4000", undefined, false],
  [undefined, undefined, false],
  ["127.0.0.1:4000", "cross-site", false],
  ["127.0.0.1:4000", "same-site", false],
])("a request to %s from %s is meant for this board: %s", (host, site, meant) => {
  expect(isMeantForUs({ host, site }, 4000)).toBe(meant);
});
