// How the host is dialled: the same pinned key for the probe (ssh) and for the engine's commands.
import { readFileSync } from "node:fs";
import { sshCommandLine } from "./line.ts";
import type { Connection } from "../config.ts";

/** The line of a known-hosts file that pins the host. */
export function knownHostsLine({ host, port, hostKey }: Connection): string {
  return `[${host}]:${port} ${hostKey}\n${port === 22 ? `${host} ${hostKey}\n` : ""}`;
}

/**
 * The whole ssh command line for one shell that reads its script from standard input; constant but for the address, so that
 * no process list shows what is done. Options given first win over those of the shared command line.
 */
export function sshShellLine(connection: Connection, knownHostsFile: string): string[] {
  const [program = "ssh", ...rest] = sshCommandLine({ ...connection, knownHostsFile });
  const options = {
    HostKeyAlgorithms: connection.hostKey.split(" ")[0] ?? "",
    ConnectTimeout: String(connection.dialSeconds),
    ServerAliveInterval: "5",
    ServerAliveCountMax: "4",
    PasswordAuthentication: "no",
    UpdateHostKeys: "no",
    ConnectionAttempts: "1",
    ControlPath: "none",
  };
  return [
    program,
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...rest,
    shellCommand(connection),
  ];
}

/** The command that runs a script given on standard input. */
export function shellCommand({ sudo }: Pick<Connection, "sudo">): string {
  return sudo ? "exec sudo -n sh -s" : "exec sh -s";
}

/** The engine's form of the connection; the private key is read here and marked secret by the caller. */
export function engineConnection(connection: Connection): {
  host: string;
  port: number;
  user: string;
  hostKey: string;
  privateKey: string;
  dialErrorLimit: number;
  perDialTimeout: number;
} {
  const { host, port, user, hostKey, privateKeyFile, dialSeconds } = connection;
  return {
    host,
    port,
    user,
    hostKey,
    privateKey: readFileSync(privateKeyFile, "utf8"),
    dialErrorLimit: 3,
    perDialTimeout: dialSeconds,
  };
}
