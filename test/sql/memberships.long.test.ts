// A member that inherits nothing, as PostgreSQL 16 and later have them: drift says so, `up` mends one of ours, and a rehearsal's copy
// gives nobody a right through a membership that gives none at home.
import { afterAll, beforeAll, expect, test } from "vitest";
import { bound } from "../../runner/adapters/statements.ts";
import { startTestCluster, type TestCluster } from "../support/cluster.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { layPackages } from "../support/lay-packages.ts";
import { prepareMajors } from "../support/postgres-majors.ts";

const majors = prepareMajors();
const newest = majors.servers.filter((major) => major >= 16).at(-1);
if (newest === undefined)
  process.stdout.write("no server of PostgreSQL 16 or later here, so not tested: memberships\n");
let cluster: TestCluster | undefined;
let database: FreshDatabase;

beforeAll(async () => {
  if (newest === undefined) return;
  cluster = await startTestCluster("fast", majors.installation(newest, majors.clients.at(-1) ?? newest));
  database = await freshDatabase({ cluster: cluster.facts });
}, 120_000);
afterAll(async () => {
  await database?.drop();
  await cluster?.stop();
  majors.remove();
});

const mayUse = async (member: string, role: string): Promise<boolean | undefined> =>
  (await database.rows<{ may: boolean }>("SELECT pg_has_role($1, $2, 'USAGE') AS may", [member, role]))[0]?.may;

test.runIf(newest !== undefined)("up mends a membership of ours that came to inherit nothing", async () => {
  await database.rows("GRANT pg_signal_backend TO cutter_signal WITH INHERIT FALSE");
  expect(await mayUse("cutter_signal", "pg_signal_backend")).toBe(false);
  if (cluster === undefined) throw new Error("no cluster");
  expect((await layPackages(cluster.facts, database.name)).join("")).toContain("laid and verified");
  expect(await mayUse("cutter_signal", "pg_signal_backend")).toBe(true);
});

test.runIf(newest !== undefined)(
  "in a copy a role inherits what it inherits at home and nothing else, an owner's memberships included",
  async () => {
    await database.rows("CREATE ROLE cms_group");
    const members = [
      ["cms_heir", "INHERIT", "TRUE"],
      ["cms_member_only", "INHERIT", "FALSE"],
      ["cms_owner_only", "NOINHERIT", "FALSE"],
      ["cms_owner_heir", "NOINHERIT", "TRUE"],
    ] as const;
    for (const [name, inherits, option] of members) {
      await database.rows(`CREATE ROLE ${name} ${inherits}`);
      await database.rows(`GRANT cms_group TO ${name} WITH INHERIT ${option}`);
      if (name.includes("owner")) await database.rows(`CREATE SCHEMA ${name} AUTHORIZATION ${name}`);
    }
    const client = await database.connect();
    const { rows } = await client.query<{ role: string; member_of: string[]; inherited: string[] }>(
      bound("read/backup/roles"),
    );
    const copy = (name: string): string => (name.startsWith("cms_") ? `copy_${name}` : name);
    const roles = rows
      .filter(({ role }) => role.startsWith("cms_"))
      .map((row) => ({
        ...row,
        role: copy(row.role),
        member_of: row.member_of.map(copy),
        inherited: row.inherited.map(copy),
      }));
    const made = await client.query<{ stage: number; statement: string }>(
      bound("read/backup/scratch-statements", {
        roles: JSON.stringify(roles),
        restorer: "copy_restorer",
        restorer_password: "x",
        encoding: "UTF8",
        lc_collate: "C",
        lc_ctype: "C",
        public_usage: true,
        schemas: [],
        extensions: "[]",
        parameters: [],
      }),
    );
    for (const { stage, statement } of made.rows)
      if (stage <= 3 || /^(?:ALTER ROLE|REVOKE cutter)/.test(statement)) await client.query(statement);
    const told = await Promise.all(
      members.map(async ([name]) => [
        name,
        await mayUse(name, "cms_group"),
        await mayUse(copy(name), "copy_cms_group"),
      ]),
    );
    expect(told).toEqual(members.map(([name, , option]) => [name, option === "TRUE", option === "TRUE"]));
  },
);
