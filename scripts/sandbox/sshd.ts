// The sandbox host's own sshd: loopback, keys of its own, a port chosen once and chosen again when a stranger has it.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { shell } from "../frame/shell.ts";
import { Stopped } from "../../runner/model/stop.ts";
import type { RemoteAddress } from "../../infra/ssh/line.ts";
import { identifyProcess, stillRuns } from "./own-process.ts";
import type { OwnProcess } from "./state-file.ts";
import { privateFolder, writeWhenChanged } from "./write-file.ts";

/** The address of the sshd whose keys lie in `folder`; its paths hold no blank, because they stand in one printed command line. */
export function sshAddress(folder: string, port: number): RemoteAddress {
  return {
    host: "127.0.0.1",
    port,
    user: userInfo().username,
    privateKeyFile: join(folder, "operator_key"),
    knownHostsFile: join(folder, "known_hosts"),
  };
}

/** How to reach the host; `hostKey` is one line `ssh-ed25519 <base64>`, pinned by everyone who dials. */
export interface SandboxSsh extends RemoteAddress {
  readonly hostKey: string;
  readonly process: OwnProcess;
}

export interface SshdRequest {
  /** Folder of keys and configuration, 0700. */
  readonly folder: string;
  /** Port and process remembered from last time. */
  readonly known: { readonly port: number; readonly process: OwnProcess } | undefined;
  readonly say: (line: string) => void;
}

const DIAL_TRIES = 100;

/**
 * Bash reads its user's own start file for a session that sshd begins as the first shell. A sandbox is not that user's account: where the
 * file sets up a version manager each session took two seconds instead of 0.05.
 */
export const OWN_START = "SetEnv SHLVL=1";

/** Starts sshd unless ours still runs. STOP_PRECHECK_FAILED without sshd, STOP_COULD_NOT_LOOK when it does not answer. */
export async function ensureSshd({ folder, known, say }: SshdRequest): Promise<SandboxSsh> {
  const program = sshdProgram();
  privateFolder(folder);
  const hostKey = await ensureKey(join(folder, "host_key"));
  const clientKey = await ensureKey(join(folder, "operator_key"));
  writeWhenChanged(join(folder, "authorized_keys"), `${clientKey}\n`);
  const running = known && stillRuns(known.process) ? known : await startOn(program, folder, known?.port, say);
  const address = sshAddress(folder, running.port);
  writeWhenChanged(address.knownHostsFile, `[127.0.0.1]:${running.port} ${hostKey}\n`);
  return { ...address, hostKey, process: running.process };
}

function sshdProgram(): string {
  const found = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].find((path) => existsSync(path));
  if (found) return found;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: "no sshd",
    wanted: "OpenSSH's server",
    next: "apt-get install -y openssh-server",
  });
}

async function ensureKey(path: string): Promise<string> {
  if (!existsSync(path)) await shell({ nothrow: false })`ssh-keygen -q -t ed25519 -N ${""} -C sandbox -f ${path}`;
  const [type, key] = readFileSync(`${path}.pub`, "utf8").split(" ");
  return `${type ?? ""} ${key ?? ""}`.trim();
}

async function startOn(
  program: string,
  folder: string,
  wished: number | undefined,
  say: (line: string) => void,
): Promise<{ port: number; process: OwnProcess }> {
  const port = wished && (await isFree(wished)) ? wished : await freePort();
  const config = join(folder, "sshd_config");
  writeWhenChanged(config, configuration(folder, port));
  // As root, sshd insists on its separation folder; the package makes it only when its service starts.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const log = openSync(join(folder, "sshd.log"), "a", 0o600);
  const child = spawn(program, ["-D", "-e", "-f", config], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  child.unref();
  for (let attempt = 0; attempt < DIAL_TRIES; attempt += 1) {
    // Asked for only after it answers: sshd changes its title when it begins to listen.
    const found = child.pid !== undefined && (await answers(port)) ? identifyProcess(child.pid) : undefined;
    if (found) {
      say(`sshd of the sandbox listens on 127.0.0.1:${port}`);
      return { port, process: found };
    }
    await sleep(50);
  }
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: "the sandbox's sshd does not answer",
    wanted: "a listening sshd",
    hint: `read ${join(folder, "sshd.log")}`,
  });
}

function configuration(folder: string, port: number): string {
  const quoted = (name: string): string => `"${join(folder, name)}"`;
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${quoted("host_key")}`,
    `AuthorizedKeysFile ${quoted("authorized_keys")}`,
    `PidFile ${quoted("sshd.pid")}`,
    "UsePAM no",
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PubkeyAuthentication yes",
    "PermitRootLogin prohibit-password",
    "AllowTcpForwarding no",
    "X11Forwarding no",
    "PermitUserEnvironment no",
    OWN_START,
    "Subsystem sftp internal-sftp",
    "LogLevel VERBOSE",
    "MaxStartups 20",
    "",
  ].join("\n");
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .once("listening", () => server.close(() => resolve(true)));
    server.listen(port, "127.0.0.1");
  });
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port })
      .once("data", () => {
        socket.destroy();
        resolve(true);
      })
      .once("error", () => resolve(false));
    socket.setTimeout(2000, () => {
      socket.destroy();
      resolve(false);
    });
  });
}
