// `npm run intake -- <file> <PREFIX>`: what a document would become. Reads one file, touches nothing.
import { Command, Option } from "commander";
import { showIntake } from "../runner/commands/intake-verb.ts";
import { EXIT_USAGE } from "../runner/model/stop.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { runProgram } from "./print-stop.ts";

new Command("intake").description("show the units, the proof and the registration package of a document")
  .argument("<file>", "Markdown file").argument("<PREFIX>", "document prefix, 3-32 of A-Z 0-9 -")
  .addOption(new Option("--empty-body <what>", "heading without a body").choices(["refuse", "heading"]).default("refuse"))
  .option("--json", "one object on stdout", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((file: string, prefix: string, options: { emptyBody: "refuse" | "heading"; json: boolean }) => runProgram(async () => {
    refuseForeignEnvironment();
    return showIntake({ json: options.json }, file, prefix, { emptyBody: options.emptyBody });
  }))
  .parse();
