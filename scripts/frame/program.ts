// The frame of every operator program: --help, --stack, --json, the refusal of a foreign environment, one way to end.
import type { Command } from "commander";
import { runIdOf as typedRunId, type RunId } from "../../runner/model/ids.ts";
import { programNamed, runProgram } from "./run-program.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { targetOf, type Target } from "../operator/target.ts";

/** Options every program has. */
export interface OperatorOptions {
  readonly stack: string;
  readonly machine?: string;
  readonly json: boolean;
}

/** A command about the whole of a host; positionals and further options are added by the caller. */
export function wholeHostProgram(name: string, description: string): Command {
  return programNamed(name, description)
    .option("--stack <name>", "whose host: a stack of this project, or the path of a stack file", SANDBOX_STACK)
    .option("--json", "NDJSON on standard output", false);
}

/** A command that dials one machine, by {@link atHost}. */
export const operatorProgram = (name: string, description: string): Command =>
  wholeHostProgram(name, description).option(
    "--machine <name>",
    "of a host of several machines: this one, as when the first that the stack names is lost",
  );

/** Runs the work of a program to its exit status, with its host. */
export async function atHost(options: OperatorOptions, work: (target: Target) => Promise<number>): Promise<void> {
  await runProgram(async () => work(targetOf(options.stack, options.machine)), { aboutRun: true });
}

/** A positional as a run id. STOP_REFUSED_INPUT when it is none. */
export const runIdOf = (word: string): RunId =>
  typedRunId(word, { hint: "take it from the list of runs", next: "npm run runs" });
