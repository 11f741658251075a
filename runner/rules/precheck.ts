// What must be true before a run may begin, judged all at once: a list a person can work through, not the first obstacle.
import { ROLES, type RoleKey } from "../model/run.ts";
import type { Verdict } from "../model/stop.ts";
import { judgeGrantMatrix, judgeTwoGrant, type GrantMatrix, type TwoGrant } from "./grant-matrix.ts";
import type { Check } from "../model/events.ts";
import { majorOf, serverMajor } from "./postgres-versions.ts";

/** Row of `sql/read/server-identity.sql`, as far as it is judged. */
export interface Identity {
  readonly session_user: string;
  readonly database: string;
  readonly system_identifier: string;
  readonly in_recovery: boolean;
  readonly server_version_num: number;
  readonly session_replication_role: string;
  readonly track_counts: string;
}

/** A login that was tried: whom it reached, or why not; `refused` when the server answered no, false when nobody answered. */
export type SessionFact =
  | { readonly role: RoleKey; readonly identity: Identity }
  | { readonly role: RoleKey; readonly problem: string; readonly refused: boolean };

/** Row of `sql/read/precheck/roles.sql`. */
export interface RoleFact {
  readonly role: string;
  readonly present: boolean;
  readonly can_login: boolean;
  readonly superuser: boolean;
  readonly password_expired: boolean;
  readonly connection_limit: number;
  readonly connections: number;
}

/** A statement of `sql/` planned under a role of its header, never executed; `problem` is undefined when PostgreSQL accepted it. */
export interface StatementFact {
  readonly name: string;
  readonly role: RoleKey;
  readonly problem: string | undefined;
}

/** Row of `sql/read/precheck/missing-objects.sql`. */
export interface MissingObject {
  readonly kind: string;
  readonly identity: string;
}

/** Everything the collecting command found; a part it could not read is undefined. `others` are checks of the host itself. */
export interface PrecheckFacts {
  readonly wanted: { readonly database: string; readonly system_identifier: string; readonly grant_matrix_sha: string };
  readonly sessions: readonly SessionFact[];
  readonly roles: readonly RoleFact[] | undefined;
  readonly missing: readonly MissingObject[] | undefined;
  readonly statements: readonly StatementFact[];
  readonly grants: { readonly matrix: GrantMatrix; readonly two_grant: TwoGrant } | undefined;
  readonly others: readonly Check[];
}

/** Every check with its outcome, in the order a person would mend them. */
export function prechecks(facts: PrecheckFacts): Check[] {
  return [
    ...facts.sessions.flatMap((session) => judgeSession(session, facts.wanted)),
    ...(facts.roles === undefined ? [unread("roles")] : facts.roles.map(judgeRole)),
    judgeMissing(facts.missing),
    ...judgeStatements(facts.statements),
    ...judgeGrants(facts),
    ...facts.others,
  ];
}

/** STOP_PRECHECK_FAILED with every failed check; STOP_COULD_NOT_LOOK when nothing failed but something could not be read. */
export function judgePrechecks(checks: readonly Check[]): Verdict {
  const failed = checks.filter((check) => check.outcome === "failed");
  const unseen = checks.filter((check) => check.outcome === "could_not_look");
  if (checks.length > 0 && failed.length + unseen.length === 0) return undefined;
  const details = [...failed, ...unseen].map(sentence);
  if (failed.length > 0)
    return {
      code: "STOP_PRECHECK_FAILED",
      facts: { saw: details.join("; "), wanted: `all ${checks.length} checks passed`, details },
    };
  return {
    code: "STOP_COULD_NOT_LOOK",
    facts: { saw: details.join("; ") || "no check was made", wanted: "an answer to every check", details },
  };
}

/** Roles of a statement's header value, `exec|verify`; TypeError (a bug) for a word that is no role key. `admin` has no login here. */
export function rolesOfHeader(value: string): RoleKey[] {
  return value
    .split("|")
    .filter((word) => word !== "admin")
    .map((word) => {
      if (!isRoleKey(word)) throw new TypeError(`unknown role ${word} in a statement header`);
      return word;
    });
}

function isRoleKey(word: string): word is RoleKey {
  return Object.hasOwn(ROLES, word);
}

