// The facts of a host that no declaration mentions: which are asked for, how they are read, and how they differ from those that people
// adopted. docs/decisions/0081-adopted-environment.md says why.
import { dirname } from "node:path";
import { type AdoptedFacts, ADOPTED_FILE } from "../runner/model/adopted.ts";
import type { EnvironmentFact } from "../runner/model/environment.ts";
import { Stopped } from "../runner/model/stop.ts";
import { declaredEntry, undeclaredFacts } from "../runner/rules/adopted-environment.ts";
import { environmentScope, mergedFacts, relevantIn } from "../runner/rules/environment-hash.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import type { StackConfig } from "./config.ts";
import { ABSENT, type DriftLine } from "./drift.ts";
import { toSeeDatabase, toSeeServer } from "./looking-rights.ts";
import { refusalOf, type Looks } from "./probe.ts";
import type { SurroundingsRequest } from "./render/surroundings.ts";
import type { Rights } from "./rights.ts";

/** Component of everything that people adopt. */
export const ENVIRONMENT = "environment";
const PATH = `${ENVIRONMENT}: `;
const UP = "nothing, and up refuses: put it back, or look at it and adopt it: npm run drift -- --adopt";

/** Settings whose values are facts: what a commit is worth, what is logged, what code is loaded, and who may connect from where. */
const SETTINGS = [
  "fsync",
  "full_page_writes",
  "synchronous_commit",
  "wal_level",
  "data_checksums",
  "ignore_checksum_failure",
  "zero_damaged_pages",
  "allow_system_table_mods",
  "log_statement",
  "log_min_duration_statement",
  "log_parameter_max_length",
  "log_connections",
  "shared_preload_libraries",
  "session_preload_libraries",
  "local_preload_libraries",
  "dynamic_library_path",
  "session_replication_role",
  "listen_addresses",
  "ssl",
  "archive_mode",
] as const;

/** The same texts for every host: the environment's statements and the one about the server. */
export interface EnvironmentStatements {
  readonly environment: readonly string[];
  readonly server: string;
}

/** What the host is asked beyond its declaration. */
export function surroundingsRequest(
  config: StackConfig,
  rights: Rights,
  statements: EnvironmentStatements,
  postgres: readonly string[],
): SurroundingsRequest {
  const { users, connection, runtime, orchestrator, release, database, node } = config;
  const people = [...users.map(({ name }) => name), connection.user, runtime.owner, orchestrator.owner, release.owner];
  return {
    environment: {
      statements: statements.environment,
      scope: JSON.stringify(environmentScope(relevantIn(rights))),
    },
    server: { statement: statements.server, settings: SETTINGS },
    users: [...new Set(people)].sort(),
    programs: [...new Set([node, `${database.psql}/psql`, ...postgres])],
    watched: config.watched ?? [],
  };
}

/** Where the adopted facts lie on the host, for its precheck. */
export const adoptedPath = ({ orchestrator }: StackConfig): string => `${dirname(orchestrator.file)}/${ADOPTED_FILE}`;

/** The kinds of fact that infra/sql/server-facts.sql answers. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  "setting",
  "setting in a file of the server",
  "login rule",
  "user name map",
  "built in",
  "function in pg_catalog",
  "function with rights of its owner",
]);

/** What was found, and the words of a server that did not let the login see a part of it. */
export interface FoundFacts extends AdoptedFacts {
  readonly unread?: { readonly environment?: string; readonly server?: string };
}

/** Everything no declaration mentions, as it was found; undefined where nobody could ask, which the missing psql tells. */
export function readSurroundings(looks: Looks, rights: Rights): FoundFacts | undefined {
  if (looks.database.toString("utf8") === "no psql") return undefined;
  const [environment, server] = [refusalOf(looks.environment), refusalOf(looks.server)];
  const seen = (look: Buffer, refusal: string | undefined) => (refusal === undefined ? factsIn(look) : []);
  const beyond = [...seen(looks.server, server), ...factsIn(looks.surroundings)];
  return {
    environment: mergedFacts(undeclaredFacts(seen(looks.environment, environment), rights)),
    beyond: mergedFacts(undeclaredFacts(beyond, rights)),
    ...(environment === undefined && server === undefined
      ? {}
      : {
          unread: {
            ...(environment === undefined ? {} : { environment }),
            ...(server === undefined ? {} : { server }),
          },
        }),
  };
}

