import fc from "fast-check";
import { expect, test } from "vitest";
import {
  environmentFindings,
  environmentHash,
  environmentScope,
  explainEnvironment,
  relevantIn,
} from "../../../../runner/rules/environment-hash.ts";
import type { EnvironmentFact } from "../../../../runner/model/environment.ts";

const fact = (kind: string, identity: string, value: string | null): EnvironmentFact => ({ kind, identity, value });
const READING = fact("reading", "search_path", "pg_catalog");
const FACTS = [
  READING,
  fact("function body", "public.fn_iu_create(text)", "3a77b6457771461df69182e38a11505d"),
  fact("function attributes", "public.fn_iu_create(text)", "kind f, plpgsql, security definer"),
  fact("grant", "SELECT on table public.dot_config to cutter_exec by directus", "plain"),
  fact("trigger mode", "public.information_unit trg_iu_enacted_immut", "O"),
  fact("power", "directus may truncate public.information_unit", "yes"),
];
const with_ = (...more: EnvironmentFact[]): EnvironmentFact[] => [...FACTS, ...more];
const instead = (change: EnvironmentFact): EnvironmentFact[] =>
  FACTS.map((known) => (known.kind === change.kind && known.identity === change.identity ? change : known));

test("the digest does not depend on the order the facts were read in", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(FACTS, { minLength: FACTS.length }), (shuffled) => {
      expect(environmentHash(shuffled)).toBe(environmentHash(FACTS));
      expect(explainEnvironment(FACTS, shuffled)).toEqual([]);
    }),
  );
});

test("a fact that goes, comes or changes gives another digest, and the text cannot be moved between its parts", () => {
  const hashes = [
    FACTS,
    FACTS.slice(0, -1),
    with_(fact("owner", "table public.x", "minh")),
    with_(fact("owner", "table", "public.x minh")),
    with_(fact("owner table", "public.x", "minh")),
    with_(fact("owner", "table public.x", null)),
    with_(fact("owner", "table public.x", "")),
  ].map((facts) => environmentHash(facts));
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("facts rendered under another search_path are no answer", () => {
  expect(() => environmentHash(instead(fact("reading", "search_path", "evil, pg_catalog")))).toThrow(
    "STOP_COULD_NOT_LOOK",
  );
  expect(() => environmentHash(FACTS.slice(1))).toThrow("STOP_COULD_NOT_LOOK");
});

test.each([
  [
    instead(fact("function body", "public.fn_iu_create(text)", "ff")),
    "function public.fn_iu_create(text) body changed",
  ],
  [
    instead(fact("function attributes", "public.fn_iu_create(text)", "kind f, plpgsql, security invoker")),
    "function public.fn_iu_create(text) attributes changed from kind f, plpgsql, security definer to kind f, plpgsql, security invoker",
  ],
  [
    with_(fact("grant", "SELECT on table public.dot_config to PUBLIC by directus", "plain")),
    "grant SELECT on table public.dot_config to PUBLIC by directus added",
  ],
  [
    with_(fact("grant", "SELECT on table public.x to y by z", "with grant option")),
    "grant SELECT on table public.x to y by z added: with grant option",
  ],
  [
    FACTS.filter(({ kind }) => kind !== "grant"),
    "grant SELECT on table public.dot_config to cutter_exec by directus removed",
  ],
  [
    instead(fact("trigger mode", "public.information_unit trg_iu_enacted_immut", "D")),
    "trigger public.information_unit trg_iu_enacted_immut mode changed from O to D",
  ],
  [with_(fact("power", "minh is superuser", "yes")), "minh is superuser added"],
  [
    with_(fact("role setting", "cutter_exec in every database search_path", "evil, public")),
    "role setting cutter_exec in every database search_path added: evil, public",
  ],
  [with_(fact("database", "owner", null)), "database owner added"],
])("a difference reads as one sentence %#", (after, words) => {
  expect(explainEnvironment(FACTS, after)).toEqual([words]);
});

test("a fact that is only doubled is a difference too, and is told as one", () => {
  const doubled = with_(fact("grant", "SELECT on table public.dot_config to cutter_exec by directus", "plain"));
  expect(environmentHash(doubled)).not.toBe(environmentHash(FACTS));
  expect(explainEnvironment(FACTS, doubled)).toEqual([expect.stringContaining("changed from plain to plain | plain")]);
});

test("a name with terminal codes or direction marks is shown escaped", () => {
  const [line] = explainEnvironment(FACTS, with_(fact("power", "x\u001b[31m\u202ey\nz is superuser", "yes")));
  expect(line).toBe("x\\u{1b}[31m\\u{202e}y\\u{a}z is superuser added");
});

test("an over-long definition is cut in the message, not in the digest", () => {
  const long = (tail: string) => with_(fact("constraint", "public.x k", "c".repeat(400) + tail));
  expect(explainEnvironment(FACTS, long("a"))[0]?.length).toBeLessThan(400);
  expect(environmentHash(long("a"))).not.toBe(environmentHash(long("b")));
  expect(explainEnvironment(long("a"), long("b"))).toEqual([
    `constraint public.x k changed from …${"c".repeat(40)}a to …${"c".repeat(40)}b`,
  ]);
});

test("immutability triggers in ordinary mode are a finding, in mode always they are not", () => {
  expect(environmentFindings(FACTS)).toHaveLength(1);
  expect(
    environmentFindings(instead(fact("trigger mode", "public.information_unit trg_iu_enacted_immut", "A"))),
  ).toEqual([]);
});

test("the scope carries the relevant objects and nothing a caller added to them", () => {
  const relevant = {
    roles: ["cutter_exec"],
    schemas: ["public"],
    relations: ["public.x"],
    functions: ["public.f(text)"],
  };
  expect(environmentScope({ ...relevant, ...{ password: "x" } })).toMatchObject(relevant);
  expect(Object.keys(environmentScope({ ...relevant, ...{ password: "x" } })).sort()).toEqual([
    "config_prefixes",
    "functions",
    "relations",
    "roles",
    "schemas",
    "settings",
  ]);
});

test("what is relevant is what the rights file names", () => {
  expect(
    relevantIn({
      roles: [{ name: "r" }],
      schemas: [{ name: "s" }],
      tables: [{ name: "s.t" }],
      functions: [{ signature: "s.f(text)" }],
    }),
  ).toEqual({ roles: ["r"], schemas: ["s"], relations: ["s.t"], functions: ["s.f(text)"] });
});
