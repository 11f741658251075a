// Prints a stop for people on stderr and, with --json, for programs on stdout; answers its exit status.
import type { Stopped } from "../model/stop.ts";
import { stopJson, stopText, type Standing } from "./stop-text.ts";

/** `standing` is what is known of the run beside its stop. */
export function printStopped(stopped: Stopped, json: boolean, standing?: Standing): number {
  if (json)
    process.stdout.write(
      `${JSON.stringify({ event: "ended", exit: stopped.exit, stop: stopJson(stopped, standing) })}\n`,
    );
  process.stderr.write(stopText(stopped, standing));
  return stopped.exit;
}
