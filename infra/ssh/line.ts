// The words of an ssh call: a user's own configuration has no effect, the host key is pinned, every argument is quoted
// for the remote shell.
import { shellWord } from "../../runner/rules/shell-word.ts";

/** A host to dial. `knownHostsFile` holds exactly its pinned key. */
export interface RemoteAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
}

const DIAL_SECONDS = 15;
/** A dead line is noticed after three of these without an answer. */
const ALIVE_SECONDS = 15;

/**
 * The ssh command line up to the remote command; each protection stops something seen (ProxyCommand, KnownHostsCommand,
 * forwarded agents).
 */
export function sshCommandLine(address: RemoteAddress): string[] {
  const options: Record<string, string> = {
    GlobalKnownHostsFile: "none",
    UserKnownHostsFile: quotedPath(address.knownHostsFile),
    StrictHostKeyChecking: "yes",
    IdentitiesOnly: "yes",
    BatchMode: "yes",
    ForwardAgent: "no",
    ConnectTimeout: String(DIAL_SECONDS),
    ServerAliveInterval: String(ALIVE_SECONDS),
    ServerAliveCountMax: "3",
    LogLevel: "ERROR",
  };
  return [
    "ssh",
    "-F",
    "none",
    "-T",
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    "-i",
    address.privateKeyFile,
    "-p",
    String(address.port),
    `${address.user}@${address.host}`,
  ];
}

/** Words as one command for the remote shell: nothing in them is interpreted there. */
export const remoteCommand = (words: readonly string[]): string => words.map(shellWord).join(" ");

/** ssh takes the value of an option apart at blanks unless it is quoted. */
const quotedPath = (path: string): string => (/\s/.test(path) ? `"${path}"` : path);
