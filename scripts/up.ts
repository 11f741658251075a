// `npm run up`: makes the host as declared, then looks again. 0 as declared, 7 something is left that `up` does not touch, 1 failed.
import { Command } from "commander";
import { EXIT_DRIFT_FOUND, EXIT_USAGE } from "../runner/model/stop.ts";
import { driftTable } from "./drift-table.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { runProgram } from "./print-stop.ts";
import { bringUpStack } from "./bring-up-stack.ts";
import { openNamedStack, stackOption } from "./stack.ts";

new Command("up").description("make a host as declared")
  .addOption(stackOption()).option("--plan <file>", "apply exactly a plan saved by `npm run drift -- --save-plan`").option("--json", "one object on stdout", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((options: { stack: string; plan?: string; json: boolean }) => runProgram(async () => {
    refuseForeignEnvironment();
    const engine = await openNamedStack(options.stack);
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const { lines } = await bringUpStack(engine, say, options.plan);
    process.stdout.write(options.json ? `${JSON.stringify({ stack: options.stack, left: lines })}\n` : driftTable(options.stack, lines));
    return lines.length === 0 ? 0 : EXIT_DRIFT_FOUND;
  }))
  .parse();
