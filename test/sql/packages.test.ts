// The database packages: each proves itself, is taken back exactly, and refuses clearly where it cannot stand.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type pg from "pg";
import { databaseScope, databaseSpec, definitionsSpec, undeclaredPaths } from "../../infra/database-spec.ts";
import { PACKAGES, type PackageName } from "../../infra/packages.ts";
import { projectRoot } from "../../infra/place.ts";
import { readOwnSources } from "../../infra/sources.ts";
import { connectAs, startTestCluster, SUBSTRATE_TEMPLATE } from "../support/cluster.ts";
import type { TestCluster } from "../support/cluster.ts";
import { layPackages, ownPackage, packageFacts, schedulersDatabase, undoPackages } from "../support/lay-packages.ts";

// Roles belong to a cluster, so what an undo leaves behind can only be judged in a cluster of its own.
let cluster: TestCluster;
let admin: pg.Client;

const lay = (...names: PackageName[]): Promise<string[]> =>
  layPackages(cluster.facts, "one", names.length === 0 ? PACKAGES : names);
const undo = (...names: PackageName[]): Promise<void> =>
  undoPackages(cluster.facts, "one", names.length === 0 ? PACKAGES : names);

const RUN = "ictr-20261129T120000Z-00000001";

const ROLES = [
  "cutter_backup",
  "cutter_engine",
  "cutter_gate",
  "cutter_halt",
  "cutter_owner",
  "cutter_signal",
] as const;

beforeAll(async () => {
  cluster = await startTestCluster();
  const control = await connectAs(cluster.facts, "workflow_admin", "postgres");
  await control.query("DROP DATABASE IF EXISTS template_packages");
  await control.end();
});
beforeEach(async () => {
  const control = await connectAs(cluster.facts, "workflow_admin", "postgres");
  for (const role of ROLES) await control.query(`DROP ROLE IF EXISTS ${role}`);
  // As the existing system has it; the cluster was begun with every package laid.
  await control.query("ALTER ROLE cutter_exec CONNECTION LIMIT 2");
  await control.query(`CREATE DATABASE one TEMPLATE ${SUBSTRATE_TEMPLATE} OWNER workflow_admin`);
  await control.end();
  admin = await connectAs(cluster.facts, "workflow_admin", "one");
});
afterEach(async () => {
  await admin.end();
  const control = await connectAs(cluster.facts, "workflow_admin", "postgres");
  for (const one of ["one", "two"]) await control.query(`DROP DATABASE IF EXISTS ${one} WITH (FORCE)`);
  await control.end();
});
afterAll(async () => {
  await cluster?.stop();
});

