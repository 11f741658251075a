// Runs the host's cutter over SSH and reads its NDJSON.
import { z } from "zod";
import { Stopped } from "../runner/model/stop.ts";
import { onRemote, type RemoteAddress } from "./remote.ts";

const event = z.looseObject({ event: z.string() });
export type HostEvent = z.infer<typeof event>;

/** Exit status and every event; stderr goes to the terminal as it comes. STOP_COULD_NOT_LOOK when the host cannot be reached. */
export async function cutterOnHost(address: RemoteAddress, launcher: string, words: readonly string[]): Promise<{ status: number; events: HostEvent[] }> {
  const result = await onRemote(address, [launcher, "--json", ...words]);
  if (result.exitCode === undefined || result.exitCode === SSH_FAILED) {
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "the line to the host ended or never stood", wanted: "the pinned host, answering", hint: "what runs there goes on; ask again with `cutter orchestrate status`" });
  }
  const events = String(result.stdout).split("\n").filter((line) => line.startsWith("{")).map((line) => event.parse(JSON.parse(line)));
  return { status: result.exitCode, events };
}

const SSH_FAILED = 255;
