// `npm run drift`: what differs between the host and its declaration. 0 clean, 7 drift, 1 could not look. Changes nothing.
import { chmodSync } from "node:fs";
import { resolve } from "node:path";
import { EXIT_DRIFT_FOUND } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { type PreviewLines, driftTable } from "../stack/engine-answer.ts";
import { lookWithEngine } from "../stack/engine-runs.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { openNamedStack, stackOption } from "../stack/stack.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

programNamed("drift", "differences between a host and its declaration; 0 none, 7 some, 1 could not look")
  .addOption(stackOption())
  .option("--json", "one object on stdout", false)
  .option("--save-plan <file>", "save what was looked at, for `npm run up -- --plan`")
  .action((options: { stack: string; json: boolean; savePlan?: string }) =>
    runProgram(
      async () => {
        const plan = options.savePlan === undefined ? undefined : resolve(options.savePlan);
        const { lines, fresh } = await lookWithEngine(await openNamedStack(options.stack), plan);
        // Paths of the host and sealed secrets stand in it.
        if (plan !== undefined) chmodSync(plan, 0o600);
        if (options.json) printJson({ stack: options.stack, drift: lines, fresh, plan });
        else process.stdout.write(textOf(options.stack, { lines, fresh }, plan));
        return lines.length === 0 ? 0 : EXIT_DRIFT_FOUND;
      },
      { aboutRun: true },
    ),
  )
  .parse();

function textOf(stack: string, { lines, fresh }: PreviewLines, plan: string | undefined): string {
  const note = fresh
    ? "this clone has no state of an earlier up; only what the probe saw is a difference of the host\n"
    : "";
  const saved =
    plan === undefined
      ? ""
      : `\nsaved; to apply exactly this: npm run up -- --stack ${stack} --plan ${shellWord(plan)}\n`;
  return `${note}${driftTable(stack, lines)}${saved}`;
}
