// How a row is worded whose signature does not prove it: a term that had ended is not a forgery.
import { expect, test } from "vitest";
import { notProven } from "../../../../runner/signatures/signed.ts";

test.each(["openpgp: an expired signature", "openpgp: an expired key"])(
  "a person's own signature that had ended is not called forged: %s",
  (reason) => {
    expect(notProven(reason)).toBe(`was written when its signature or key had ended: ${reason}`);
  },
);

test.each(["a key that no approver holds", "openpgp: a signature over other bytes", "not a statement"])(
  "a row that nobody signed is called so: %s",
  (reason) => {
    expect(notProven(reason)).toBe(`was signed by nobody: ${reason}`);
  },
);
