// `npm run drift`: what differs between the host and its declaration. 0 clean, 7 drift, 1 could not look. Changes nothing.
import { Command } from "commander";
import { EXIT_DRIFT_FOUND, EXIT_USAGE } from "../runner/model/stop.ts";
import { driftTable } from "./drift-table.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { lookWithEngine } from "./look-with-engine.ts";
import { runProgram } from "./print-stop.ts";
import { openNamedStack, stackOption } from "./stack.ts";

new Command("drift").description("differences between a host and its declaration; 0 none, 7 some, 1 could not look")
  .addOption(stackOption()).option("--json", "one object on stdout", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((options: { stack: string; json: boolean }) => runProgram(async () => {
    refuseForeignEnvironment();
    const { lines, fresh } = await lookWithEngine(await openNamedStack(options.stack));
    const note = fresh ? "this clone has no state of an earlier up; only what the probe saw is a difference of the host\n" : "";
    process.stdout.write(options.json ? `${JSON.stringify({ stack: options.stack, drift: lines, fresh })}\n` : `${note}${driftTable(options.stack, lines)}`);
    return lines.length === 0 ? 0 : EXIT_DRIFT_FOUND;
  }))
  .parse();
