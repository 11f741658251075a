// How the host is dialled: the same pinned key for the probe (ssh) and for the engine's commands.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { needsAgent } from "./key-fault.ts";
import { sshCommandLine, type RemoteAddress } from "./line.ts";
import type { Connection, Jump } from "../config.ts";

/** The line of a known-hosts file that pins the host. */
function knownHostsLine({ host, port, hostKey }: Pick<Connection, "host" | "port" | "hostKey">): string {
  return `[${host}]:${port} ${hostKey}\n${port === 22 ? `${host} ${hostKey}\n` : ""}`;
}

/** The address for ssh, with the pinned keys of the host and of its jump host written into one file each in `folder`. */
export function pinnedAddress({ jump, ...host }: Connection, folder: string): RemoteAddress {
  const address = (of: Jump, file: string): Omit<RemoteAddress, "jump"> => {
    const knownHostsFile = join(folder, file);
    writeFileSync(knownHostsFile, knownHostsLine(of), { mode: 0o600 });
    return { host: of.host, port: of.port, user: of.user, privateKeyFile: of.privateKeyFile, knownHostsFile };
  };
  return { ...address(host, "known_hosts"), ...(jump ? { jump: address(jump, "jump_known_hosts") } : {}) };
}

/**
 * The whole ssh command line for one shell that reads its script from standard input; constant but for the address, so that
 * no process list shows what is done. Options given first win over those of the shared command line.
 */
export function sshShellLine(connection: Connection, address: RemoteAddress): string[] {
  const [program = "ssh", ...rest] = sshCommandLine(address);
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

/** One host in the engine's form. Without `privateKey` the plugin asks the agent of SSH_AUTH_SOCK (scripts/stack/key-agent.ts). */
interface EngineDial {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly privateKey?: string;
  readonly dialErrorLimit: number;
  readonly perDialTimeout: number;
}

/** The engine's form of the connection; the private keys are read here and marked secret by the caller. */
export function engineConnection(connection: Connection): EngineDial & { readonly proxy?: EngineDial } {
  const { jump, dialSeconds } = connection;
  const dial = ({ host, port, user, hostKey, privateKeyFile }: Jump): EngineDial => ({
    host,
    port,
    user,
    hostKey,
    // Neither the agent's place nor a passphrase is an input: the next session has another, and the state would hold it.
    ...(needsAgent(privateKeyFile) ? {} : { privateKey: readFileSync(privateKeyFile, "utf8") }),
    dialErrorLimit: 3,
    perDialTimeout: dialSeconds,
  });
  return { ...dial(connection), ...(jump ? { proxy: dial(jump) } : {}) };
}
