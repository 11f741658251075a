// `npm run up`: makes the host as declared, then looks again. 0 as declared, 7 something is left that `up` does not touch, 1 failed.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { EXIT_DRIFT_FOUND, EXIT_USAGE, Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { driftTable } from "../stack/drift-table.ts";
import { refuseForeignEnvironment } from "../../infra/ssh/environment.ts";
import { runProgram } from "../frame/print-stop.ts";
import { bringUpStack } from "../stack/bring-up-stack.ts";
import { openNamedStack, stackOption } from "../stack/stack.ts";

new Command("up")
  .description("make a host as declared")
  .addOption(stackOption())
  .option("--plan <file>", "apply exactly a plan saved by `npm run drift -- --save-plan`")
  .option("--json", "one object on stdout", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((options: { stack: string; plan?: string; json: boolean }) =>
    runProgram(async () => {
      refuseForeignEnvironment();
      const plan = options.plan === undefined ? undefined : resolve(options.plan);
      if (plan !== undefined && !existsSync(plan))
        throw new Stopped("STOP_PRECHECK_FAILED", {
          saw: `no file ${plan}`,
          wanted: "a saved plan",
          next: `npm run drift -- --stack ${options.stack} --save-plan ${shellWord(plan)}`,
        });
      const engine = await openNamedStack(options.stack);
      const say = (line: string): void => void process.stderr.write(`${line}\n`);
      const { lines } = await bringUpStack(engine, say, plan);
      process.stdout.write(
        options.json ? `${JSON.stringify({ stack: options.stack, left: lines })}\n` : driftTable(options.stack, lines),
      );
      return lines.length === 0 ? 0 : EXIT_DRIFT_FOUND;
    }),
  )
  .parse();
