// Lends the engine, its program and its plugin the declared keys of the caller's agent, and no other key it holds: a key with a
// passphrase is used without ever standing in the state, and no other key can log in in its place.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type ssh2 from "ssh2";
import type { AgentInboundRequest, AgentProtocol, ParsedKey } from "ssh2";
import { connectionSchema } from "../../infra/config.ts";
import { fingerprintOfKey, needsAgent } from "../../infra/ssh/key-fault.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { readStackFile } from "./stack-file.ts";

/** Key files of a stack that only an agent can use; none when the stack file holds no connection of our form. */
export function keysOfAgent(configFile: string): string[] {
  if (!existsSync(configFile)) return [];
  const connection = connectionSchema.safeParse(readStackFile(configFile)["cutter:connection"]);
  if (!connection.success) return [];
  const { privateKeyFile, jump } = connection.data;
  return [...new Set([privateKeyFile, ...(jump ? [jump.privateKeyFile] : [])])].filter(needsAgent);
}

/**
 * Calls `work` with the variables that name an agent of exactly these keys; with none when there are no files. STOP_PRECHECK_FAILED
 * when the caller has no agent, or it holds one of them not.
 */
export async function withAgentOf<T>(
  files: readonly string[],
  work: (environment: Readonly<Record<string, string>>) => Promise<T>,
  caller: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  if (files.length === 0) return await work({});
  const place = caller["SSH_AUTH_SOCK"] ?? "";
  // Loaded here: most commands need no agent.
  const { default: library } = await import("ssh2");
  const upstream = new library.OpenSSHAgent(place);
  const held = place === "" ? [] : await identitiesOf(upstream);
  const keys = files.map((file) => {
    const wanted = fingerprintOfKey(file);
    const key = held.find((one) => fingerprintOf(one) === wanted);
    if (wanted === undefined || key === undefined) throw notHeld(file);
    return key;
  });
  const folder = mkdtempSync(join(tmpdir(), "cutter-agent-"));
  const open = new Set<Socket>();
  try {
    const socket = join(folder, "agent");
    const server = await listening(socket, (one) => {
      open.add(one);
      serve({ socket: one, protocol: new library.AgentProtocol(false) }, upstream, keys);
    });
    try {
      return await work({ SSH_AUTH_SOCK: socket });
    } finally {
      for (const one of open) one.destroy();
      server.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function serve(
  { socket, protocol }: { readonly socket: Socket; readonly protocol: AgentProtocol },
  upstream: ssh2.OpenSSHAgent,
  keys: readonly ParsedKey[],
): void {
  const known = (asked: Buffer): ParsedKey | undefined => keys.find((key) => key.getPublicSSH().equals(asked));
  protocol.on("identities", (request: AgentInboundRequest) => protocol.getIdentitiesReply(request, [...keys]));
  protocol.on("sign", (request: AgentInboundRequest, asked: ParsedKey, data: Buffer, options: { hash?: string }) => {
    const key = known(asked.getPublicSSH());
    if (key === undefined) return protocol.failureReply(request);
    upstream.sign(key, data, options as ssh2.SigningRequestOptions, (error, signature) =>
      error || signature === undefined ? protocol.failureReply(request) : protocol.signReply(request, signature),
    );
  });
  // A client that leaves in the middle, or speaks another protocol, ends its own line only.
  protocol.on("error", () => socket.destroy());
  socket.on("error", () => undefined);
  socket.pipe(protocol).pipe(socket);
}

const identitiesOf = (agent: ssh2.OpenSSHAgent): Promise<ParsedKey[]> =>
  new Promise((resolve) =>
    agent.getIdentities((error, keys) => resolve(error ? [] : (keys ?? []).filter((key) => "getPublicSSH" in key))),
  );

function fingerprintOf(key: ParsedKey): string {
  return `SHA256:${createHash("sha256").update(key.getPublicSSH()).digest("base64").replace(/=+$/, "")}`;
}

function listening(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection);
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(path, () => resolve(server));
  });
}

const notHeld = (file: string): Stopped =>
  new Stopped("STOP_PRECHECK_FAILED", {
    saw: `the key file ${file} cannot be used without its passphrase, and no agent holds the key`,
    wanted: "an agent (SSH_AUTH_SOCK) that holds the key, or a key file without passphrase",
    hint: `ssh-add ${file}, then give the same command again; nothing was dialled`,
  });
