// The one caller of ssh: runs a shell script on the host over one connection, with the pinned host key and a limit.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Connection } from "../infra/config.ts";
import { knownHostsLine, shellCommand, sshArguments } from "../infra/connection.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import { Stopped } from "../runner/model/stop.ts";
import { childEnvironment } from "./foreign-environment.ts";

/** What a script on the host answered. */
export interface RemoteAnswer { readonly status: number; readonly stdout: string; readonly stderr: string }

/** Bytes an answer may have; a host that prints without end is cut off. */
const ANSWER_CAP = 64 * 1024 * 1024;
/** ssh's own status for "could not connect", and for a line that broke. */
const SSH_FAILED = 255;

/**
 * Runs `script` on the host through `sh -s`. STOP_COULD_NOT_LOOK when the host could not be reached, did not prove itself by
 * the pinned key, or did not end within the limit; a script that ran and failed is an answer.
 */
export async function runOnHost(connection: Connection, script: string, limitSeconds: number): Promise<RemoteAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "cutter-ssh-"));
  try {
    const pin = join(folder, "known_hosts");
    writeFileSync(pin, knownHostsLine(connection), { mode: 0o600 });
    const done = await execa("ssh", [...sshArguments(connection, pin), shellCommand(connection)], {
      input: script, reject: false, extendEnv: false, env: environment(), timeout: limitSeconds * 1000, forceKillAfterDelay: 2000,
      maxBuffer: ANSWER_CAP, stripFinalNewline: false,
    });
    if (done.timedOut) throw unreachable(connection, `no answer within ${limitSeconds} s`);
    if (done.isMaxBuffer) throw unreachable(connection, "an answer without end");
    if (done.exitCode === undefined) throw unreachable(connection, "ssh could not be started or was ended");
    if (done.exitCode === SSH_FAILED) throw unreachable(connection, reasonOf(done.stderr));
    return { status: done.exitCode, stdout: done.stdout, stderr: done.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// An agent or a password program of the caller must not log in in place of the pinned key.
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(childEnvironment()).filter(([name]) => !/^(?:SSH_|PULUMI_|NODE_|LC_|LANG)/.test(name)));
}

function reasonOf(stderr: string): string {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|no matching host key type/.test(stderr)) return "its host key is not the pinned one; nothing was sent";
  return printable(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200) || "the connection failed";
}

function unreachable({ host, port }: Connection, saw: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", { saw: `${host}:${port}: ${saw}`, wanted: "an answer of the host that holds the pinned key", hint: "nothing is known about the host, and nothing was changed by this command" });
}
