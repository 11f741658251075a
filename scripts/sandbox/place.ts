// Where a sandbox lies: everything that may have a long path under the project, everything that must be short under /tmp.
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";

/** Default folder of the sandbox's files; ignored by git. */
export function defaultSandboxFolder(): string {
  return join(projectRoot(), ".sandbox");
}

/** Areas of the runtime root, as on a provisioned host. */
export const RUNTIME_AREAS = [
  "runs",
  "approvals",
  "artifacts",
  "backups",
  "rollback",
  "reports",
  "locks",
  "batches",
] as const;

/**
 * Every path of one sandbox. `shortHost` belongs to the user who runs the runner, `shortDatabase` to the user who runs
 * PostgreSQL (the same person unless that is root). Socket paths end at 107 bytes, so both lie in /tmp.
 */
export interface Place {
  readonly folder: string;
  readonly stateFile: string;
  readonly runtimeRoot: string;
  readonly envFolder: string;
  readonly configFile: string;
  readonly approversFile: string;
  readonly backupPublicKey: string;
  readonly operatorFolder: string;
  readonly approversFolder: string;
  /** What the operator declares and provisioning lays on the host: the approver set and the backup's public key. */
  readonly approversSource: string;
  readonly backupKeySource: string;
  readonly releasesFolder: string;
  readonly shortHost: string;
  readonly shortDatabase: string;
  readonly binFolder: string;
  /** The runner's launcher, which provisioning lays last. */
  readonly launcher: string;
  readonly passwordFolder: string;
  readonly dataFolder: string;
  readonly socketFolder: string;
  readonly sshFolder: string;
  readonly scratchFolder: string;
}

/** Paths of the sandbox whose files lie in `folder` and whose short folders are given. */
export function placeOf(folder: string, short: { readonly host: string; readonly database: string }): Place {
  const host = join(folder, "host");
  return {
    folder,
    stateFile: join(folder, "state.json"),
    runtimeRoot: join(host, "root"),
    envFolder: join(host, "env"),
    configFile: join(host, "orchestrator.config.json"),
    approversFile: join(host, "approvers.json"),
    backupPublicKey: join(host, "backup-recipient.asc"),
    releasesFolder: join(host, "releases"),
    operatorFolder: join(folder, "operator"),
    approversFolder: join(folder, "approvers"),
    approversSource: join(folder, "operator", "approvers.json"),
    backupKeySource: join(folder, "operator", "backup-recipient.asc"),
    shortHost: short.host,
    shortDatabase: short.database,
    binFolder: join(short.host, "bin"),
    launcher: join(short.host, "bin", "cutter"),
    sshFolder: join(short.host, "ssh"),
    passwordFolder: join(short.host, "passwords"),
    dataFolder: join(short.database, "data"),
    socketFolder: join(short.database, "socket"),
    scratchFolder: join(short.database, "scratch"),
  };
}
