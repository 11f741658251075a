// A runner's configuration for one test database: rendered as the sandbox renders it, with env files of its own.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSchema, type Config } from "../../runner/model/config.ts";
import { ROLES, type RoleKey } from "../../runner/model/run.ts";
import { renderConfig } from "../../scripts/sandbox/host-config.ts";
import { placeOf } from "../../scripts/sandbox/place.ts";
import { withClient, BOOTSTRAP_ROLE, type ClusterFacts } from "./cluster.ts";

/** The configuration and the end of its folder. */
export interface RunnerConfig {
  readonly config: Config;
  remove(): void;
}

/** Every role's login as the cluster knows it; the system identifier is the cluster's own. */
export async function runnerConfig(cluster: ClusterFacts, database: string): Promise<RunnerConfig> {
  const folder = mkdtempSync(join(tmpdir(), "runner-config-"));
  const place = placeOf(folder, { host: folder, database: folder });
  mkdirSync(place.envFolder, { recursive: true });
  for (const role of Object.keys(ROLES) as RoleKey[]) {
    const name = `DOT_CUTTER_${role.toUpperCase()}_DB`;
    writeFileSync(
      join(place.envFolder, `${role}.env`),
      `${name}_USER=${ROLES[role]}\n${name}_PASSWORD=${cluster.passwords[ROLES[role]]}\n`,
      { mode: 0o600 },
    );
  }
  const systemIdentifier = await withClient(
    cluster,
    BOOTSTRAP_ROLE,
    database,
    async (client) =>
      (await client.query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_control_system()")).rows[0]
        ?.id ?? "",
  );
  const text = renderConfig({
    place,
    host: "test-host",
    database: { host: cluster.host, port: cluster.port, name: database, systemIdentifier },
    approversSha: "0".repeat(64),
    recipient: "0".repeat(40),
    postgresBin: cluster.binDir,
    scratchUser: null,
  });
  return {
    config: configSchema.parse(JSON.parse(text)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
