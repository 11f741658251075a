import { expect, test } from "vitest";
import {
  judgePrechecks,
  precheckPoint,
  prechecks,
  rolesOfHeader,
  type Identity,
  type PrecheckFacts,
  type RoleFact,
} from "../../../../runner/rules/precheck.ts";

const IDENTITY: Identity = {
  session_user: "cutter_exec",
  database: "directus",
  system_identifier: "7611578671664259111",
  in_recovery: false,
  server_version_num: 160013,
  session_replication_role: "origin",
  track_counts: "on",
};
const ROLE: RoleFact = {
  role: "cutter_exec",
  present: true,
  can_login: true,
  superuser: false,
  password_expired: false,
  connection_limit: 2,
  connections: 1,
};
const GOOD: PrecheckFacts = {
  wanted: {
    database: "directus",
    system_identifier: "7611578671664259111",
    grant_matrix_sha: "45d25e38ac2dd440d0e7fdbdd6a5a20df11afbaef715002db4e46ea60bd2d600",
  },
  sessions: [{ role: "exec", identity: IDENTITY }],
  roles: [ROLE],
  missing: [],
  statements: [{ name: "read/clock", role: "exec", problem: undefined }],
  grants: {
    matrix: {
      cutter_exec_execute_canonical_fns: true,
      cutter_verify_select_insert_verify_result: true,
      directus_select_review_decision: true,
      no_public_execute_leak: true,
    },
    two_grant: { verify_result: true, cut_change_set_affected_row: true },
  },
  environment: [],
  adopted: [],
  rights: { roles: [], schemas: [], tables: [], functions: [], triggers: [], event_triggers: [] },
  others: [],
};
const stop = (change: Partial<PrecheckFacts>) => judgePrechecks(prechecks({ ...GOOD, ...change }));

test("a host where everything is in order passes", () => {
  expect(stop({})).toBeUndefined();
});

test.each([
  ["another database", { database: "postgres" }, "database postgres"],
  ["another cluster", { system_identifier: "1" }, "system_identifier 1"],
  ["another user than was asked for", { session_user: "directus" }, "session_user directus"],
  ["a session that switches triggers off", { session_replication_role: "replica" }, "session_replication_role replica"],
  ["statistics switched off", { track_counts: "off" }, "track_counts off"],
  ["a standby", { in_recovery: true }, "in_recovery true"],
  ["a server too old to be read", { server_version_num: 140010 }, "version 140010"],
])("%s is refused", (_, change, words) => {
  const verdict = stop({ sessions: [{ role: "exec", identity: { ...IDENTITY, ...change } }] });
  expect(verdict?.code).toBe("STOP_PRECHECK_FAILED");
  expect(verdict?.facts.saw).toContain(words);
});

test.each([
  ["does not exist", { present: false, can_login: false }, "it does not exist"],
  ["may not log in", { can_login: false }, "it may not log in"],
  ["is a superuser", { superuser: true }, "it is a superuser"],
  ["has an expired password", { password_expired: true }, "its password has expired"],
  ["has no connection left", { connections: 2 }, "2 of 2 connections are in use"],
])("a role that %s is refused", (_, change, words) => {
  expect(stop({ roles: [{ ...ROLE, ...change }] })?.facts.details).toEqual([expect.stringContaining(words)]);
});

test("a role without a limit has always a connection free", () => {
  expect(stop({ roles: [{ ...ROLE, connection_limit: -1, connections: 40 }] })).toBeUndefined();
});

test("all failures are told at once, each with what was wanted", () => {
  const verdict = stop({
    sessions: [{ role: "verify", problem: "password authentication failed", refused: true }],
    missing: [{ kind: "function", identity: "public.fn_iu_enact" }],
    statements: [
      { name: "read/run", role: "exec", problem: "column r.state does not exist" },
      { name: "read/clock", role: "exec", problem: undefined },
    ],
    grants: {
      matrix: {
        cutter_exec_execute_canonical_fns: true,
        cutter_verify_select_insert_verify_result: true,
        directus_select_review_decision: false,
        no_public_execute_leak: true,
      },
      two_grant: { verify_result: true, cut_change_set_affected_row: false },
    },
    others: [precheckPoint("backup selftest", "missing", "no initdb", "a scratch server")],
  });
  expect(verdict?.code).toBe("STOP_PRECHECK_FAILED");
  expect(verdict?.facts.details).toHaveLength(6);
  for (const words of [
    "login as cutter_verify",
    "missing: function public.fn_iu_enact",
    "sql/read/run.sql as cutter_exec",
    "directus may select",
    "cut_change_set_affected_row",
    "backup selftest",
  ]) {
    expect(verdict?.facts.saw).toContain(words);
  }
});

test("a server that does not answer is not a failed check", () => {
  const verdict = stop({ sessions: [{ role: "exec", problem: "connect ENOENT", refused: false }] });
  expect(verdict?.code).toBe("STOP_COULD_NOT_LOOK");
  expect(verdict?.facts.saw).toContain("could not look: login as cutter_exec");
});

test.each([
  ["roles", { roles: undefined }],
  ["objects", { missing: undefined }],
  ["rights", { grants: undefined }],
  ["statements", { statements: [] }],
])("%s that could not be read never pass", (_, change) => {
  expect(stop(change)?.code).toBe("STOP_COULD_NOT_LOOK");
});

test("no check at all is not a passed precheck", () => {
  expect(judgePrechecks([])?.code).toBe("STOP_COULD_NOT_LOOK");
});

test("a header names its roles, and a misspelt one is a bug", () => {
  expect(rolesOfHeader("exec|verify")).toEqual(["exec", "verify"]);
  expect(rolesOfHeader("admin")).toEqual([]);
  expect(() => rolesOfHeader("reader")).toThrow(TypeError);
});