function judgeSession(session: SessionFact, wanted: PrecheckFacts["wanted"]): Check[] {
  const role = ROLES[session.role];
  const name = `login as ${role}`;
  if ("problem" in session) {
    return [
      {
        name,
        outcome: session.refused ? "failed" : "could_not_look",
        saw: session.problem,
        wanted: "a login with the configured credentials",
      },
    ];
  }
  const { identity } = session;
  const equal: [string, string, string][] = [
    ["session_user", identity.session_user, role],
    ["database", identity.database, wanted.database],
    ["system_identifier", identity.system_identifier, wanted.system_identifier],
    ["session_replication_role", identity.session_replication_role, "origin"],
    ["track_counts", identity.track_counts, "on"],
    ["in_recovery", String(identity.in_recovery), "false"],
  ];
  const wrong = equal.filter(([, is, should]) => is !== should);
  const unknown = serverMajor(majorOf(identity.server_version_num));
  return [
    wrong.length === 0
      ? {
          name,
          outcome: "passed",
          saw: `${identity.database} of ${identity.system_identifier}`,
          wanted: "the configured database",
        }
      : {
          name,
          outcome: "failed",
          saw: wrong.map(([key, is]) => `${key} ${is}`).join(", "),
          wanted: wrong.map(([key, , should]) => `${key} ${should}`).join(", "),
        },
    ...(unknown
      ? [
          {
            name: `server seen by ${role}`,
            outcome: "failed" as const,
            saw: `version ${identity.server_version_num}`,
            wanted: unknown.facts.wanted,
          },
        ]
      : []),
  ];
}

function judgeRole(fact: RoleFact): Check {
  const faults = [
    fact.present ? [] : ["it does not exist"],
    fact.present && !fact.can_login ? ["it may not log in"] : [],
    fact.superuser ? ["it is a superuser, so no right below binds it"] : [],
    fact.password_expired ? ["its password has expired"] : [],
    fact.present && fact.connection_limit >= 0 && fact.connections >= fact.connection_limit
      ? [`${fact.connections} of ${fact.connection_limit} connections are in use`]
      : [],
  ].flat();
  const name = `role ${fact.role}`;
  return {
    name,
    outcome: faults.length === 0 ? "passed" : "failed",
    saw: faults.join(", ") || "ready",
    wanted: "an ordinary role that can log in with a connection free",
  };
}

function judgeMissing(missing: readonly MissingObject[] | undefined): Check {
  if (missing === undefined) return unread("objects");
  const list = missing.map((object) => `${object.kind} ${object.identity}`).join(", ");
  return {
    name: "objects",
    outcome: missing.length === 0 ? "passed" : "failed",
    saw: list === "" ? "all present" : `missing: ${list}`,
    wanted: "every object that sql/rights.json names",
  };
}

// One check a failed statement, one for all that passed: a wrong column is found by the file's name.
function judgeStatements(statements: readonly StatementFact[]): Check[] {
  if (statements.length === 0) return [unread("statements")];
  const failed = statements.flatMap((fact): Check[] =>
    fact.problem === undefined
      ? []
      : [
          {
            name: `sql/${fact.name}.sql as ${ROLES[fact.role]}`,
            outcome: "failed",
            saw: fact.problem,
            wanted: "its names known to PostgreSQL, and every right it needs",
          },
        ],
  );
  return failed.length > 0
    ? failed
    : [
        {
          name: "statements",
          outcome: "passed",
          saw: `${statements.length} planned`,
          wanted: "every statement to be accepted under its role",
        },
      ];
}

function judgeGrants(facts: PrecheckFacts): Check[] {
  if (facts.grants === undefined) return [unread("rights")];
  const judged = [
    ["grant matrix", judgeGrantMatrix(facts.grants.matrix, facts.wanted.grant_matrix_sha)],
    ["package two-grant", judgeTwoGrant(facts.grants.two_grant)],
  ] as const;
  return judged.map(([name, verdict]) => ({
    name,
    outcome: verdict ? "failed" : "passed",
    saw: verdict?.facts.saw ?? "as recorded",
    wanted: verdict?.facts.wanted ?? "as recorded",
  }));
}

function unread(name: string): Check {
  return { name, outcome: "could_not_look", saw: "it could not be read", wanted: "an answer from PostgreSQL" };
}

function sentence(check: Check): string {
  const lead = check.outcome === "failed" ? check.name : `could not look: ${check.name}`;
  return `${lead}: saw ${check.saw}, wanted ${check.wanted}`;
}
