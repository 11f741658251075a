// Builds the World from a configuration file; the only importer of adapters besides the process verbs.
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { backupVault } from "./adapters/backup-vault.ts";
import { loadConfig } from "./adapters/configuration.ts";
import { credentialOf } from "./adapters/credentials.ts";
import { folderReporter } from "./adapters/folder-reporter.ts";
import { httpReporter } from "./adapters/http-reporter.ts";
import { postgresDatabase } from "./adapters/postgres.ts";
import { ownRelease } from "./adapters/release.ts";
import { relevantObjects } from "./adapters/rights.ts";
import { rehearsalGround } from "./adapters/rehearsal-ground.ts";
import { fileEvents } from "./adapters/run-events.ts";
import { runFiles } from "./adapters/run-files.ts";
import { parseApprovers, type ApproverSet } from "./model/approvers.ts";
import { sha256 } from "./model/canonical.ts";
import type { Config } from "./model/config.ts";
import { Stopped } from "./model/stop.ts";
import { signedCounts } from "./row-counts.ts";
import { environmentScope } from "./rules/environment.ts";
import { insistSigned } from "./signed.ts";
import type { Events, RehearsalGround, World } from "./world.ts";

/** Everything a verb may reach. `runId` chooses the events file; without one, events go nowhere. STOP_DRIFT when a release file differs. */
export async function makeWorld(configFile: string, runId?: string): Promise<World> {
  const { config, config_sha } = await loadConfig(configFile);
  const { set, sha: approvers_sha } = await pinnedApprovers(config);
  const root = config.orchestrator.runtime_root;
  const events: Events = runId ? fileEvents(root, runId) : { emit: () => undefined };
  return {
    config,
    here: { host: config.host, actor: userInfo().username, release_digest: ownRelease(), config_sha, approvers_sha },
    environment_scope: environmentScope(relevantObjects()),
    database: postgresDatabase(config, (role) => credentialOf(config, role), (what, seconds) => events.emit({ event: "waiting", what, seconds })),
    files: runFiles(root),
    counts: signedCounts,
    // OpenPGP is loaded when something is to be verified: most verbs verify nothing.
    approvals: { insistSigned: async (id, rows) => insistSigned(id, rows, set(), (await import("./wire-gate.ts")).verifySignature) },
    vault: vaultOf(config, (line) => events.emit({ event: "progress", phase: "pre_write_backup", done: 0, of: 0, what: line })),
    events,
    reporter: reporterOf(config.reports),
  };
}

function reporterOf(reports: Config["reports"]): World["reporter"] {
  return reports.reporter === "http" ? httpReporter({ base: reports.base_url, keyFile: reports.api_key_file, folder: reports.folder }) : folderReporter(reports.folder);
}

/** Where the run is tried out before anyone signs. */
export function groundOf(world: World, runId: string): RehearsalGround {
  return rehearsalGround(world, runId);
}

function vaultOf(config: Config, log: (line: string) => void): World["vault"] {
  return backupVault(config, () => credentialOf(config, "backup"), log);
}

/** The approver set on disk must be the pinned one; its digest is part of what people sign. */
async function pinnedApprovers(config: Config): Promise<{ readonly sha: string; readonly set: () => ApproverSet }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(config.approvers.file);
  } catch (error) {
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `${config.approvers.file} cannot be read`, wanted: "the approver set of this host" }, error);
  }
  const sha = sha256(bytes);
  if (sha !== config.approvers.sha) throw new Stopped("STOP_DRIFT", { saw: `approvers.json hashes to ${sha.slice(0, 12)}`, wanted: `${config.approvers.sha.slice(0, 12)}, the set the configuration pins` });
  return { sha, set: () => parseApprovers(bytes).set };
}
