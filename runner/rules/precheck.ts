// What must be true before a run may begin, judged all at once: a list a person can work through, not the first obstacle.
import type { RowOf } from "../model/rows.ts";
import { ROLES, type RoleKey } from "../model/run.ts";
import type { Point } from "../model/point.ts";
import type { Verdict } from "../model/stop.ts";
import type { EnvironmentFact } from "../model/environment.ts";
import { undeclaredFacts, type DeclaredRights } from "./adopted-environment.ts";
import { explainEnvironment } from "./environment-hash.ts";
import { judgeGrantMatrix, judgeTwoGrant, type GrantMatrix, type TwoGrant } from "./grant-matrix.ts";
import { majorOf, serverMajor } from "./postgres-versions.ts";

/** Row of `sql/read/server-identity.sql`, as far as it is judged. */
export type Identity = Omit<RowOf<"read/server-identity">, "current_user" | "timeline" | "time_zone">;

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
  /** Facts of the environment hash as they are now. */
  readonly environment: readonly EnvironmentFact[] | undefined;
  /** The same as people adopted them, from the list beside the configuration; undefined on a host that nobody adopted. */
  readonly adopted: readonly EnvironmentFact[] | undefined;
  readonly rights: DeclaredRights;
  readonly others: readonly Point[];
}

/** Every check with its state, in the order a person would mend them. */
export function prechecks(facts: PrecheckFacts): Point[] {
  return [
    ...facts.sessions.flatMap((session) => judgeSession(session, facts.wanted)),
    ...(facts.roles === undefined ? [unread("roles")] : facts.roles.map(judgeRole)),
    judgeMissing(facts.missing),
    ...judgeStatements(facts.statements),
    ...judgeGrants(facts),
    ...judgeEnvironment(facts),
    ...facts.others,
  ];
}

/** STOP_PRECHECK_FAILED with every failed check; STOP_COULD_NOT_LOOK when nothing failed but something could not be read. */
export function judgePrechecks(checks: readonly Point[]): Verdict {
  const failed = checks.filter((check) => check.state === "missing");
  const unseen = checks.filter((check) => check.state === "could not look");
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

/** One point of the precheck. */
export const precheckPoint = (title: string, state: Point["state"], saw: string, wanted: string): Point => ({
  part: "prechecks",
  title,
  state,
  saw,
  wanted,
});

function judgeSession(session: SessionFact, wanted: PrecheckFacts["wanted"]): Point[] {
  const role = ROLES[session.role];
  const title = `login as ${role}`;
  if ("problem" in session) {
    const state = session.refused ? "missing" : "could not look";
    return [precheckPoint(title, state, session.problem, "a login with the configured credentials")];
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
  const words = (at: 1 | 2): string => wrong.map((row) => `${row[0]} ${row[at]}`).join(", ");
  const login =
    wrong.length === 0
      ? precheckPoint(
          title,
          "found",
          `${identity.database} of ${identity.system_identifier}`,
          "the configured database",
        )
      : precheckPoint(title, "missing", words(1), words(2));
  const unknown = serverMajor(majorOf(identity.server_version_num));
  if (unknown === undefined) return [login];
  const saw = `version ${identity.server_version_num}`;
  return [login, precheckPoint(`server seen by ${role}`, "missing", saw, unknown.facts.wanted)];
}

function judgeRole(fact: RoleFact): Point {
  const faults = [
    fact.present ? [] : ["it does not exist"],
    fact.present && !fact.can_login ? ["it may not log in"] : [],
    fact.superuser ? ["it is a superuser, so no right below binds it"] : [],
    fact.password_expired ? ["its password has expired"] : [],
    fact.present && fact.connection_limit >= 0 && fact.connections >= fact.connection_limit
      ? [`${fact.connections} of ${fact.connection_limit} connections are in use`]
      : [],
  ].flat();
  return precheckPoint(
    `role ${fact.role}`,
    faults.length === 0 ? "found" : "missing",
    faults.join(", ") || "ready",
    "an ordinary role that can log in with a connection free",
  );
}

function judgeMissing(missing: readonly MissingObject[] | undefined): Point {
  if (missing === undefined) return unread("objects");
  const list = missing.map((object) => `${object.kind} ${object.identity}`).join(", ");
  return precheckPoint(
    "objects",
    list === "" ? "found" : "missing",
    list === "" ? "all present" : `missing: ${list}`,
    "every object that sql/rights.json names",
  );
}

// One point a failed statement, one for all that passed: a wrong column is found by the file's name.
function judgeStatements(statements: readonly StatementFact[]): Point[] {
  if (statements.length === 0) return [unread("statements")];
  const failed = statements.flatMap(({ name, role, problem }): Point[] =>
    problem === undefined
      ? []
      : [
          precheckPoint(
            `sql/${name}.sql as ${ROLES[role]}`,
            "missing",
            problem,
            "its names known to PostgreSQL, and every right it needs",
          ),
        ],
  );
  if (failed.length > 0) return failed;
  const wanted = "every statement to be accepted under its role";
  return [precheckPoint("statements", "found", `${statements.length} planned`, wanted)];
}

function judgeGrants(facts: PrecheckFacts): Point[] {
  if (facts.grants === undefined) return [unread("rights")];
  const judged = [
    ["grant matrix", judgeGrantMatrix(facts.grants.matrix, facts.wanted.grant_matrix_sha)],
    ["package two-grant", judgeTwoGrant(facts.grants.two_grant)],
  ] as const;
  return judged.map(([title, verdict]) =>
    verdict
      ? precheckPoint(title, "missing", verdict.facts.saw, verdict.facts.wanted)
      : precheckPoint(title, "found", "as recorded", "as recorded"),
  );
}

// One point a fact, worded as a run would word it that was signed for the adopted environment.
function judgeEnvironment({ environment, adopted, rights }: PrecheckFacts): Point[] {
  const title = "adopted environment";
  const wanted = "the facts that people adopted: npm run drift -- --adopt";
  if (environment === undefined) return [unread(title)];
  if (adopted === undefined)
    return [precheckPoint(title, "found", "not compared: nobody has adopted this host's environment", wanted)];
  const differences = explainEnvironment(adopted, undeclaredFacts(environment, rights));
  return differences.length === 0
    ? [precheckPoint(title, "found", `${adopted.length} facts as adopted`, wanted)]
    : differences.map((saw) => precheckPoint(title, "missing", saw, wanted));
}

const unread = (title: string): Point =>
  precheckPoint(title, "could not look", "it could not be read", "an answer from PostgreSQL");

function sentence({ title, state, saw, wanted = "" }: Point): string {
  return `${state === "missing" ? title : `could not look: ${title}`}: saw ${saw}, wanted ${wanted}`;
}