function factsIn(look: Buffer): EnvironmentFact[] {
  const fields = look.toString("utf8").split("\0").slice(0, -1);
  if (fields.length % 3 !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "facts of the host are cut off", wanted: "three fields a fact" });
  return Array.from({ length: fields.length / 3 }, (_, index): EnvironmentFact => {
    const [kind = "", identity = "", value = ""] = fields.slice(index * 3, index * 3 + 3);
    return { kind, identity, value };
  });
}

/** What a comparison needs. `told`: paths of the differences that the declaration tells already. */
export interface EnvironmentLook {
  readonly sandbox: boolean;
  readonly adopted: AdoptedFacts | undefined;
  readonly found: FoundFacts | undefined;
  readonly rights: Rights;
  /** Who looked into the database. */
  readonly login: string;
  readonly told: ReadonlySet<string>;
}

/** One line for each fact that was added, is gone or changed since the adoption; one line in all for a host that nobody adopted. */
export function environmentLines({ sandbox, adopted, found, rights, told, login }: EnvironmentLook): DriftLine[] {
  if (found === undefined) return [];
  const { unread: refused = {} } = found;
  const unread = notRead(refused, login);
  if (adopted === undefined) return sandbox ? unread : [...unread, nobodyAdopted(found)];
  const is = byPath(found);
  // What nobody could see is not gone.
  const was = byPath({
    environment: refused.environment === undefined ? adopted.environment : [],
    beyond: adopted.beyond.filter(({ kind }) => refused.server === undefined || !OF_THE_SERVER.has(kind)),
  });
  const differing = [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((path): DriftLine[] => {
    const [before, now] = [was.get(path), is.get(path)];
    const fact = now ?? before;
    if (fact === undefined || before?.value === now?.value) return [];
    // One change, one line: what the declaration compares is told by it, in its own words.
    if (declaredEntry(fact, rights).paths.some((one) => told.has(one))) return [];
    return [{ component: ENVIRONMENT, path, want: wordOf(before), have: wordOf(now), up: UP }];
  });
  return [...unread, ...differing];
}

// Not clean, because nobody knows; and refused by `up`, because people sign for the host they know.
function notRead({ environment, server }: NonNullable<FoundFacts["unread"]>, login: string): DriftLine[] {
  const line = (what: string, said: string | undefined, grants: string): DriftLine[] =>
    said === undefined
      ? []
      : [
          {
            component: ENVIRONMENT,
            path: `${PATH}${what}`,
            want: `readable for ${login}`,
            have: `not looked at: ${said}`,
            up: `nothing: ${grants}`,
          },
        ];
  return [
    ...line("facts of the database that a run compares", environment, toSeeDatabase(login)),
    ...line(`facts of the server (${[...OF_THE_SERVER].join(", ")})`, server, toSeeServer(login)),
  ];
}

/** Whether a line is a fact that differs from the adopted one; `up` refuses then, because people sign for the host they know. */
export const isForeign = ({ path }: DriftLine): boolean => path.startsWith(PATH);

const byPath = ({ environment, beyond }: AdoptedFacts): Map<string, EnvironmentFact> =>
  new Map(
    [...environment, ...beyond].map((fact) => [
      `${PATH}${fact.kind} ${fact.identity}`,
      { ...fact, value: fact.value ?? "" },
    ]),
  );

const wordOf = (fact: EnvironmentFact | undefined): string =>
  fact === undefined ? ABSENT : fact.value === "" ? "nothing" : (fact.value ?? "nothing");

function nobodyAdopted({ environment, beyond }: AdoptedFacts): DriftLine {
  return {
    component: ENVIRONMENT,
    path: ENVIRONMENT,
    want: "seen and adopted by a person",
    have: `${environment.length + beyond.length} facts that no declaration mentions, and nobody adopted them`,
    up: "nothing: npm run drift -- --adopt shows and records them",
  };
}

/** Kinds with the names of their facts, as people read them before they adopt: one line a fact, escaped. */
export function adoptionPage({ environment, beyond }: AdoptedFacts): string[] {
  const facts = [...environment, ...beyond];
  const kinds = [...new Set(facts.map(({ kind }) => kind))].sort();
  return kinds.flatMap((kind) => {
    const own = facts.filter((fact) => fact.kind === kind);
    const lines = own.map(({ identity, value }) => `  ${printable(identity)}${shown(value)}`);
    return [`${printable(kind)} (${own.length})`, ...lines];
  });
}

const shown = (value: string | null): string =>
  value === null || value === "" || value === "yes" || value === "there" || value === "plain"
    ? ""
    : `: ${printable(value.slice(0, 200))}${value.length > 200 ? "…" : ""}`;
