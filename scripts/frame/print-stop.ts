// How a program of the workstation ends badly: a stop as the host prints it, never a stack for an expected case.
import { EXIT_BUG, Stopped } from "../../runner/model/stop.ts";
import { stopJson, stopText } from "../../runner/terminal/stop-text.ts";
import { operatorSentence, SANDBOX_STACK } from "./operator-command.ts";

/**
 * `aboutRun`: the program serves a run of a host it has not asked, so it must not say that nothing is committed. `lastWord`: the object
 * a stop is with --json, where the program has agreed on another form than the host's.
 */
export interface ProgramKind {
  readonly aboutRun: boolean;
  readonly lastWord?: (stopped: Stopped) => object;
}

/** Runs a program to its exit status; a stop is printed on stderr and, with --json, as the host's last word on stdout; anything else is a bug and keeps its stack. */
export async function runProgram(
  work: () => Promise<number | undefined>,
  kind: ProgramKind = { aboutRun: false },
): Promise<void> {
  // A reader that went away (head, a closed pager) is no fault of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
  // A program whose work never comes to an end, because what it waited for vanished, must not look like one that did it.
  process.exitCode = EXIT_BUG;
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (error instanceof Stopped) {
      // The host's own program is not on this machine: its commands are given as ours.
      if (process.argv.includes("--json"))
        process.stdout.write(`${JSON.stringify((kind.lastWord ?? lastWord)(error))}\n`);
      process.stderr.write(operatorSentence(stopText(error, kind.aboutRun ? undefined : "no run"), SANDBOX_STACK));
      process.exitCode = error.exit;
      return;
    }
    process.stderr.write(
      `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nsend these lines and the command you gave\n`,
    );
    process.exitCode = EXIT_BUG;
  }
}

// Programs that read events read one form, whoever ended: the host or we before it was asked.
function lastWord(stopped: Stopped): {
  readonly event: "ended";
  readonly exit: number;
  readonly stop: ReturnType<typeof stopJson>;
} {
  const stop = stopJson(stopped);
  return { event: "ended", exit: stopped.exit, stop: { ...stop, hint: operatorSentence(stop.hint, SANDBOX_STACK) } };
}
