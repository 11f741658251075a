// What the database must hold, from sql/rights.json and the packages' own SQL: entries to compare, and what the probe asks about.
import type { Spec, Wanted } from "./drift.ts";
import { definedFunctions, type DefinedFunction } from "./package-functions.ts";
import { SYSTEM, hasArguments, type Rights } from "./rights.ts";

/** One package as it is declared: exact SQL of apply and check, and whether `up` may lay it (acknowledged, or a sandbox). */
export interface DeclaredPackage {
  readonly name: string;
  readonly sql: string;
  readonly check: string;
  readonly undo: string;
  readonly allowed: boolean;
}

/** What the facts statement is asked about. */
export interface DatabaseScope {
  readonly roles: readonly string[];
  /** Roles whose settings and memberships are judged: the cutter's own. Other people's are the environment hash's matter. */
  readonly judged: readonly string[];
  readonly schemas: readonly string[];
  readonly tables: readonly string[];
  readonly functions: readonly string[];
  readonly triggers: readonly string[];
  /** Those of `triggers` whose whole definition is ours: same name and function with another event or condition is another trigger. */
  readonly defined: readonly string[];
  readonly event_triggers: readonly string[];
}

/** Component of everything the existing database brings; `up` never touches it. */
export const EXISTING = "existing-system";

/** Component that lays a package. */
export const packageComponent = (name: string): string => `package-${name}`;

/** Roles, schemas, tables, functions (with arguments) and triggers that rights.json names. */
export function databaseScope(rights: Rights): DatabaseScope {
  return {
    roles: rights.roles.map(({ name }) => name),
    judged: rights.roles.map(({ name }) => name).filter((name) => name.startsWith("cutter_")),
    schemas: rights.schemas.map(({ name }) => name),
    tables: rights.tables.map(({ name }) => name),
    functions: rights.functions.map(({ signature }) => signature).filter(hasArguments),
    triggers: rights.triggers.map(triggerName),
    defined: rights.triggers.filter(({ package: by }) => by !== SYSTEM).map(triggerName),
    event_triggers: rights.event_triggers.map(({ name }) => name),
  };
}

const triggerName = ({ name, table }: Rights["triggers"][number]): string => `${name} on ${table}`;

interface Entry {
  readonly path: string;
  readonly package: string;
  readonly state: string;
  readonly parent?: string;
}

/**
 * Columns, constraints and indexes of our own tables and our triggers, as the catalogs word them: by table, then by path. The file
 * is taken from a database with every package; test/sql/table-definitions.test.ts holds it against one.
 */
export type TableDefinitions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The definitions of what the wanted packages bring. `up` only looks at them: changing a table under its rows is no repair. */
export function definitionsSpec(
  rights: Rights,
  packages: readonly DeclaredPackage[],
  definitions: TableDefinitions,
): Spec {
  const triggers = new Map(rights.triggers.map((one) => [`definition of trigger ${triggerName(one)}`, one]));
  return Object.fromEntries(
    Object.entries(definitions).flatMap(([table, parts]) =>
      Object.entries(parts).flatMap(([path, state]): [string, Wanted][] => {
        const trigger = triggers.get(path);
        const by = (trigger ?? rights.tables.find(({ name }) => name === table))?.package;
        if (by === undefined || !packages.some(({ name }) => name === by)) return [];
        const parent = trigger === undefined ? `table ${table}` : `trigger ${triggerName(trigger)}`;
        return [
          [
            path,
            {
              component: packageComponent(by),
              state,
              parent,
              up: "nothing: a table is not changed under its rows; find out who did, and put it back by hand",
            },
          ],
        ];
      }),
    ),
  );
}

/** Every entry of the wanted packages and of the existing system; those of a package lie in `package <name>`. */
export function databaseSpec(rights: Rights, packages: readonly DeclaredPackage[]): Spec {
  const functions = new Map(packages.flatMap(({ sql }) => definedFunctions(sql)).map((one) => [one.name, one]));
  const wanted = (name: string): boolean => name === SYSTEM || packages.some((one) => one.name === name);
  const entries = entriesOf(rights, functions).filter((entry) => wanted(entry.package));
  return Object.fromEntries([
    ...packages.map((one): [string, Wanted] => [
      `package ${one.name}`,
      { component: packageComponent(one.name), state: "applied", up: upOf(one) },
    ]),
    ...entries.map((entry): [string, Wanted] => {
      const owner = packages.find(({ name }) => name === entry.package);
      return [
        entry.path,
        owner === undefined
          ? {
              component: EXISTING,
              state: entry.state,
              up: leftAlone(entry.path),
              ...(entry.parent === undefined ? {} : { parent: entry.parent }),
            }
          : {
              component: packageComponent(owner.name),
              state: entry.state,
              up: upOf(owner),
              parent: parentIn(entry, entries) ?? `package ${owner.name}`,
            },
      ];
    }),
  ]);
}

// Inside one package a right lies in its table; a right on somebody else's table lies in the package.
function parentIn(entry: Entry, entries: readonly Entry[]): string | undefined {
  const parent = entries.find(({ path }) => path === entry.parent);
  return parent?.package === entry.package ? parent.path : undefined;
}

