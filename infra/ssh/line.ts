// The words of an ssh call: a user's own configuration has no effect, the host key is pinned, every argument is quoted
// for the remote shell.
import { shellWord } from "../../runner/rules/shell-word.ts";
import { JUMP_MARK } from "./jump.ts";

/** A host to dial. `knownHostsFile` holds exactly its pinned key. */
export interface RemoteAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
  /** What the connection goes through; its known-hosts file holds the jump host's key and no other. */
  readonly jump?: Omit<RemoteAddress, "jump">;
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
    IdentityFile: quotedPath(address.privateKeyFile),
    IdentitiesOnly: "yes",
    BatchMode: "yes",
    ForwardAgent: "no",
    ConnectTimeout: String(DIAL_SECONDS),
    ServerAliveInterval: String(ALIVE_SECONDS),
    ServerAliveCountMax: "3",
    LogLevel: "ERROR",
    ...(address.jump === undefined ? {} : { ProxyCommand: throughJump(address.jump, address) }),
  };
  return [
    "ssh",
    "-F",
    "none",
    "-T",
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    "-p",
    String(address.port),
    `${address.user}@${address.host}`,
  ];
}

/**
 * The command by which ssh reaches the host through the jump host: `ssh -J` would read neither a key file nor a pinned key of its own
 * for it. Whatever it says is marked, so that a fault of the jump host is told from one of the host. ssh closes the line after sed has
 * ended, because sed holds it too: no word is lost.
 */
function throughJump(jump: Omit<RemoteAddress, "jump">, { host, port }: Pick<RemoteAddress, "host" | "port">): string {
  const [program = "ssh", ...rest] = sshCommandLine(jump);
  const inner = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const dial = remoteCommand([program, "-W", inner, ...rest]);
  const script = `{ ${dial} 2>&1 1>&3 | sed 's/^/${JUMP_MARK}/' >&2; } 3>&1`;
  // ssh replaces %-words in this text.
  return `sh -c ${shellWord(script)}`.replaceAll("%", "%%");
}

/** Words as one command for the remote shell: nothing in them is interpreted there. */
export const remoteCommand = (words: readonly string[]): string => words.map(shellWord).join(" ");

/** ssh takes the value of an option apart at blanks unless it is quoted, and replaces %-words in it. */
const quotedPath = (path: string): string => (/[\s'#]/.test(path) ? `"${path}"` : path).replaceAll("%", "%%");
