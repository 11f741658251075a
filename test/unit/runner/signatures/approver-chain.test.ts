import { beforeAll, expect, test } from "vitest";
import { openpgpVerifier } from "../../../../runner/adapters/openpgp-verifier.ts";
import { insistChain } from "../../../../runner/signatures/approver-chain.ts";
import { buildApprovers, parseApprovers, type ApproverSet } from "../../../../runner/model/approvers.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { buildSuccession, parseSuccession, type Succession } from "../../../../runner/model/succession.ts";
import { judgeSuccession, type PinnedSet, type ProvenSuccession } from "../../../../runner/rules/succession.ts";
import { makeKey, signDetached, type TestKey } from "../../../support/keys.ts";

const BORN = new Date("2026-11-01T00:00:00Z");
const SIGNED = new Date("2026-11-20T08:00:00Z");
const LAID = new Date("2026-11-20T09:00:00Z");
const keys: Record<string, TestKey> = {};
beforeAll(async () => {
  for (const id of ["an", "binh", "chi", "stranger"]) keys[id] = await makeKey({ created: BORN });
});

const keyOf = (id: string): TestKey => {
  const key = keys[id];
  if (!key) throw new Error(id);
  return key;
};
const set = (version: string, persons: readonly string[], threshold = "2"): PinnedSet & { bytes: Buffer } => {
  const value: ApproverSet = {
    version,
    threshold,
    persons: persons.map((id) => ({
      id,
      name: id,
      gates: ["SG_1_cut_authz"],
      keys: [{ fingerprint: keyOf(id).fingerprint, public_key_armored: keyOf(id).publicKeyArmored }],
    })),
  };
  const bytes = buildApprovers(value);
  return { ...parseApprovers(bytes), bytes };
};
const word = (previous: PinnedSet, next: PinnedSet, person: string, change: Partial<Succession> = {}): Succession => ({
  type: "cutter/approver-set",
  version: "1",
  previous_sha: previous.sha,
  next_version: next.set.version,
  next_sha: next.sha,
  person,
  fingerprint: keyOf(person).fingerprint,
  signed_utc: "2026-11-20T08:00:00Z",
  ...change,
});
const proven = (...words: Succession[]): ProvenSuccession[] =>
  words.map((statement) => ({ statement, signedAt: SIGNED }));
const row = async (
  version: number,
  of: { sha: string; bytes: Buffer },
  words: readonly Succession[],
  signers: readonly string[] = words.map((one) => one.person),
) => ({
  version,
  sha: of.sha,
  bytes: Uint8Array.from(of.bytes),
  at: LAID,
  revoked: [] as string[],
  signatures: await Promise.all(
    words.map(async (one, index) => {
      const bytes = buildSuccession(one);
      return {
        statement: bytes.toString("base64"),
        signature: Buffer.from(await signDetached(keyOf(signers[index] ?? ""), bytes, SIGNED)).toString("base64"),
      };
    }),
  ),
});
const walk = (current: PinnedSet, rows: Awaited<ReturnType<typeof row>>[]): Promise<string> =>
  insistChain(current, rows, (question) => openpgpVerifier().verify(question)).then(
    () => "in order",
    (error: unknown) => (error instanceof Stopped ? `${error.code}: ${error.facts.saw}` : String(error)),
  );

test("a set signed by the threshold of the one before follows it; by one person too few, or one person twice, it does not", () => {
  const [one, two] = [set("1", ["an", "binh", "chi"]), set("2", ["an", "chi"])];
  expect(judgeSuccession(one, two, proven(word(one, two, "an"), word(one, two, "binh")), LAID)).toBeUndefined();
  for (const signers of [[], ["an"], ["an", "an"]])
    expect(
      judgeSuccession(one, two, proven(...signers.map((id) => word(one, two, id))), LAID)?.code,
      signers.join(),
    ).toBe("STOP_APPROVAL_INVALID");
});

