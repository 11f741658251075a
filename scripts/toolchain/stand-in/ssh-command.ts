// One command on the sandbox host over SSH: the pinned key first, then the login, then the command with its standard input.
import { setTimeout as pause } from "node:timers/promises";
import ssh2 from "ssh2";
import type { ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import type { Connection, Dial } from "./connection.ts";

/** A command, its whole standard input, the limit in seconds for it to end, what cancels it, and who sees its lines while it runs. */
export interface RemoteCommand {
  readonly command: string;
  readonly stdin: string;
  readonly limitSeconds: number;
  readonly cancelled: AbortSignal;
  readonly onOutput?: (stream: "stdout" | "stderr", text: string) => void;
}

/** How it ended; `failure` says why it did not end with status 0. Nothing in it quotes the command or its input. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly failure?: string;
}

/** Why a dial failed; only a failed dial of the network kind is worth another try. */
class DialFailure extends Error {
  readonly again: boolean;
  constructor(message: string, again: boolean) {
    super(message);
    this.again = again;
  }
}

const OUTPUT_CAP = 8 * 1024 * 1024;

/** Dials, runs and closes. Throws with one line of text when the host could not be reached, proven or logged into. */
export async function runOverSsh(connection: Connection, command: RemoteCommand): Promise<Outcome> {
  const client = await dial(connection, command.cancelled);
  try {
    return await execute(client, command);
  } finally {
    client.end();
  }
}

async function dial(connection: Connection, cancelled: AbortSignal): Promise<ssh2.Client> {
  for (let failed = 1, delay = 100; ; failed += 1, delay = Math.min(delay * 1.5, 5_000)) {
    if (cancelled.aborted) throw new Error("cancelled before the host was reached");
    try {
      return await dialOnce(connection);
    } catch (error) {
      if (!(error instanceof DialFailure) || !error.again) throw error;
      if (connection.dialErrorLimit >= 0 && failed >= Math.max(1, connection.dialErrorLimit))
        throw new Error(`${error.message} (${failed} dials)`, { cause: error });
      await pause(delay);
    }
  }
}

async function dialOnce({ proxy, ...host }: Connection): Promise<ssh2.Client> {
  if (proxy === undefined) return await login(host);
  const jump = await login(proxy);
  // A broken line is told by the inner connection, which ends with it.
  jump.on("error", () => undefined);
  try {
    const client = await login(host, await throughProxy(jump, host));
    client.on("close", () => jump.end());
    return client;
  } catch (error) {
    jump.end();
    throw error;
  }
}

function throughProxy(jump: ssh2.Client, { host, port }: Dial): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, host, port, (error, channel) =>
      error
        ? reject(new DialFailure(`the proxy does not reach ${host}:${port}: ${error.message}`, true))
        : resolve(channel),
    );
  });
}

function login(connection: Dial, through?: ClientChannel): Promise<ssh2.Client> {
  const place = `${connection.host}:${connection.port}`;
  const client = new ssh2.Client();
  let seenOtherKey = false;
  return new Promise((resolve, reject) => {
    client.on("ready", () => resolve(client));
    client.on("error", (error) => {
      client.destroy();
      reject(dialFailure(place, error, seenOtherKey));
    });
    // A host that closes the line before it speaks gives no error of its own.
    client.on("close", () => reject(new DialFailure(`${place} closed the connection before the login`, true)));
    try {
      const settings = dialSettings(connection, () => void (seenOtherKey = true));
      client.connect({ ...settings, ...(through ? { sock: through } : {}) });
    } catch {
      // The library's text may quote what it could not parse.
      reject(new DialFailure("connection.privateKey cannot be used: not a private key, or another passphrase", false));
    }
  });
}

