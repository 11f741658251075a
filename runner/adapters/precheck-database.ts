// Collects the database facts of a precheck: a login as each role, every statement of sql/ planned under its roles, rights, objects.
import { messageOf } from "../model/error-text.ts";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { Config } from "../model/config.ts";
import { ROLES, type RoleKey } from "../model/run.ts";
import { ROWS } from "../model/rows.ts";
import { Stopped } from "../model/stop.ts";
import type { EnvironmentFact } from "../model/environment.ts";
import { ENVIRONMENT_STATEMENTS, environmentScope } from "../rules/environment-hash.ts";
import {
  rolesOfHeader,
  type Identity,
  type PrecheckFacts,
  type SessionFact,
  type StatementFact,
} from "../rules/precheck.ts";
import { credentialOf } from "./credentials.ts";
import { openSession, placeOf } from "./postgres-connection.ts";
import { relevantObjects } from "./rights.ts";
import { bound, sqlFolder, statement } from "./statements.ts";

const FOLDERS = ["read", "write", "verify", "revert"];

// Read-only: the server itself refuses whatever a precheck might execute by mistake; planning a write is not executing it.
// Generic plans: with NULL for every parameter a custom plan folds strict functions away, and their rights with them.
const SETTINGS = {
  statement_timeout: "30s",
  default_transaction_read_only: "on",
  plan_cache_mode: "force_generic_plan",
};

/** Everything but the host's own checks. One connection for each role, one after the other: some roles may have only two. */
export async function collectDatabaseFacts(
  config: Config,
): Promise<Omit<PrecheckFacts, "others" | "adopted" | "rights">> {
  const sessions: SessionFact[] = [];
  const statements: StatementFact[] = [];
  let roles: PrecheckFacts["roles"];
  let missing: PrecheckFacts["missing"];
  let grants: PrecheckFacts["grants"];
  let environment: EnvironmentFact[] | undefined;
  for (const role of Object.keys(ROLES) as RoleKey[]) {
    const opened = await open(config, role);
    sessions.push(opened.fact);
    if (!opened.client) continue;
    statements.push(...(await planAll(opened.client, role)));
    if (role === "exec") {
      const scope = JSON.stringify(environmentScope(relevantObjects()));
      roles = await rowsOf<NonNullable<PrecheckFacts["roles"]>[number]>(
        opened.client,
        bound("read/precheck/roles", {
          roles: Object.values(ROLES),
        }),
      );
      missing = await rowsOf(opened.client, bound("read/precheck/missing-objects", { scope }));
      environment = [];
      for (const name of ENVIRONMENT_STATEMENTS)
        environment.push(...(await rowsOf<EnvironmentFact>(opened.client, bound(name, { scope }))));
      const [matrix] = await rowsOf(opened.client, bound("read/grant-matrix"));
      const [two] = await rowsOf(opened.client, bound("read/two-grant"));
      grants =
        matrix && two
          ? { matrix: ROWS["read/grant-matrix"].parse(matrix), two_grant: ROWS["read/two-grant"].parse(two) }
          : undefined;
    }
    await opened.client.end().catch(() => undefined);
  }
  return {
    wanted: {
      database: config.database.name,
      system_identifier: config.database.system_identifier,
      grant_matrix_sha: config.orchestrator.expected_grant_matrix_sha,
    },
    sessions,
    statements,
    roles,
    missing,
    grants,
    environment,
  };
}

async function open(config: Config, role: RoleKey): Promise<{ fact: SessionFact; client?: pg.Client }> {
  try {
    const { user, password } = await credentialOf(config, role);
    const client = await openSession(
      placeOf(config.database),
      { database: config.database.name, user, password },
      { applicationName: `cutter/precheck/${role}`, settings: SETTINGS },
    );
    const [identity] = await rowsOf<Identity>(client, bound("read/server-identity"));
    if (!identity) return { fact: { role, problem: "no identity", refused: false } };
    return { fact: { role, identity }, client };
  } catch (error) {
    return {
      fact: {
        role,
        problem: reasonOf(error),
        refused:
          error instanceof pg.DatabaseError || (error instanceof Stopped && error.code === "STOP_PRECHECK_FAILED"),
      },
    };
  }
}

/** Every statement of a role, looked at without executing any: a column guessed wrong or a missing right stops here, by the file's name. */
async function planAll(client: pg.Client, role: RoleKey): Promise<StatementFact[]> {
  const facts: StatementFact[] = [];
  for (const name of statementNames()) {
    const { text, role: header } = statement(name);
    if (!rolesOfHeader(header).includes(role) || /^-- prepare: no\b/m.test(text)) continue;
    facts.push({ name, role, problem: await problemOf(client, text) });
  }
  return facts;
}

/** PREPARE looks up every name a statement uses; only EXPLAIN starts its plan, and that asks for the rights on tables and functions. */
async function problemOf(client: pg.Client, text: string): Promise<string | undefined> {
  try {
    await client.query(`PREPARE looked_at AS ${text}`);
  } catch (error) {
    return reasonOf(error);
  }
  try {
    const { rows } = await client.query<{ count: number }>(
      "SELECT coalesce(cardinality(parameter_types), 0) AS count FROM pg_prepared_statements WHERE name = 'looked_at'",
    );
    const count = rows[0]?.count ?? 0;
    await client.query(
      `EXPLAIN EXECUTE looked_at${count === 0 ? "" : `(${Array.from({ length: count }, () => "NULL").join(", ")})`}`,
    );
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    await client.query("DEALLOCATE looked_at").catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Stopped) return `${error.facts.saw}, wanted: ${error.facts.wanted}`;
  return messageOf(error);
}

function statementNames(): string[] {
  const root = sqlFolder();
  const under = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const name = `${folder}/${entry.name}`;
      return entry.isDirectory() ? under(name) : name.endsWith(".sql") ? [name.slice(0, -4)] : [];
    });
  return FOLDERS.flatMap(under).sort();
}

async function rowsOf<T>(client: pg.Client, query: ReturnType<typeof bound>): Promise<T[]> {
  return (await client.query(query)).rows as T[];
}
