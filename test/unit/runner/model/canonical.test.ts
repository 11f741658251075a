// What is signed is RFC 8785: our own writing of the common values says what the library says, of any value.
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalText, digestOf, sha256, type Json } from "../../../../runner/model/canonical.ts";

const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("", '"', "\\", "\n", "\u007f", "\u2028", "đ", "😀", "10", "9", "toString"),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, Number.MAX_SAFE_INTEGER),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("a", "b", "10", "9", "é", "😀")), tie("value"), { maxKeys: 5 }),
  ),
}));

test("any value is written as the library writes it", () => {
  fc.assert(
    fc.property(value, (one) => {
      expect(canonicalText(one)).toBe(canonicalize(one));
    }),
    { numRuns: 2_000 },
  );
});

test("objects of one list keep their own names, whatever order they came in", () => {
  const list = [
    { b: 1, a: 2 },
    { a: 2, b: 1 },
    { b: 1, c: 3 },
    { b: 1, a: { b: 1, a: 2 } },
  ];
  expect(canonicalText(list)).toBe('[{"a":2,"b":1},{"a":2,"b":1},{"b":1,"c":3},{"a":{"a":2,"b":1},"b":1}]');
});

test("a lost member, half a surrogate pair or a number without a value is no text to sign", () => {
  const lost: Record<string, Json> = JSON.parse('{"a":[{"b":1}]}');
  Object.assign(lost, { c: undefined });
  expect(() => canonicalText(lost)).toThrow("undefined at $.c");
  for (const one of ["\ud800", "a\udc00", Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => canonicalText({ one })).toThrow();
});

test("a digest made piece by piece is that of the whole text, also where a piece ends beside letters of several bytes", () => {
  const wanted = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
  for (const size of [0, 1, 65_530, 65_536, 65_537, 200_000]) {
    const value = {
      law: "Đ".repeat(size),
      units: Array.from({ length: 3_000 }, (_, n) => ({ n, title: `Điều ${n} 😀` })),
    };
    expect(digestOf(value)).toBe(wanted(canonicalize(value) ?? ""));
    expect(sha256(value.law)).toBe(wanted(value.law));
    expect(sha256(Buffer.from(value.law, "utf8").subarray(1))).toBe(
      createHash("sha256").update(Buffer.from(value.law, "utf8").subarray(1)).digest("hex"),
    );
  }
});
