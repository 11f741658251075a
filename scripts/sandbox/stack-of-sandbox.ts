// The embedded host as a stack to provision: the same declaration a real host has, with this machine's paths.
import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { StackConfig } from "../../infra/config.ts";
import type { Config } from "../../runner/model/config.ts";
import { PACKAGES } from "../apply-packages.ts";
import { RUNTIME_AREAS, type Place } from "./place.ts";

/** What is known once sshd, PostgreSQL and the throw-away keys of the sandbox stand. `sources`: files outside the host's folder. */
export interface SandboxParts {
  readonly place: Place;
  readonly ssh: { readonly host: string; readonly port: number; readonly user: string; readonly privateKeyFile: string; readonly hostKey: string };
  readonly database: { readonly host: string; readonly port: number; readonly name: string };
  readonly postgresBin: string;
  /** Role that lays packages, and the 0600 password file it logs in with. */
  readonly administrator: { readonly user: string; readonly passFile: string };
  readonly config: Config;
  readonly sources: { readonly approvers: string; readonly backupKey: string; readonly release: string };
}

/** The stack's configuration. Everything on the host belongs to the caller, because the sandbox makes no users. */
export function stackOfSandbox({ place, ssh, database, postgresBin, administrator, config, sources }: SandboxParts): StackConfig {
  const owned = { owner: userInfo().username, group: execFileSync("id", ["-gn"]).toString().trim() };
  return {
    sandbox: true, connection: { host: ssh.host, port: ssh.port, user: ssh.user, privateKeyFile: ssh.privateKeyFile, hostKey: ssh.hostKey, sudo: false, dialSeconds: 10 },
    node: process.execPath, users: [], untouched: [], known: [],
    runtime: { root: place.runtimeRoot, areas: [...RUNTIME_AREAS], ...owned, mode: "0700" },
    orchestrator: { file: place.configFile, ...owned, mode: "0600", content: config },
    approvers: { source: sources.approvers, sha: config.approvers.sha, file: place.approversFile, ...owned, mode: "0600" },
    backupKey: { source: sources.backupKey, fingerprint: config.backup.recipient_fingerprint, file: place.backupPublicKey, keyring: join(place.shortHost, "gnupg"), ...owned, mode: "0600" },
    database: { psql: postgresBin, ...database, ...administrator, packages: [...PACKAGES], ack: {}, credentials: {} },
    release: { source: sources.release, folder: place.releasesFolder, launcher: join(place.binFolder, "cutter"), home: userInfo().homedir, ...owned },
  };
}