function dialSettings(connection: Dial, onOtherKey: () => void): ConnectConfig {
  const { host, port, user, privateKey, privateKeyPassword, password } = connection;
  const agent = connection.agentSocketPath ?? process.env["SSH_AUTH_SOCK"];
  return {
    host,
    port,
    username: user,
    readyTimeout: connection.perDialTimeout * 1000,
    ...(privateKey === undefined ? {} : { privateKey: privateKey.endsWith("\n") ? privateKey : `${privateKey}\n` }),
    ...(privateKeyPassword === undefined ? {} : { passphrase: privateKeyPassword }),
    ...(password === undefined ? {} : { password, tryKeyboard: false }),
    ...(agent === undefined ? {} : { agent }),
    algorithms: { serverHostKey: algorithmsOf(connection.hostKeyType) },
    // Runs inside the key exchange, before anything of ours but a version line has been sent.
    hostVerifier: (key: Buffer) => {
      const same = key.equals(connection.hostKeyBytes);
      if (!same) onOtherKey();
      return same;
    },
    // A host that dies in the middle is noticed after 20 s, not when the command's limit is over.
    keepaliveInterval: 5_000,
    keepaliveCountMax: 4,
  };
}

// An RSA key proves itself by its modern signatures only.
function algorithmsOf(type: string): ServerHostKeyAlgorithm[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type as ServerHostKeyAlgorithm];
}

function dialFailure(place: string, error: Error & { level?: string }, seenOtherKey: boolean): DialFailure {
  if (seenOtherKey || /no matching host key format/.test(error.message)) {
    return new DialFailure(`host key of ${place} is not the pinned one; nothing was sent`, false);
  }
  if (error.level === "client-authentication") return new DialFailure(`${place} refused the login`, false);
  if (error.level === "client-timeout") return new DialFailure(`${place} did not answer in time`, true);
  return new DialFailure(`could not dial ${place}: ${error.message}`, error.level !== "agent");
}

function execute(
  client: ssh2.Client,
  { command, stdin, limitSeconds, cancelled, onOutput }: RemoteCommand,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const heard = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let size = 0;
    const end = (failure?: string): void => {
      clearTimeout(timer);
      const [stdout, stderr] = [
        Buffer.concat(heard.stdout).toString("utf8"),
        Buffer.concat(heard.stderr).toString("utf8"),
      ];
      resolve({ stdout, stderr, ...(failure === undefined ? {} : { failure }) });
      if (failure !== undefined) client.destroy();
    };
    const timer = setTimeout(
      () => end(`the command did not end within ${limitSeconds} s; the connection was closed, it may go on there`),
      limitSeconds * 1000,
    );
    cancelled.addEventListener(
      "abort",
      () => end("cancelled; the connection was closed, the command may go on there"),
      { once: true },
    );
    client.on("error", (error) => end(`the connection broke while the command ran: ${error.message}`));
    client.on("close", () => end("the connection was closed while the command ran"));
    const hear =
      (name: "stdout" | "stderr") =>
      (chunk: Buffer): void => {
        size += chunk.length;
        if (size > OUTPUT_CAP) return end(`the command printed more than ${OUTPUT_CAP} bytes`);
        heard[name].push(chunk);
        onOutput?.(name, chunk.toString("utf8"));
      };
    client.exec(command, (error, channel) => {
      if (error) return end(`the host did not start the command: ${error.message}`);
      follow(channel, hear, end);
      channel.end(stdin);
    });
  });
}

function follow(
  channel: ClientChannel,
  hear: (name: "stdout" | "stderr") => (chunk: Buffer) => void,
  end: (failure?: string) => void,
): void {
  let failure: string | undefined = "the host did not say how the command ended";
  channel.on("data", hear("stdout"));
  channel.stderr.on("data", hear("stderr"));
  channel.on("exit", (status: number | null, signal?: string) => {
    failure = status === 0 ? undefined : status === null ? `ended by signal ${signal ?? "?"}` : `exit status ${status}`;
  });
  // A script that does not read all its input closes it early; that is no fault.
  channel.on("error", () => undefined);
  channel.on("close", () => end(failure));
}
