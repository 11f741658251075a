// The embedded host as a stack to provision: the same declaration a real host has, with this machine's paths.
import { execFileSync } from "node:child_process";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { parseStackConfig, type StackConfig } from "../../infra/config.ts";
import { configSchema } from "../../runner/model/config.ts";
import { PACKAGES } from "../../infra/packages.ts";
import { ROLES, type RoleKey } from "../../runner/model/run.ts";
import type { SandboxCredentials } from "./credentials.ts";
import type { SandboxDatabase } from "./database.ts";
import { renderConfig } from "./host-config.ts";
import { administratorPassFile } from "./launchers.ts";
import { projectRoot } from "../../infra/place.ts";
import { RUNTIME_AREAS, type Place } from "./place.ts";
import type { SandboxSsh } from "./sshd.ts";

/** What is known once sshd, PostgreSQL and the throw-away keys of the sandbox stand. `host`: name that approvers sign for. */
export interface SandboxParts {
  readonly place: Place;
  readonly host: string;
  readonly ssh: SandboxSsh;
  readonly database: SandboxDatabase;
  readonly postgresBin: string;
  readonly credentials: SandboxCredentials;
  readonly approversSha: string;
  readonly recipient: string;
  readonly scratchUser: string | null;
}

/**
 * The stack's configuration. Everything on the host belongs to the caller, because the sandbox makes no users.
 * STOP_PRECHECK_FAILED names what a folder's name makes impossible.
 */
export function stackOfSandbox(parts: SandboxParts): StackConfig {
  const { place, ssh, database, postgresBin, credentials, approversSha, recipient } = parts;
  const owned = { owner: userInfo().username, group: execFileSync("id", ["-gn"]).toString().trim() };
  const content = configSchema.parse(JSON.parse(renderConfig(parts)));
  return parseStackConfig({
    sandbox: true,
    connection: {
      host: ssh.host,
      port: ssh.port,
      user: ssh.user,
      privateKeyFile: ssh.privateKeyFile,
      hostKey: ssh.hostKey,
      sudo: false,
      dialSeconds: 10,
    },
    node: process.execPath,
    users: [],
    untouched: [],
    known: [],
    // The keys of the sandbox's own sshd; a real host's lie in its users' homes.
    watched: [join(place.sshFolder, "authorized_keys")],
    runtime: { root: place.runtimeRoot, areas: [...RUNTIME_AREAS], ...owned, mode: "0700" },
    orchestrator: { file: place.configFile, ...owned, mode: "0600", content },
    approvers: { source: place.approversSource, sha: approversSha, file: place.approversFile, ...owned, mode: "0600" },
    backupKey: {
      source: place.backupKeySource,
      fingerprint: recipient,
      file: place.backupPublicKey,
      keyring: join(place.shortHost, "gnupg"),
      ...owned,
      mode: "0600",
    },
    database: {
      psql: postgresBin,
      host: database.host,
      port: database.port,
      name: database.name,
      user: credentials.admin.user,
      passFile: administratorPassFile(place),
      packages: [...PACKAGES],
      ack: {},
    },
    envFiles: ([...(Object.keys(ROLES) as RoleKey[]), "engine"] as const).map((role) => ({
      file: credentials[role].file,
      ...owned,
      mode: "0600",
    })),
    release: {
      source: join(projectRoot(), "dist", "runner"),
      folder: place.releasesFolder,
      launcher: place.launcher,
      home: homedir(),
      ...owned,
    },
  });
}
