// A host as it was at one moment, as often as wanted. A run that two people authorized costs twelve seconds of processor (backup, restore
// proof and rehearsal among them); being there again costs half a one.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { besideTheDatabase } from "./beside-the-database.ts";
import { LAW, type GovernedHost } from "./governed-host.ts";

/** Database, runtime root and what the approvers remember; not the configuration and not the release. */
export interface HostMoment {
  /** Makes the host as it was then; ends whatever is connected to its database. */
  back(): Promise<void>;
}

let moments = 0;

/** Notes how the host is now. No process of it may be at work. */
export async function momentOf({ sandbox }: GovernedHost): Promise<HostMoment> {
  const { runtimeRoot, approversFolder, folder } = sandbox.place;
  const noted = `moment_${(moments += 1)}`;
  const kept = join(folder, noted);
  const folders = [
    [runtimeRoot, join(kept, "root")],
    [approversFolder, join(kept, "approvers")],
  ] as const;
  const copyDatabase = async (from: string, to: string): Promise<void> =>
    besideTheDatabase(sandbox, async (client) => {
      await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY ($1)", [
        [from, to],
      ]);
      await client.query(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${to} TEMPLATE ${from}`);
      // What belongs to a database and a template does not give: its owner, its rights, its limit and the settings made for it.
      await client.query(
        "UPDATE pg_database AS copy SET datdba = known.datdba, datacl = known.datacl, datconnlimit = known.datconnlimit FROM pg_database AS known WHERE copy.datname = $1 AND known.datname = $2",
        [to, from],
      );
      await client.query(
        "INSERT INTO pg_db_role_setting SELECT copy.oid, setrole, setconfig FROM pg_db_role_setting, pg_database AS known, pg_database AS copy WHERE setdatabase = known.oid AND known.datname = $1 AND copy.datname = $2",
        [from, to],
      );
    });
  await copyDatabase(sandbox.database.name, noted);
  await execa("mkdir", [kept]);
  for (const [there, here] of folders) await execa("cp", ["-a", "--", there, here]);
  return {
    back: async () => {
      await copyDatabase(noted, sandbox.database.name);
      for (const [there, here] of folders) {
        rmSync(there, { recursive: true });
        await execa("cp", ["-a", "--", here, there]);
      }
    },
  };
}

/** A run of LAW with the moments at which its signatures were asked for and at which two people had given them. */
export async function runWithMoments(
  host: GovernedHost,
  prefix: string,
): Promise<{ readonly run: string; readonly asked: HostMoment; readonly authorized: HostMoment }> {
  await host.register(prefix, LAW);
  const run = await host.cut(prefix);
  const asked = await momentOf(host);
  await host.authorizeCut(run);
  return { run, asked, authorized: await momentOf(host) };
}