test("a succession for other sets, by a stranger, under another person's name, from the future or long ago does not count", () => {
  const [one, two, three] = [set("1", ["an", "binh", "chi"]), set("2", ["an", "chi"]), set("3", ["an", "chi"])];
  expect(judgeSuccession(one, three, proven(word(one, three, "an"), word(one, three, "binh")), LAID)?.facts.saw).toBe(
    "version 3 after version 1",
  );
  const bent: Partial<Succession>[] = [
    { previous_sha: two.sha },
    { next_sha: one.sha },
    { next_version: "3" },
    { fingerprint: keyOf("stranger").fingerprint },
    { fingerprint: keyOf("chi").fingerprint },
    { signed_utc: "2026-11-20T07:00:00Z" },
    { signed_utc: "2026-11-20T09:30:00Z" },
    { signed_utc: "2026-10-01T00:00:00Z" },
  ];
  for (const change of bent)
    expect(
      judgeSuccession(one, two, proven(word(one, two, "an"), word(one, two, "binh", change)), LAID)?.code,
      JSON.stringify(change),
    ).toBe("STOP_APPROVAL_INVALID");
});

test("every set needs its whole line from the version 1 that the administrator recorded, and the host's set must be the newest", async () => {
  const [one, two, three] = [set("1", ["an", "binh", "chi"]), set("2", ["an", "chi"]), set("3", ["chi"], "1")];
  const rows = [
    await row(1, one, []),
    await row(2, two, [word(one, two, "an"), word(one, two, "binh")]),
    await row(3, three, [word(two, three, "an"), word(two, three, "chi")]),
  ];
  expect(await walk(one, [])).toContain("no approver set is recorded in this database");
  expect(await walk(one, rows.slice(0, 1))).toBe("in order");
  expect(await walk(two, [])).toContain("no approver set is recorded in this database");
  expect(await walk(two, rows.slice(0, 2))).toBe("in order");
  expect(await walk(three, rows)).toBe("in order");
  expect(await walk(one, rows.slice(0, 2))).toContain("not version 2 of this database");
  expect(await walk(set("1", ["stranger"], "1"), rows.slice(0, 1))).toContain("not version 1");
  expect(await walk(two, rows.slice(1, 2))).toContain("version 2 is kept with other bytes");
});

test("a line with a signature by another key, over other bytes or by nobody of the set before is refused", async () => {
  const [one, two] = [set("1", ["an", "binh", "chi"]), set("2", ["an", "chi"])];
  const first = await row(1, one, []);
  const words = [word(one, two, "an"), word(one, two, "binh")];
  const good = await row(2, two, words);
  expect(await walk(two, [first, await row(2, two, words, ["an", "stranger"])])).toMatch(
    /STOP_APPROVAL_INVALID: a signature under version 2/,
  );
  expect(
    await walk(two, [
      first,
      {
        ...good,
        signatures: good.signatures.map((item) => ({
          ...item,
          statement: buildSuccession(word(one, two, "an", { signed_utc: "2026-11-20T08:00:01Z" })).toString("base64"),
        })),
      },
    ]),
  ).toMatch(/a signature under version 2/);
  expect(await walk(two, [first, await row(2, two, [word(one, two, "an"), word(one, two, "stranger")])])).toContain(
    "by a stranger",
  );
  expect(await walk(two, [first, { ...good, signatures: [] }])).toContain("0 persons signed");
  expect(await walk(two, [{ ...first, bytes: Uint8Array.from([...first.bytes, 10]) }, good])).toContain(
    "STOP_APPROVAL_INVALID",
  );
});

test("an approval cannot pass as a succession, and a succession is read in its exact form only", () => {
  const [one, two] = [set("1", ["an", "binh", "chi"]), set("2", ["an", "chi"])];
  const bytes = buildSuccession(word(one, two, "an"));
  expect(parseSuccession(bytes)).toEqual(word(one, two, "an"));
  for (const bad of [
    Buffer.concat([bytes, Buffer.from("\n")]),
    Buffer.from(bytes.toString().replace("cutter/approver-set", "cutter/approval")),
    Buffer.from(bytes.toString().replace("}", ',"x":"1"}')),
    Buffer.from(""),
  ]) {
    expect(() => parseSuccession(bad)).toThrow("STOP_APPROVAL_INVALID");
  }
});

test("a stolen key that was revoked before a set was laid cannot have made that set, and its revocation afterwards undoes none", async () => {
  const [one, two] = [set("1", ["an", "binh", "chi"]), set("2", ["an", "chi"])];
  const rows = [await row(1, one, []), await row(2, two, [word(one, two, "an"), word(one, two, "binh")])];
  const revoked = (id: string) =>
    rows.map((each) => ({ ...each, revoked: each.version === 2 ? [keyOf(id).fingerprint] : [] }));
  expect(await walk(two, revoked("binh"))).toContain("a signature under version 2 by a key that was revoked before");
  expect(await walk(two, revoked("chi"))).toBe("in order");
});
