// A stack's configuration and sources with fixed values, so that every script rendered from them is the same on every machine.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StackConfig } from "../../infra/config.ts";
import { parseDefinitions, parseRights } from "../../infra/rights.ts";
import type { Sources } from "../../infra/sources.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { PACKAGES, readPackage } from "../../infra/packages.ts";
import { renderConfig } from "../../scripts/sandbox/host-config.ts";
import { projectRoot } from "../../infra/place.ts";
import { placeOf } from "../../scripts/sandbox/place.ts";
import { configSchema } from "../../runner/model/config.ts";

const APPROVERS = '{"persons":[],"version":"1"}';
const ARMORED = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbm90IGEga2V5\n-----END PGP PUBLIC KEY BLOCK-----\n";
const FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567";

/** A configuration shaped like the real host: root owns, users of their own, packages acknowledged one by one. */
export function declaredStack(): StackConfig {
  const place = {
    ...placeOf("/srv/host", { host: "/tmp/c-1", database: "/tmp/c-2" }),
    runtimeRoot: "/var/lib/cutter",
    approversFile: "/var/lib/cutter/approvers.json",
    backupPublicKey: "/var/lib/cutter/backup.asc",
    envFolder: "/etc/cutter",
    scratchFolder: "/var/lib/cutter-scratch",
  };
  const content = configSchema.parse(
    JSON.parse(
      renderConfig({
        place,
        host: "vmi1",
        uname: "vmi1",
        database: { host: "127.0.0.1", port: 5432, name: "directus", systemIdentifier: "7000000000000000001" },
        approversSha: sha256(APPROVERS),
        recipient: FINGERPRINT,
        postgresBin: "/usr/lib/postgresql/16/bin",
        scratchUser: null,
      }),
    ),
  );
  const owned = { owner: "root", group: "cutter" };
  return {
    sandbox: false,
    connection: {
      host: "203.0.113.7",
      port: 22,
      user: "provision",
      privateKeyFile: "/srv/key",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA",
      sudo: true,
      dialSeconds: 15,
    },
    node: "/usr/bin/node",
    users: [{ name: "cutter", home: "/var/lib/cutter", shell: "/usr/sbin/nologin" }],
    known: [],
    untouched: [{ path: "/opt/incomex/dot/iu-cutter", sha256: "a".repeat(64) }],
    runtime: { root: "/var/lib/cutter", areas: ["runs", "locks"], ...owned, mode: "0750" },
    orchestrator: { file: "/var/lib/cutter/orchestrator.config.json", ...owned, mode: "0640", content },
    approvers: {
      source: "/srv/approvers.json",
      sha: sha256(APPROVERS),
      file: "/var/lib/cutter/approvers.json",
      ...owned,
      mode: "0644",
    },
    backupKey: {
      source: "/srv/backup.asc",
      fingerprint: FINGERPRINT,
      file: "/var/lib/cutter/backup.asc",
      keyring: "/var/lib/cutter/gnupg",
      ...owned,
      mode: "0644",
    },
    database: {
      psql: "/usr/bin",
      host: "127.0.0.1",
      port: 5432,
      name: "directus",
      user: "workflow_admin",
      passFile: "/etc/cutter/admin.pgpass",
      packages: [...PACKAGES],
      ack: {},
    },
    envFiles: ["exec", "verify", "gate", "halt", "backup", "engine"].map((role) => ({
      file: `/etc/cutter/${role}.env`,
      ...owned,
      mode: "0640",
    })),
    release: {
      source: "/srv/release",
      folder: "/opt/cutter/releases",
      launcher: "/usr/local/bin/cutter",
      home: "/var/lib/cutter",
      owner: "root",
      group: "root",
    },
  };
}

/** Two small packages and what they bring: one of rights, one of objects. Scripts made from them stay readable. */
export function smallSources(allowed: boolean): Sources {
  const sql =
    "CREATE FUNCTION cutter_runtime.one(p text) RETURNS int\nLANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$\n  SELECT 1\n$$;\n";
  return {
    ...declaredSources(allowed),
    packages: [
      {
        name: "two-grant",
        sql: "GRANT SELECT ON cutter_governance.verify_result TO cutter_exec;\n",
        check: "SELECT 'it holds' AS fact, true AS ok\n",
        undo: "REVOKE SELECT ON cutter_governance.verify_result FROM cutter_exec;\n",
        allowed,
      },
      {
        name: "runtime",
        sql,
        check: "-- role: admin\nSELECT 'it holds' AS fact, true AS ok;\n",
        undo: "DROP SCHEMA cutter_runtime CASCADE;\n",
        allowed,
      },
    ],
    rights: parseRights(
      JSON.stringify({
        roles: [
          { name: "cutter_exec", package: "system", login: true, superuser: false, connection_limit: 2 },
          { name: "cutter_gate", package: "runtime", login: true, superuser: false, connection_limit: 2 },
        ],
        schemas: [
          {
            name: "cutter_runtime",
            owner: "cutter_owner",
            package: "runtime",
            rights: { cutter_exec: { USAGE: "runtime" } },
          },
        ],
        tables: [
          {
            name: "cutter_governance.verify_result",
            owner: "workflow_admin",
            package: "system",
            rights: { cutter_exec: { SELECT: "two-grant" } },
          },
          {
            name: "cutter_runtime.run",
            owner: "cutter_owner",
            package: "runtime",
            rights: { cutter_exec: { SELECT: "runtime" } },
          },
        ],
        functions: [
          {
            signature: "cutter_runtime.one(text)",
            owner: "cutter_owner",
            package: "runtime",
            execute: { cutter_exec: "runtime" },
          },
        ],
        triggers: [
          {
            table: "cutter_runtime.run",
            name: "append_only",
            function: "cutter_runtime.refuse()",
            mode: "A",
            package: "runtime",
          },
        ],
        event_triggers: [],
      }),
    ),
  };
}

/** Sources to go with it; the packages are this checkout's own. */
export function declaredSources(allowed: boolean): Sources {
  const folder = join(projectRoot(), "sql", "packages");
  const files = {
    "cutter.mjs": Buffer.from("process.exit(0);\n"),
    "env-file.cjs": Buffer.from("process.stdout.write('{}');\n"),
    "sql/read/run.sql": Buffer.from("SELECT 1;\n"),
  };
  return {
    approvers: Buffer.from(APPROVERS),
    backupKey: ARMORED,
    release: { digest: "0123456789abcdef".repeat(4), files },
    packages: PACKAGES.map((name) => ({ ...readPackage(name, folder), allowed })),
    rights: parseRights(readFileSync(join(projectRoot(), "sql", "rights.json"), "utf8")),
    definitions: parseDefinitions(readFileSync(join(projectRoot(), "infra", "table-definitions.json"), "utf8")),
    engine: { apply: "SELECT 1;", check: "SELECT 'laid' AS fact, true AS ok", undo: "SELECT 1;" },
    statement: "SELECT path, lies_in, state, witness FROM facts\n",
    environment: {
      environment: ["SELECT kind, identity, value FROM environment\n"],
      server: "SELECT kind, identity, value FROM server\n",
    },
  };
}
