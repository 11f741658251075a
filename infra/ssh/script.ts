// The one caller of ssh for provisioning: runs one shell script on the host over one connection, with the pinned key and limits.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { childEnvironment } from "./environment.ts";
import type { Connection } from "../config.ts";
import { knownHostsLine, sshShellLine } from "./connection.ts";

/** What a script on the host answered. */
export interface HostAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Characters an answer may have; a host that prints without end is cut off. */
const ANSWER_CAP = 64 * 1024 * 1024;
/** ssh's own status for "could not connect", and for a line that broke. */
const SSH_FAILED = 255;

/**
 * Runs `script` on the host. STOP_COULD_NOT_LOOK when the host could not be reached, did not prove itself by the pinned key,
 * or did not end within the limit; a script that ran and failed is an answer.
 */
export async function runOnHost(connection: Connection, script: string, limitSeconds: number): Promise<HostAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "cutter-ssh-"));
  try {
    const pin = join(folder, "known_hosts");
    writeFileSync(pin, knownHostsLine(connection), { mode: 0o600 });
    const [program = "ssh", ...line] = sshShellLine(connection, pin);
    const done = await execa(program, line, {
      input: script,
      reject: false,
      extendEnv: false,
      env: environment(),
      timeout: limitSeconds * 1000,
      forceKillAfterDelay: 2000,
      maxBuffer: ANSWER_CAP,
      stripFinalNewline: false,
    });
    if (done.timedOut) throw unreachable(connection, `no answer within ${limitSeconds} s`);
    if (done.isMaxBuffer) throw unreachable(connection, "an answer without end");
    if (done.exitCode === undefined) throw unreachable(connection, "ssh could not be started, or was ended");
    if (done.exitCode === SSH_FAILED) throw unreachable(connection, reasonOf(done.stderr));
    return { status: done.exitCode, stdout: done.stdout, stderr: done.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// No agent or password program of the caller may log in in place of the pinned key, and ssh's words must be the ones read below.
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(childEnvironment()).filter(([name]) => !/^(?:SSH_|PULUMI_|NODE_|LC_|LANG)/.test(name)),
  );
}

function reasonOf(stderr: string): string {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|no matching host key type/.test(stderr))
    return "its host key is not the pinned one; nothing was sent";
  return printable(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200) || "the connection failed";
}

function unreachable({ host, port }: Connection, saw: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${host}:${port}: ${saw}`,
    wanted: "an answer of the host that holds the pinned key",
    hint: "nothing is known about the host, and this command changed nothing there",
  });
}
