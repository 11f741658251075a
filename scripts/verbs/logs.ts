// `npm run logs -- <run-id>`: what happened in a run from its beginning, and what happens now; attaches again after
// Ctrl-C or a broken line.
import { printable } from "../../runner/rules/text-hygiene.ts";
import { followRun, insistRun } from "../operator/follow-run.ts";
import { hostFailed, lineBroken, scriptOnHost } from "../operator/host-call.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";
import type { Target } from "../operator/target.ts";

operatorProgram("logs", "the events of a run, and the run itself while it works")
  .argument("<run-id>", "`npm run runs` tells it")
  .option("--runner-log", "the output of its processes instead: stacks of bugs", false)
  .action((word: string, options: OperatorOptions & { runnerLog: boolean }) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      await insistRun(target, runId);
      return options.runnerLog
        ? runnerLog(target, runId)
        : followRun({ target, runId, json: options.json, words: ["orchestrate", "follow", runId] });
    }),
  )
  .parse();

/** The end of a plain file: a link would show another one, a pipe would never end. */
const LAST_LINES = `[ -f "$1" ] && [ ! -L "$1" ] || { echo 'runner.log is not a plain file' >&2; exit 1; }
tail -n 500 -- "$1" | tail -c 1000000`;

async function runnerLog(target: Target, runId: string): Promise<number> {
  const { status, stdout, stderr } = await scriptOnHost(target, LAST_LINES, [
    `${target.runtimeRoot}/runs/${runId}/runner.log`,
  ]);
  if (status === undefined) throw lineBroken(target, stderr);
  if (status !== 0) throw hostFailed(["logs", runId], status, stderr);
  process.stdout.write(
    stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => `${printable(line)}\n`)
      .join(""),
  );
  return status;
}
