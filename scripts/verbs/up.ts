// `npm run up`: makes the host as declared, then looks again. 0 as declared, 7 something is left that `up` does not touch, 1 failed.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EXIT_DRIFT_FOUND, Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { driftTable } from "../stack/engine-answer.ts";
import { bringUpStack } from "../stack/engine-runs.ts";
import { insistYes, YES_OPTION } from "../frame/asked-first.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { openNamedStack, stackOption } from "../stack/stack.ts";
import { printJson } from "../../runner/terminal/print-json.ts";

programNamed("up", "make a host as declared")
  .addOption(stackOption())
  .option("--plan <file>", "apply exactly a plan saved by `npm run drift -- --save-plan <file>`")
  .option(...YES_OPTION)
  .option("--json", "one object on stdout", false)
  .action((options: { stack: string; plan?: string; yes: boolean; json: boolean }) =>
    runProgram(
      async () => {
        const plan = options.plan === undefined ? undefined : resolve(options.plan);
        if (plan !== undefined && !existsSync(plan))
          throw new Stopped("STOP_PRECHECK_FAILED", {
            saw: `no file ${plan}`,
            wanted: "a saved plan",
            next: `npm run drift -- --stack ${options.stack} --save-plan ${shellWord(plan)}`,
          });
        // A saved plan was read before it was given here.
        if (plan === undefined)
          await insistYes(`make ${options.stack} as declared? npm run drift shows what differs.`, options.yes);
        const engine = await openNamedStack(options.stack);
        const say = (line: string): void => void process.stderr.write(`${line}\n`);
        const { lines } = await bringUpStack(engine, say, plan);
        if (options.json) printJson({ stack: options.stack, left: lines });
        else process.stdout.write(driftTable(options.stack, lines));
        return lines.length === 0 ? 0 : EXIT_DRIFT_FOUND;
      },
      { aboutRun: true },
    ),
  )
  .parse();