/** The statement that gives the right of a path back; undefined for a path that is no right. */
export function grantStatement(path: string): string | undefined {
  const [, privilege, object = "", grantee = ""] =
    /^grant (\w+) on ((?:schema|table|function) .+) to (\w+)$/.exec(path) ?? [];
  if (privilege === undefined) return undefined;
  return `GRANT ${privilege} ON ${object.replace(/^[a-z]+/, (kind) => kind.toUpperCase())} TO ${grantee};`;
}

/** What `up` does about a part of the existing system; a right that is gone comes with the statement its owner gives it back by. */
function leftAlone(path: string): string {
  const statement = grantStatement(path);
  const left = "nothing: it belongs to the existing system";
  return statement === undefined ? left : `${left}; whoever owns it gives it back by: ${statement}`;
}

function upOf({ name, allowed }: DeclaredPackage): string {
  return allowed
    ? `lays package ${name}`
    : `nothing before it is acknowledged: npm run package -- show ${name}, then set cutter:database.ack.${name}`;
}

/** Path of the fact that a login role has a password; which one never leaves the server. */
export const passwordPath = (role: string): string => `password of role ${role}`;

/** Path of the fact that `member` has the rights of `role`. */
export const membershipPath = (member: string, role: string): string => `membership of ${member} in ${role}`;

/** Paths of what a package brings, and its state as applied; also what tells whether it is applied at all. */
function entriesOf(rights: Rights, functions: ReadonlyMap<string, DefinedFunction>): readonly Entry[] {
  const of = (object: string, held: Rights["tables"][number]["rights"], parent: string): Entry[] =>
    Object.entries(held).flatMap(([grantee, privileges]) =>
      Object.entries(privileges).map(([privilege, by]): Entry => ({
        path: `grant ${privilege} on ${object} to ${grantee}`,
        package: by,
        state: "granted",
        parent,
      })),
    );
  return [
    ...rights.roles.flatMap(
      ({ name, package: first, login, superuser, connection_limit, raised_by, member_of }): Entry[] => [
        // Of two entries the later package's holds.
        ...[[first, connection_limit] as const, ...Object.entries(raised_by)].map(([by, limit]) => ({
          path: `role ${name}`,
          package: by,
          state: `${login ? "login" : "no login"}, ${limit === -1 ? "no limit" : `limit ${limit}`}${superuser ? ", superuser" : ""}`,
        })),
        ...member_of.map((role) => ({
          path: membershipPath(name, role),
          package: first,
          state: "member",
          parent: `role ${name}`,
        })),
      ],
    ),
    ...rights.schemas.flatMap(({ name, owner, package: by, rights: held }): Entry[] => [
      ...(owner === null ? [] : [{ path: `schema ${name}`, package: by, state: `owner ${owner}` }]),
      ...of(`schema ${name}`, held, `schema ${name}`),
    ]),
    ...rights.tables.flatMap(({ name, owner, package: by, rights: held }): Entry[] => [
      { path: `table ${name}`, package: by, state: `owner ${owner}`, parent: `schema ${name.split(".")[0] ?? ""}` },
      ...of(`table ${name}`, held, `table ${name}`),
    ]),
    ...rights.functions
      .filter(({ signature }) => hasArguments(signature))
      .flatMap(({ signature, owner, package: by, execute }): Entry[] => {
        const defined = functions.get(signature.split("(")[0] ?? "");
        const definition =
          defined === undefined
            ? []
            : [
                {
                  path: `function ${signature}`,
                  package: by,
                  state: functionState(owner, defined),
                  parent: `schema ${signature.split(".")[0] ?? ""}`,
                },
              ];
        return [
          ...definition,
          ...Object.entries(execute).map(([grantee, from]): Entry => ({
            path: `grant EXECUTE on function ${signature} to ${grantee}`,
            package: from,
            state: "granted",
            parent: `function ${signature}`,
          })),
        ];
      }),
    ...rights.triggers.map(({ table, name, function: calls, mode, package: by }): Entry => ({
      path: `trigger ${name} on ${table}`,
      package: by,
      state: `calls ${calls}, ${mode === "A" ? "always" : "ordinarily"}`,
      parent: `table ${table}`,
    })),
    ...rights.event_triggers.map(({ name, event, function: calls, mode, package: by }): Entry => ({
      path: `event trigger ${name}`,
      package: by,
      state: `on ${event} calls ${calls}, ${mode === "A" ? "always" : "ordinarily"}`,
    })),
  ];
}

function functionState(
  owner: string,
  { bodySha, settings, securityDefiner, language, volatility, isStrict }: DefinedFunction,
): string {
  return [
    `owner ${owner}`,
    securityDefiner ? "security definer" : "security invoker",
    language,
    volatility,
    ...(isStrict ? ["strict"] : []),
    ...settings,
    `body sha256:${bodySha}`,
  ].join(", ");
}

/** Paths the facts statement answers that nobody declares: functions of the existing system by body, schemas of unknown owner. */
export function undeclaredPaths(rights: Rights): ReadonlySet<string> {
  return new Set([
    ...rights.functions.filter(({ package: by }) => by === SYSTEM).map(({ signature }) => `function ${signature}`),
    ...rights.schemas.filter(({ owner }) => owner === null).map(({ name }) => `schema ${name}`),
  ]);
}
