import { describe, expect, test } from "vitest";
import { buildApprovers, holderOf, parseApprovers } from "../../../../runner/model/approvers.ts";
import type { ApproverSet } from "../../../../runner/model/approvers.ts";
import { canonicalBytes, sha256 } from "../../../../runner/model/canonical.ts";
import type { Json } from "../../../../runner/model/canonical.ts";
import { textFault } from "../../../../runner/model/plain-text.ts";
import { makeKey } from "../../../support/keys.ts";
import { APPROVERS, LINH_KEY, MINH_KEY } from "../../../support/statements.ts";

const [linh, minh] = APPROVERS.persons;
if (linh === undefined || minh === undefined) throw new TypeError("two persons are needed");
const [key] = linh.keys;
if (key === undefined) throw new TypeError("a key is needed");
const persons = (...changed: object[]): object => ({ ...APPROVERS, persons: changed });

const WRONG: readonly (readonly [string, object])[] = [
  ["one key for two persons", persons(linh, { ...minh, keys: linh.keys })],
  ["one key twice for one person", persons({ ...linh, keys: [key, key] }, minh)],
  ["one person twice", persons(linh, { ...minh, id: "linh" })],
  ["a threshold above the number of persons", { ...APPROVERS, threshold: "3" }],
  ["a threshold of zero", { ...APPROVERS, threshold: "0" }],
  ["a version that is a number", { ...APPROVERS, version: 1 }],
  ["nobody", persons()],
  ["a person without key", persons({ ...linh, keys: [] })],
  ["a person without gate", persons({ ...linh, gates: [] })],
  ["a gate that does not exist", persons({ ...linh, gates: ["SG_9"] })],
  ["a gate twice", persons({ ...linh, gates: ["EXECUTION", "EXECUTION"] })],
  ["a short key id", persons({ ...linh, keys: [{ ...key, fingerprint: LINH_KEY.slice(24) }] })],
  ["an extra field", { ...APPROVERS, note: "x" }],
  ["an extra field of a person", persons({ ...linh, admin: "true" })],
  [
    "two armored keys in one field",
    persons({ ...linh, keys: [{ ...key, public_key_armored: key.public_key_armored + key.public_key_armored }] }),
  ],
  [
    "a secret key",
    persons({
      ...linh,
      keys: [{ ...key, public_key_armored: key.public_key_armored.replaceAll("PUBLIC", "PRIVATE") }],
    }),
  ],
  [
    "an escape sequence in the armor",
    persons({
      ...linh,
      keys: [{ ...key, public_key_armored: key.public_key_armored.replace("\n\n", "\nComment: \u001b[2J\n\n") }],
    }),
  ],
  ["a name with a bidi override", persons({ ...linh, name: "Linh\u202ex" })],
  ["a name in decomposed letters", persons({ ...linh, name: "Nguye\u0302n" })],
  ["an id with capitals", persons({ ...linh, id: "Linh" })],
];

describe("the approver set", () => {
  test("is read back from its bytes with their sha256", () => {
    const bytes = buildApprovers(APPROVERS);
    expect(parseApprovers(bytes)).toEqual({ set: APPROVERS, sha: sha256(bytes) });
  });
  test("takes the armor that both GnuPG and OpenPGP.js write", async () => {
    const made = await makeKey({ created: new Date("2026-01-01T00:00:00Z") });
    const set = {
      ...APPROVERS,
      threshold: "1",
      persons: [{ ...linh, keys: [{ fingerprint: made.fingerprint, public_key_armored: made.publicKeyArmored }] }],
    };
    expect(parseApprovers(buildApprovers(set)).set).toEqual(set);
  });
  test.each(WRONG)("with %s is refused when building and when reading", (_name, value) => {
    expect(() => buildApprovers(value as unknown as ApproverSet)).toThrow("STOP_REFUSED_INPUT");
    expect(() => parseApprovers(canonicalBytes(value as unknown as Json))).toThrow("STOP_APPROVAL_INVALID");
  });
  test("in other bytes of the same value is refused", () => {
    expect(() => parseApprovers(Buffer.from(JSON.stringify(APPROVERS, null, 1)))).toThrow("STOP_APPROVAL_INVALID");
  });
  test("knows who holds a key, by full fingerprint only", () => {
    expect(holderOf(APPROVERS, MINH_KEY)?.person.id).toBe("minh");
    expect(holderOf(APPROVERS, MINH_KEY.slice(24))).toBeUndefined();
    expect(holderOf(APPROVERS, "D".repeat(40))).toBeUndefined();
  });
});

describe("text that people read before they sign", () => {
  test.each(["Nguyễn Thị Linh", "Đỗ Minh (phòng 2)", "O'Neill, Anna-Maria", "Jürgen"])(
    "may be %s as it stands",
    (name) => {
      expect(textFault(name)).toBeUndefined();
    },
  );
  test.each([
    ["control", "a\u0000b"],
    ["control", "a\u001b[2Jb"],
    ["control", "a\nb"],
    ["control", "a\u2028b"],
    ["control", "a\ue000b"],
    ["control", "a\u{e0080}b"],
    ["invisible", "a\u200bb"],
    ["invisible", "a\u202eb"],
    ["invisible", "a\u2066b"],
    ["invisible", "a\u00adb"],
    ["invisible", "a\u{e0041}b"],
    ["invisible", "a\u3164b"],
    ["invisible", "a\ufe0fb"],
    ["invisible", "a\u034fb"],
    ["invisible", "a\u2800b"],
    ["space", "a\u00a0b"],
    ["space", "a\u3000b"],
    ["NFC", "e\u0301"],
    ["compatibility", "\uff41bc"],
    ["compatibility", "\ufb01x"],
    ["script", "p\u0430ypal"],
    ["script", "\u03b1lpha"],
    ["edges", " a"],
    ["edges", "a "],
  ])("is refused for its %s fault, which is named without quoting", (word, text) => {
    const fault = textFault(text) ?? "none";
    expect(fault).toContain(word);
    expect(fault).toMatch(/^[\x20-\x7e]+$/);
  });
});