/** Everything a package may touch, as comparable text: rights, functions, triggers, roles, policy, schemas. */
async function catalog(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    SELECT 'relation ' || c.oid::regclass || ' ' || coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type AS line
      FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) a
      LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE c.relnamespace::regnamespace::text IN ('public', 'cutter_governance', 'cutter_runtime') AND c.relkind IN ('r', 'v', 'S')
    UNION ALL
    SELECT 'schema ' || n.nspname || ' ' || coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type
      FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE n.nspname NOT LIKE 'pg\\_%'
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc) || ' ' || coalesce(r.rolname, 'PUBLIC')
      FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE p.pronamespace::regnamespace::text IN ('public', 'cutter_governance', 'cutter_runtime')
    UNION ALL
    SELECT 'trigger ' || g.tgrelid::regclass || ' ' || g.tgname || ' ' || g.tgenabled::text FROM pg_trigger g WHERE NOT g.tgisinternal
    UNION ALL SELECT 'event trigger ' || evtname || ' ' || evtenabled::text FROM pg_event_trigger
    UNION ALL SELECT 'role ' || rolname || ' ' || rolcanlogin || ' ' || rolconnlimit FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'
    UNION ALL SELECT 'policy ' || key || ' ' || value FROM public.dot_config
    ORDER BY line`);
  return rows.map((row) => row.line);
}

describe("the packages together", () => {
  it("apply in order, prove every fact of their checks, and their undo leaves the database and its roles exactly as before", async () => {
    const before = await catalog(admin);
    await lay();
    for (const name of PACKAGES) {
      const facts = await packageFacts(admin, name);
      expect(facts.length, name).toBeGreaterThan(1);
      expect(
        facts.filter((row) => !row.ok),
        name,
      ).toEqual([]);
    }
    expect(await catalog(admin)).not.toEqual(before);
    await undo();
    expect(await catalog(admin)).toEqual(before);
  });

  it("bring nothing that drift would call undeclared", async () => {
    await lay();
    const { rights, packages, definitions, statement } = readOwnSources(
      { sandbox: true, database: { packages: [...PACKAGES], ack: {} } },
      projectRoot(),
    );
    const declared = { ...databaseSpec(rights, packages), ...definitionsSpec(rights, packages, definitions) };
    const silent = undeclaredPaths(rights);
    const { rows } = await admin.query<{ path: string }>(statement.replaceAll(":'scope'", "$1"), [
      JSON.stringify(databaseScope(rights)),
    ]);
    const paths = rows.map(({ path }) => path).filter((path) => !path.startsWith("password of role "));
    expect(paths).toContain("membership of cutter_signal in pg_signal_backend");
    expect(paths.filter((path) => !Object.hasOwn(declared, path) && !silent.has(path))).toEqual([]);
    await undo();
  });

  it("laid again they stand as declared; by hand grants can be given again, and everything that is created refuses a second time: nothing changes", async () => {
    await lay();
    const once = await catalog(admin);
    expect(await lay()).toEqual(PACKAGES.map(() => "stands as declared"));
    expect(await catalog(admin)).toEqual(once);
    for (const name of ["read-rights", "two-grant"] as const) await admin.query(ownPackage(name).sql);
    await admin.query("RESET ROLE");
    for (const name of ["runtime", "revert", "admission"] as const) {
      await expect(admin.query(ownPackage(name).sql), name).rejects.toThrow();
    }
    expect(await catalog(admin)).toEqual(once);
    await undo();
  });
});

describe("a package that cannot stand", () => {
  it("runtime without read-rights, revert and admission without runtime say which package comes first", async () => {
    const wanted = {
      runtime: "package read-rights applied first",
      revert: "package runtime applied first",
      admission: "package runtime applied first",
    };
    for (const name of ["runtime", "revert", "admission"] as const) {
      await expect(lay(name)).rejects.toThrow(
        new RegExp(`STOP_PRECHECK_FAILED[^]*"wanted": ?"${wanted[name]}"[^]*nothing in the database has changed`),
      );
    }
  });

  it("revert refuses to extend a list of markers that somebody else has changed", async () => {
    await lay("read-rights", "runtime");
    await admin.query(
      "UPDATE public.dot_config SET value = value || ',fn_other' WHERE key = 'iu_create.gateway.allowed_marker_values'",
    );
    await expect(lay("revert")).rejects.toThrow("STOP_PRECHECK_FAILED");
    const { rows } = await admin.query<{ value: string }>(
      "SELECT value FROM public.dot_config WHERE key = 'iu_create.gateway.allowed_marker_values'",
    );
    expect(rows[0]?.value).toBe("fn_iu_create,fn_iu_apply_edit_draft,fn_iu_enact,fn_other");
    await admin.query(
      "UPDATE public.dot_config SET value = replace(value, ',fn_other', '') WHERE key = 'iu_create.gateway.allowed_marker_values'",
    );
    await undo("read-rights", "runtime");
  });

  it("a check that no longer holds rolls the package back", async () => {
    await admin.query("CREATE ROLE stranger");
    await admin.query("CREATE ROLE cutter_backup IN ROLE stranger");
    await expect(lay("read-rights")).rejects.toThrow(
      "package read-rights does not hold after it was laid: cutter_backup is a member of no role",
    );
    const { rows } = await admin.query<{ may: boolean }>(
      "SELECT has_table_privilege('cutter_exec', 'public.dot_config', 'SELECT') AS may",
    );
    expect(rows[0]?.may).toBe(false);
    await admin.query("DROP ROLE stranger");
  });

  it("runtime is not taken away while a run is open", async () => {
    await lay("read-rights", "runtime");
    await admin.query(`INSERT INTO cutter_runtime.run (run_id, document_id, host, actor, release)
                       VALUES ('ictr-20261120T100000Z-00000001', 'SAMPLE', 'h', 'a', 'r')`);
    await expect(undo("runtime")).rejects.toThrow("STOP_RUN_OPEN ictr-20261120T100000Z-00000001");
    await expect(admin.query(ownPackage("runtime").undo)).rejects.toMatchObject({
      code: "CUT01",
      message: "STOP_RUN_OPEN",
    });
    await admin.query("UPDATE cutter_runtime.run SET closed = now(), close_kind = 'voided'");
    await undo("runtime", "read-rights");
  });
});

describe("roles of a shared cluster", () => {
  it("the undo in one database keeps the roles another database still uses", async () => {
    await admin.query(`CREATE DATABASE two TEMPLATE ${SUBSTRATE_TEMPLATE} OWNER workflow_admin`);
    const other = await connectAs(cluster.facts, "workflow_admin", "two");
    try {
      await lay();
      await layPackages(cluster.facts, "two");
      await undo();
      const { rows } = await other.query<{ roles: string }>(
        "SELECT count(*) AS roles FROM pg_roles WHERE rolname IN ('cutter_owner', 'cutter_gate', 'cutter_halt', 'cutter_backup')",
      );
      expect(rows[0]?.roles).toBe("4");
      expect((await packageFacts(other, "runtime")).filter((row) => !row.ok)).toEqual([]);
    } finally {
      await other.end();
    }
  });
});

describe("the scheduler's database", () => {
  const databases = async (): Promise<unknown[]> =>
    (await admin.query("SELECT datname FROM pg_database WHERE datname = 'cutter_engine'")).rows;

  it("is taken back by an undo of its own, after which no role of the batch package is left", async () => {
    const scheduler = schedulersDatabase(cluster.facts, "one");
    await lay();
    await scheduler.lay();
    expect(await databases()).toHaveLength(1);
    expect(await scheduler.undo()).toContain("is taken back");
    expect(await databases()).toEqual([]);
    expect(await scheduler.undo()).toContain("is not there");
    await undo("batch");
    expect((await admin.query("SELECT FROM pg_roles WHERE rolname = 'cutter_engine'")).rowCount).toBe(0);
  });

  it("stays while somebody is connected or a run is open, and what stays can be laid again", async () => {
    const scheduler = schedulersDatabase(cluster.facts, "one");
    await lay();
    await scheduler.lay();
    const worker = await connectAs(cluster.facts, "workflow_admin", "cutter_engine");
    await expect(scheduler.undo()).rejects.toThrow(/end the workers first/);
    await worker.end();
    expect(await scheduler.lay()).toContain("laid and verified");
    await admin.query("SELECT cutter_runtime.open_run($1, 'LAW-A', 'host', 'lan', 'release', 'host 1 1')", [RUN]);
    await expect(scheduler.undo()).rejects.toThrow(`STOP_RUN_OPEN ${RUN}`);
    await admin.query("SELECT cutter_runtime.close_run($1, 1, 'voided', 'a reason')", [RUN]);
    expect(await scheduler.undo()).toContain("is taken back");
  });
});
