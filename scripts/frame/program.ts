// The frame of every operator program: --help, --stack, --json, the refusal of a foreign environment, one way to end.
import type { Command } from "commander";
import { runIdOf as typedRunId, type RunId } from "../../runner/model/ids.ts";
import { programNamed, runProgram } from "./run-program.ts";
import { SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { targetOf, type Target } from "../operator/target.ts";

/** Options every program has. */
export interface OperatorOptions {
  readonly stack: string;
  readonly json: boolean;
}

/** A command with the shared options; positionals and further options are added by the caller. */
export function operatorProgram(name: string, description: string): Command {
  return programNamed(name, description)
    .option("--stack <name>", "whose host: a stack of this project, or the path of a stack file", SANDBOX_STACK)
    .option("--json", "NDJSON on standard output", false);
}

/** Runs the work of a program to its exit status, with its host. */
export async function atHost(options: OperatorOptions, work: (target: Target) => Promise<number>): Promise<void> {
  await runProgram(async () => work(targetOf(options.stack)), { aboutRun: true });
}

/** A positional as a run id. STOP_REFUSED_INPUT when it is none. */
export const runIdOf = (word: string): RunId =>
  typedRunId(word, { hint: "take it from the list of runs", next: "npm run runs" });
