// A real sshd of one test: own keys, a free port on loopback, a log that tells every connection. Nothing of the machine's own.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { programPath } from "../../scripts/build/programs.mjs";
import { OWN_START } from "../../scripts/sandbox/sshd.ts";

/** What a client needs, and what a test may do with the server. */
export interface ThrowAwaySshd {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly pid: number;
  readonly user: string;
  /** Private key of the one user who may log in, OpenSSH form. */
  readonly privateKey: string;
  /** Public host key, `ssh-ed25519 <base64>`. */
  readonly hostKey: string;
  /** A public key of the same type that is not the host's. */
  readonly otherHostKey: string;
  /** What sshd has logged so far. */
  log(): string;
  /** Number of connections taken, the ones by which this file saw that the server listens included; for comparison only. */
  connections(): number;
  /** Number of connections that got as far as a login. */
  logins(): number;
  stop(): Promise<void>;
}

/** Starts the server and returns when it listens; `stop` ends it and removes its folder. `more`: further lines of its configuration. */
export async function startThrowAwaySshd(more: readonly string[] = []): Promise<ThrowAwaySshd> {
  const folder = mkdtempSync("/tmp/sshd-");
  for (const name of ["host", "other", "user"])
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(folder, name)]);
  writeFileSync(join(folder, "authorized_keys"), readFileSync(join(folder, "user.pub")));
  const logFile = join(folder, "log");
  const { child, port } = await listen(folder, logFile, more);
  const log = (): string => readFileSync(logFile, "utf8");
  return {
    host: "127.0.0.1",
    port,
    pid: child.pid ?? 0,
    user: userInfo().username,
    privateKey: readFileSync(join(folder, "user"), "utf8"),
    hostKey: publicKey(folder, "host"),
    otherHostKey: publicKey(folder, "other"),
    log,
    connections: () =>
      log()
        .split("\n")
        .filter((line) => line.startsWith("Connection from")).length,
    logins: () =>
      log()
        .split("\n")
        .filter((line) => line.startsWith("Accepted publickey")).length,
    stop: async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server that takes connections and never says a word. */
export async function startSilentServer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => void open.add(socket.on("error", () => undefined)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: portOf(server),
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((done) => {
        server.close(done);
      });
    },
  };
}

/** A port of loopback on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const port = portOf(server);
  await new Promise((done) => {
    server.close(done);
  });
  return port;
}

/** What an sshd listens on, its key, and whom it lets in; `more`: further lines. */
export interface SshdConfiguration {
  readonly address: string;
  readonly hostKey: string;
  readonly authorizedKeys: string;
  readonly more?: readonly string[];
}

/** Writes the file of an sshd that takes keys only and nothing from this machine. */
export function writeConfiguration(file: string, { address, hostKey, authorizedKeys, more = [] }: SshdConfiguration) {
  // As root sshd insists on its separation folder, which a bare container lacks.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const lines = [
    // First, because the first SetEnv counts: a test about start files has one of its own.
    ...more,
    `ListenAddress ${address}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorizedKeys}`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    OWN_START,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
}

async function listen(
  folder: string,
  logFile: string,
  more: readonly string[],
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    writeConfiguration(join(folder, "config"), {
      address: "127.0.0.1",
      hostKey: join(folder, "host"),
      authorizedKeys: join(folder, "authorized_keys"),
      more: [`Port ${port}`, "LogLevel VERBOSE", ...more],
    });
    writeFileSync(logFile, "");
    const child = spawn(programPath("sshd") ?? "sshd", ["-D", "-f", join(folder, "config"), "-E", logFile], {
      stdio: "ignore",
    });
    for (let waited = 0; waited < 200 && child.exitCode === null; waited += 1) {
      if (await answers(port)) return { child, port };
      await pause(50);
    }
    await end(child);
    if (attempt === 5) throw new Error(`sshd did not come up: ${readFileSync(logFile, "utf8")}`);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return await new Promise((resolve) => {
    socket.on("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
}

function publicKey(folder: string, name: string): string {
  return readFileSync(join(folder, `${name}.pub`), "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ")
    .trim();
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
