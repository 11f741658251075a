// `npm run intake -- <file> <PREFIX>`: what a document would become. Reads one file, touches nothing.
import { Command, Option } from "commander";
import { readSafely } from "../runner/adapters/safe-file.ts";
import { intakeJson, intakeText, takeIn, INTAKE_CAPS } from "../runner/commands/intake.ts";
import { EXIT_USAGE, Stopped, STOPS } from "../runner/model/stop.ts";
import { refuseForeignEnvironment } from "./foreign-environment.ts";
import { runProgram } from "./print-stop.ts";

const DOCUMENT_CAP = 32 * 1024 * 1024;

/** Exit 0 with a plan, else the exit status of the refusal. */
async function show(file: string, prefix: string, options: { emptyBody: "refuse" | "heading"; json: boolean }): Promise<number> {
  const read = await readSafely(file, DOCUMENT_CAP);
  if (!read.ok) throw new Stopped("STOP_REFUSED_INPUT", { saw: `${file}: ${read.reason}`, wanted: `a plain file of at most ${DOCUMENT_CAP} bytes` });
  const taken = takeIn(read.bytes, prefix, { empty_body: options.emptyBody, caps: INTAKE_CAPS });
  process.stdout.write(options.json ? `${JSON.stringify(intakeJson(taken))}\n` : intakeText(taken, prefix));
  return taken.refusal ? STOPS[taken.refusal.code].exit : 0;
}

new Command("intake").description("show the units, the proof and the registration package of a document")
  .argument("<file>", "Markdown file").argument("<PREFIX>", "document prefix, 3-32 of A-Z 0-9 -")
  .addOption(new Option("--empty-body <what>", "heading without a body").choices(["refuse", "heading"]).default("refuse"))
  .option("--json", "one object on stdout", false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .action((file: string, prefix: string, options: { emptyBody: "refuse" | "heading"; json: boolean }) => runProgram(async () => {
    refuseForeignEnvironment();
    return show(file, prefix, options);
  }))
  .parse();
