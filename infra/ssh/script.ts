// The one caller of ssh for provisioning: runs one shell script on the host over one connection, with the pinned key and limits.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stopped } from "../../runner/model/stop.ts";
import type { Connection } from "../config.ts";
import { pinnedAddress, sshShellLine } from "./connection.ts";
import { framedCall, newToken } from "./framed-call.ts";
import { framedScript } from "./framed-shell.ts";
import { dialFault } from "./jump.ts";

/** What a script on the host answered. */
export interface HostAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bytes an answer may have: the facts of a host with thousands of paths. */
const ANSWER_CAP = 64 * 1024 * 1024;

/**
 * Runs `script` on the host. STOP_COULD_NOT_LOOK when the host could not be reached, did not prove itself by the pinned key, did not
 * end within the limit or without a whole answer; a script that ran and failed is an answer.
 */
export async function runOnHost(connection: Connection, script: string, limitSeconds: number): Promise<HostAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "cutter-ssh-"));
  try {
    const token = newToken();
    const parts: Buffer[] = [];
    const { status, stderr } = await framedCall({
      line: sshShellLine(connection, pinnedAddress(connection, folder)),
      token,
      input: framedScript(script, token),
      caps: { bytes: ANSWER_CAP, line: ANSWER_CAP, lines: Infinity, silence: limitSeconds },
      limit: limitSeconds,
      onPart: (part) => void parts.push(part),
    }).catch((error: unknown) => {
      throw error instanceof Stopped ? unreachable(connection, error.facts.saw, error.facts.hint) : error;
    });
    if (status === undefined) throw unreachable(connection, dialFault(connection, stderr) || "the connection failed");
    return { status, stdout: Buffer.concat(parts).toString("utf8"), stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unreachable({ host, port }: Connection, saw: string, hint?: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `${host}:${port}: ${saw}`,
    wanted: "an answer of the host that holds the pinned key",
    hint: hint ?? "nothing is known about the host, and this command changed nothing there",
  });
}
