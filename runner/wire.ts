// Builds the World from a configuration file. Adapters are put together here and in the wire-<what>.ts beside it, nowhere else.
import { backupVault } from "./adapters/backup-vault.ts";
import { credentialOf } from "./adapters/credentials.ts";
import { folderReporter } from "./adapters/folder-reporter.ts";
import { httpReporter } from "./adapters/http-reporter.ts";
import { postgresDatabase } from "./adapters/postgres.ts";
import { relevantObjects } from "./adapters/rights.ts";
import { rehearsalGround } from "./adapters/rehearsal-ground.ts";
import { fileEvents } from "./adapters/run-events.ts";
import { runFiles } from "./adapters/run-files.ts";
import type { Config } from "./model/config.ts";
import { signedCounts } from "./looks/row-counts.ts";
import { environmentScope } from "./rules/environment-hash.ts";
import { insistRowsSigned } from "./signatures/signed.ts";
import { readHere } from "./wire-here.ts";
import type { Events, World } from "./world.ts";
import type { RehearsalGround } from "./world/stage.ts";

/** Everything a verb may reach. `runId` chooses the events file; without one, events go nowhere. STOP_DRIFT when a release file differs. */
export async function makeWorld(configFile: string, runId?: string): Promise<World> {
  const { config, here, approvers } = await readHere(configFile);
  const root = config.orchestrator.runtime_root;
  const events: Events = runId ? fileEvents(root, runId) : { emit: () => undefined };
  return {
    config,
    here,
    environment_scope: environmentScope(relevantObjects()),
    database: postgresDatabase(
      config,
      (role) => credentialOf(config, role),
      (what, seconds) => events.emit({ event: "waiting", what, seconds }),
    ),
    files: runFiles(root),
    counts: signedCounts,
    // OpenPGP is loaded when something is to be verified: most verbs verify nothing.
    approvals: {
      insistSigned: async (id, rows) =>
        insistRowsSigned(id, rows, approvers(), (await import("./wire-gate.ts")).verifySignature),
    },
    vault: vaultOf(config, (line) =>
      events.emit({ event: "progress", phase: "pre_write_backup", done: 0, of: 0, what: line }),
    ),
    events,
    reporter: reporterOf(config.reports),
  };
}

function reporterOf(reports: Config["reports"]): World["reporter"] {
  return reports.reporter === "http"
    ? httpReporter({ base: reports.base_url, keyFile: reports.api_key_file, folder: reports.folder })
    : folderReporter(reports.folder);
}

/** Where the run is tried out before anyone signs. */
export function groundOf(world: World, runId: string): RehearsalGround {
  return rehearsalGround(world, runId);
}

function vaultOf(config: Config, log: (line: string) => void): World["vault"] {
  return backupVault(config, () => credentialOf(config, "backup"), log);
}
