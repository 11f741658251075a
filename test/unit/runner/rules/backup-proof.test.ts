// Pure decisions about backups, on plain values.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DumpableRelation } from "../../../../runner/model/backup-receipt.ts";
import {
  closure,
  declaredKeys,
  envelope,
  equalContent,
  equalRights,
  exclusionPatterns,
  missingTables,
  rightsAsOf,
} from "../../../../runner/rules/backup-proof.ts";

const KEY = "0123456789ABCDEF";
const recipient = { tag: 1, version: 3, key_id: KEY, bytes: 100 };
const body = { tag: 18, version: 1, key_id: null, bytes: 1000 };
const sha = (digit: string): string => digit.repeat(64);
const relation = (name: string, carried: boolean): DumpableRelation => ({
  name: `public.${name}`,
  schema: "public",
  relation: name,
  kind: "r",
  carried,
});

describe("envelope", () => {
  test("one recipient packet for the pinned subkey and one encrypted packet pass", () => {
    expect(envelope([recipient, body], KEY)).toBeUndefined();
  });
  test.each([
    ["a second recipient", [recipient, { ...recipient, key_id: "FFFFFFFFFFFFFFFF" }, body]],
    ["the same recipient twice", [recipient, recipient, body]],
    ["a recipient nobody pinned", [{ ...recipient, key_id: "FFFFFFFFFFFFFFFF" }, body]],
    ["an anonymous recipient", [{ ...recipient, key_id: "0000000000000000" }, body]],
    ["a recipient packet of version 6", [{ ...recipient, version: 6 }, body]],
    ["a password packet", [recipient, { tag: 3, version: 4, key_id: null, bytes: 13 }, body]],
    ["an encrypted packet without integrity protection", [recipient, { ...body, tag: 9, version: null }]],
    ["an encrypted packet of version 2", [recipient, { ...body, version: 2 }]],
    ["no recipient", [body]],
    ["no body", [recipient]],
    ["something after the body", [recipient, body, { tag: 21, version: null, key_id: null, bytes: 3 }]],
    ["no packet at all", []],
  ])("an envelope with %s is refused", (_what, packets) => {
    expect(envelope(packets, KEY)?.code).toBe("STOP_BACKUP_FAILED");
  });
});

describe("content", () => {
  const source = { "public.a": { rows: 3, sha: sha("a") }, "public.b": { rows: 0, sha: sha("b") } };
  test("equal counts and equal digests pass", () => {
    expect(equalContent(source, structuredClone(source))).toBeUndefined();
  });
  test("a lost row is named with its table and counts", () => {
    const verdict = equalContent(source, { ...source, "public.a": { rows: 2, sha: sha("c") } });
    expect(verdict).toMatchObject({ code: "STOP_PROOF_FAILED", facts: { saw: "public.a: 2 rows restored of 3" } });
  });
  test("equal counts with other content fail", () => {
    expect(equalContent(source, { ...source, "public.a": { rows: 3, sha: sha("c") } })?.code).toBe("STOP_PROOF_FAILED");
  });
  test("a table on one side only fails, in either direction", () => {
    const rest = { "public.b": source["public.b"] };
    expect(equalContent(source, rest)?.facts.saw).toBe("public.a: only in the source");
    expect(equalContent(rest, source)?.facts.saw).toBe("public.a: only in the copy");
  });
  test("a backup of no table at all proves nothing", () => {
    expect(equalContent({}, {})?.code).toBe("STOP_PROOF_FAILED");
  });
});

test("rights that were not restored are named by object", () => {
  const object = { what: "relation public.a", owner: "directus", rights: ["PUBLIC SELECT"] };
  expect(equalRights([object], [object])).toBeUndefined();
  expect(equalRights([object], [{ ...object, rights: [] }])?.facts.saw).toBe(
    "relation public.a: other owner or rights",
  );
  expect(equalRights([object], [{ ...object, owner: "postgres" }])?.code).toBe("STOP_PROOF_FAILED");
  expect(equalRights([object], [])?.facts.saw).toBe("relation public.a: absent");
  expect(equalRights([], [object])?.facts.saw).toBe("relation public.a: only in the copy");
});

