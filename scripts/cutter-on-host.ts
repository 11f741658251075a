// Runs the host's cutter and reads its NDJSON. One caller, so that the way to the host (here a launcher, later SSH) is one file.
import { execa } from "execa";
import { z } from "zod";
import { childEnvironment } from "./foreign-environment.ts";

const event = z.looseObject({ event: z.string() });
export type HostEvent = z.infer<typeof event>;

/** Exit status and every event; stderr goes to the terminal as it comes unless `quiet`. */
export async function cutterOnHost(launcher: string, words: readonly string[], quiet = false): Promise<{ status: number; events: HostEvent[] }> {
  const result = await execa(launcher, ["--json", ...words], {
    reject: false, extendEnv: false, env: childEnvironment(), stdin: "ignore", stderr: quiet ? "pipe" : "inherit",
  });
  const events = result.stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => event.parse(JSON.parse(line)));
  return { status: result.exitCode ?? 70, events };
}
