import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ENVIRONMENT,
  adoptionPage,
  environmentLines,
  isForeign,
  type FoundFacts,
} from "../../../infra/adopted-facts.ts";
import { projectRoot } from "../../../infra/place.ts";
import { parseRights } from "../../../infra/rights.ts";
import { adoptedBytes, parseAdopted } from "../../../runner/model/adopted.ts";
import type { EnvironmentFact } from "../../../runner/model/environment.ts";
import { declaredEntry } from "../../../runner/rules/adopted-environment.ts";

const rights = parseRights(readFileSync(join(projectRoot(), "sql", "rights.json"), "utf8"));
const text = fc.string({ maxLength: 12 });
const fact = fc.record({ kind: text, identity: text, value: text });
const facts = fc.uniqueArray(fact, { maxLength: 8, selector: ({ kind, identity }) => `${kind} ${identity}` });
const ask = (
  adopted: readonly EnvironmentFact[] | undefined,
  found: readonly EnvironmentFact[],
  { sandbox = false, told = [] }: { sandbox?: boolean; told?: readonly string[] } = {},
) =>
  environmentLines({
    sandbox,
    adopted: adopted && { environment: adopted, beyond: [] },
    found: { environment: found, beyond: [] },
    rights,
    login: "workflow_admin",
    told: new Set(told),
  });

test("a host as it was adopted gives no line; every fact added, gone or changed gives exactly one that names it", () => {
  fc.assert(
    fc.property(facts, facts, (adopted, found) => {
      expect(ask(adopted, adopted)).toEqual([]);
      const key = ({ kind, identity }: EnvironmentFact): string => `${ENVIRONMENT}: ${kind} ${identity}`;
      const values = (list: readonly EnvironmentFact[]) => new Map(list.map((one) => [key(one), one.value]));
      const [was, is] = [values(adopted), values(found)];
      const differing = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
      const lines = ask(adopted, found);
      expect(lines.map(({ path }) => path)).toEqual(differing.sort());
      expect(lines.every(isForeign)).toBe(true);
    }),
  );
});

test("a real host that nobody adopted is one difference that up does not refuse; a sandbox is adopted by its own up", () => {
  const found = [{ kind: "power", identity: "backdoor is superuser", value: "yes" }];
  expect(ask(undefined, found)).toMatchObject([{ path: "environment", have: expect.stringMatching(/^1 facts/) }]);
  expect(ask(undefined, found).some(isForeign)).toBe(false);
  expect(ask(undefined, found, { sandbox: true })).toEqual([]);
});

test("facts that a login may not see are told once with what grants them, refused by up, and none of them is called absent", () => {
  const adopted = {
    environment: [{ kind: "power", identity: "chief is superuser", value: "yes" }],
    beyond: [
      { kind: "login rule", identity: "host all all trust", value: "1 times in pg_hba" },
      { kind: "program", identity: "/usr/bin/sh", value: "x" },
    ],
  };
  const seen = (found: FoundFacts) =>
    environmentLines({ sandbox: false, adopted, found, rights, login: "onlooker", told: new Set() });
  const server = seen({ ...adopted, beyond: [], unread: { server: "permission denied for view pg_hba_file_rules" } });
  expect(server.map(({ path, have }) => [path, have])).toEqual([
    [expect.stringContaining("login rule"), "not looked at: permission denied for view pg_hba_file_rules"],
    [`${ENVIRONMENT}: program /usr/bin/sh`, "absent"],
  ]);
  expect(server[0]?.up).toContain("GRANT EXECUTE ON FUNCTION pg_hba_file_rules(), pg_ident_file_mappings()");
  expect(server.every(isForeign)).toBe(true);
  const database = seen({ ...adopted, environment: [], unread: { environment: "permission denied for schema x" } });
  expect(database).toMatchObject([{ up: "nothing: as a superuser: GRANT pg_read_all_data TO onlooker" }]);
});

test("what the declaration tells already is not told twice", () => {
  const before = { kind: "function attributes", identity: "cutter_runtime.refuse_halted(text)", value: "parallel u" };
  const path = "function cutter_runtime.refuse_halted(text)";
  expect(ask([before], [{ ...before, value: "parallel s" }])).toHaveLength(1);
  expect(ask([before], [{ ...before, value: "parallel s" }], { told: [path] })).toEqual([]);
  expect(ask([before], [], { told: ["package runtime"] })).toEqual([]);
});

// Kind, identity, and whether the declaration compares all that the fact says.
const CASES: readonly (readonly [string, string, boolean])[] = [
  ["role attribute", "cutter_exec superuser", true],
  ["role attribute", "cutter_exec valid until", false],
  ["role attribute", "somebody superuser", false],
  ["power", "workflow_admin is superuser", true],
  ["power", "backdoor is superuser", false],
  ["power", "directus may set session_replication_role", false],
  ["grant", "SELECT on table public.unit_version to cutter_exec by workflow_admin", true],
  ["grant", "SELECT on table public.other to cutter_exec by workflow_admin", false],
  ["grant", "EXECUTE on function cutter_runtime.refuse_halted(text) to PUBLIC by cutter_owner", true],
  ["grant", "SET on parameter session_replication_role to directus by workflow_admin", false],
  ["function body", "cutter_runtime.begin_effect(text,text,bigint,text,jsonb,integer)", true],
  ["function body", "public.fn_iu_enact(text,text,uuid,text,boolean)", false],
  ["function body", "public.fn_iu_create(text,text,text,text)", false],
  ["trigger mode", "cutter_runtime.approver_set append_only", true],
  ["trigger mode", "cutter_runtime.admission_use key cutter_runtime.admission_use x RI_FKey_check_ins", false],
  ["trigger", "public.unit_version zz_evil", false],
  ["column", "cutter_runtime.planned_unit.canonical_address", true],
  ["column", "public.information_unit.conformance_status", false],
  ["relation", "cutter_runtime.halt", false],
  ["event trigger", "evil", false],
  ["dot_config", "iu_create.gateway.mode", false],
  ["cast", "text as uuid", false],
];
test.each(CASES)("%s %s: compared by the declaration %s", (kind, identity, whole) => {
  expect(declaredEntry({ kind, identity, value: "v" }, rights).whole).toBe(whole);
});

test("the list is written so that it is read back as it was, one fact a line, and another file is no list", () => {
  fc.assert(
    fc.property(facts, facts, (environment, beyond) => {
      const bytes = adoptedBytes({ environment, beyond });
      expect(parseAdopted(bytes, "it")).toEqual({ environment, beyond });
      expect(bytes.toString("utf8").split("\n")).toHaveLength(4 + environment.length + beyond.length);
    }),
  );
  expect(() => parseAdopted(Buffer.from("{}"), "it")).toThrow("STOP_COULD_NOT_LOOK");
});

test("the page names every fact under its kind, with no character that acts on a terminal", () => {
  const page = adoptionPage({
    environment: [{ kind: "cast", identity: "text as uuid", value: "implicit" }],
    beyond: [{ kind: "login rule", identity: "host\u001b[2J all", value: "1 times in pg_hba" }],
  });
  expect(page.slice(0, 2)).toEqual(["cast (1)", "  text as uuid: implicit"]);
  expect(page.join("")).not.toContain("\u001b");
});
