// Prints a stop for people on stderr and, with --json, for programs on stdout; answers its exit status. On host and workstation.
import type { Printed } from "../model/events.ts";
import type { Stopped } from "../model/stop.ts";
import { painter } from "./colour.ts";
import { printJson } from "./print-json.ts";
import { endedBy, stopText, type Standing } from "./stop-text.ts";

/**
 * `standing` is what is known of the run beside its stop; `words` gives the host's commands another form; `lastWord` is the object
 * with --json where a program has agreed on another one than an ended event.
 */
export interface StopPrinting {
  readonly standing?: Standing | undefined;
  readonly words?: (text: string) => string;
  readonly lastWord?: ((stopped: Stopped) => Printed) | undefined;
}

/** The exit status of the stop. */
export function printStopped(stopped: Stopped, json: boolean, printing: StopPrinting = {}): number {
  const { standing, words = (text) => text, lastWord } = printing;
  if (json) {
    const ended = endedBy(stopped, standing);
    const stop = ended.stop && { ...ended.stop, hint: words(ended.stop.hint) };
    printJson(lastWord ? lastWord(stopped) : { ...ended, stop });
  }
  const text = words(stopText(stopped, standing));
  const title = text.slice(0, text.indexOf("\n"));
  // A run that waits for people is no fault.
  const tone = stopped.code === "STOP_APPROVAL_REQUIRED" ? "warning" : "bad";
  process.stderr.write(`${painter(process.stderr)(tone, title)}${text.slice(title.length)}`);
  return stopped.exit;
}
