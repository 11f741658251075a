// Runs the host's cutter over SSH and reads its NDJSON; what it says to people goes to the terminal as it comes.
import { execa } from "execa";
import { z } from "zod";
import { Stopped } from "../runner/model/stop.ts";
import { childEnvironment } from "./foreign-environment.ts";
import { remoteCommand, sshCommandLine, type RemoteAddress } from "./ssh-line.ts";

const event = z.looseObject({ event: z.string() });
export type HostEvent = z.infer<typeof event>;

/** ssh's own status for "could not connect", and for a line that broke. */
const SSH_FAILED = 255;

/** Exit status and every event. STOP_COULD_NOT_LOOK when the host cannot be reached; what runs there goes on. */
export async function cutterOnHost(address: RemoteAddress, launcher: string, words: readonly string[]): Promise<{ status: number; events: HostEvent[] }> {
  const [ssh = "ssh", ...line] = sshCommandLine(address);
  const result = await execa(ssh, [...line, remoteCommand([launcher, "--json", ...words])], { reject: false, extendEnv: false, env: childEnvironment(), stderr: "inherit", stdin: "ignore" });
  if (result.exitCode === undefined || result.exitCode === SSH_FAILED) {
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "the line to the host ended or never stood", wanted: "the pinned host, answering", hint: "what runs there goes on; ask again with `cutter orchestrate status`" });
  }
  const events = result.stdout.split("\n").filter((text) => text.startsWith("{")).map((text) => event.parse(JSON.parse(text)));
  return { status: result.exitCode, events };
}
