// The frame of every program of the workstation: its command line, and how it ends badly: a stop as the host prints it,
// never a stack for an expected case.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { stackOf } from "../../runner/model/error-text.ts";
import { Command } from "commander";
import { projectRoot } from "../../infra/place.ts";
import { refuseForeignEnvironment } from "../../infra/ssh/environment.ts";
import { EXIT_BUG, EXIT_USAGE, Stopped } from "../../runner/model/stop.ts";
import { stopOfError } from "../../runner/model/system-fault.ts";
import { printStopped, type StopPrinting } from "../../runner/terminal/print-stopped.ts";
import { helpStyle } from "../../runner/terminal/colour.ts";
import { standingPlace } from "./standing-place.ts";
import { sentenceFor, stopFor, typedStack } from "./typed-stack.ts";

/**
 * `aboutRun`: the program serves a run of a host it has not asked, so it must not say that nothing is committed. `lastWord`: the object
 * a stop is with --json, where the program has agreed on another form than the host's. `anyEnvironment`: it looks only, or hands the
 * caller's own words to a program, so that settings of the caller's shell are no reason to refuse.
 */
export interface ProgramKind {
  readonly aboutRun: boolean;
  readonly anyEnvironment?: true;
  readonly lastWord?: StopPrinting["lastWord"];
}

/**
 * A command line that was not understood ends with the status that says so. Files that are named in it are looked for where the person
 * stands, which under `npm --prefix` is not where npm runs the program.
 */
export function programNamed(name: string, description: string): Command {
  const project = projectRoot();
  const place = standingPlace({ environment: process.env, here: process.cwd(), project, name });
  if (place !== undefined && existsSync(place)) process.chdir(place);
  return new Command(`cutter ${name}`)
    .description(description)
    .configureHelp(helpStyle(process.stdout))
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));
}

/** Writes what a person asked for under a name that no file has. STOP_REFUSED_INPUT where there is one: nothing is written over. */
export async function writeNewFile(out: string, content: string | Uint8Array): Promise<void> {
  await writeFile(out, content, { flag: "wx", mode: 0o644 }).catch((error: unknown) => {
    const wanted = "a name that no file has, in a folder that can be written";
    throw new Stopped("STOP_REFUSED_INPUT", { saw: `${out} cannot be written as a new file`, wanted }, error);
  });
}

/**
 * Runs a program to its exit status, without settings of the caller's shell that steer it elsewhere; a stop is printed
 * on stderr and, with --json, as the host's last word on stdout; anything else is a bug and keeps its stack.
 */
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
    if (!kind.anyEnvironment) refuseForeignEnvironment();
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    const stopped = stopOfError(error);
    if (stopped) {
      const stack = typedStack(process.argv.slice(2));
      process.exitCode = printStopped(stopFor(stopped, stack), process.argv.includes("--json"), {
        standing: kind.aboutRun ? undefined : "no run",
        // The host's own program is not on this machine: its commands are given as ours.
        words: (text) => sentenceFor(text, stack),
        lastWord: kind.lastWord,
      });
      return;
    }
    process.stderr.write(`bug: ${stackOf(error)}\nsend these lines and the command you gave\n`);
    process.exitCode = EXIT_BUG;
  }
}