test("a name with quotes, dots, stars or blanks is excluded as itself and as nothing else", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      const [pattern = ""] = exclusionPatterns([relation(name, false)]);
      const inside = pattern.slice('"public"."'.length, -1);
      expect(inside.replaceAll('""', "")).not.toContain('"');
      expect(inside.replaceAll('""', '"')).toBe(name);
    }),
  );
});

test("relations that are carried are never excluded", () => {
  expect(exclusionPatterns([relation("a", true), relation("b", false)])).toEqual(['"public"."b"']);
});

test("a wanted table that does not exist is named", () => {
  expect(missingTables(["public.a", "public.z"], [relation("a", true)])?.facts.saw).toBe("no table public.z");
  expect(missingTables(["public.a"], [relation("a", true)])).toBeUndefined();
});

test("all gaps of a dump are named at once, and a foreign key with the words that leave it out", () => {
  const verdict = closure([
    { missing: "public.b", needed_by: "public.a", reason: "foreign key a_b", key: "a_b" },
    {
      missing: "function public.f()",
      needed_by: "public.a",
      reason: "trigger t on table public.a: only a superuser may make a function in language c",
      key: "",
    },
  ]);
  expect(verdict?.facts.details).toEqual([
    "public.a needs public.b (foreign key a_b)",
    "public.a needs function public.f() (trigger t on table public.a: only a superuser may make a function in language c)",
  ]);
  expect(verdict?.facts.hint).toContain('backup.left_out_keys: ["public.a a_b"]');
  expect(closure([])).toBeUndefined();
});

test("a declared key that no dump leaves out is refused: it would be believed to be kept", () => {
  const left = [{ catalog: "2606", oid: "7", schema: "public", what: "key public.a a_b" }];
  expect(declaredKeys(["public.a a_b"], left)).toBeUndefined();
  expect(declaredKeys(["public.a a_c"], left)?.facts.saw).toContain("public.a a_c");
});

describe("rights of a copy on a newer server", () => {
  const all = ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"];
  const table = (rights: readonly string[]) => [
    { what: "relation public.a", owner: "directus", rights: [...rights].sort() },
  ];
  test("whoever held every right of 16 holds MAINTAIN of 17 too, and the proof does not call that another right", () => {
    const source = table(all.map((right) => `directus ${right}`));
    expect(
      equalRights(source, rightsAsOf(table([...all, "MAINTAIN"].map((right) => `directus ${right}`)), 16)),
    ).toBeUndefined();
    expect(
      equalRights(table(["directus SELECT"]), rightsAsOf(table(["directus SELECT", "directus MAINTAIN"]), 16)),
    ).toBeUndefined();
    const granted = table(all.map((right) => `PUBLIC ${right} with grant option`));
    expect(
      equalRights(
        granted,
        rightsAsOf(table([...all, "MAINTAIN"].map((right) => `PUBLIC ${right} with grant option`)), 15),
      ),
    ).toBeUndefined();
  });
  test.each([
    ["of whoever does not hold all the others", ["reader SELECT", "reader MAINTAIN"], 16],
    ["that the owner may hand on", ["directus MAINTAIN with grant option"], 16],
    [
      "with a grant option the others have not",
      [...all.map((right) => `reader ${right}`), "reader MAINTAIN with grant option"],
      16,
    ],
    ["of a source that knows MAINTAIN", [...all, "MAINTAIN"].map((right) => `reader ${right}`), 17],
  ])("MAINTAIN %s stays a difference", (_what, rights, major) => {
    expect(rightsAsOf(table(rights), major)).toEqual(table(rights));
  });
});
