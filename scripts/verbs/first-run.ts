// The old word for the checklist of a document: `npm run first-run` answers with the new one and does nothing.
import { EXIT_USAGE } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { programNamed } from "../frame/run-program.ts";

programNamed("first-run", "the old word for `npm run readiness -- <document-id>`")
  .argument("[words...]")
  .allowUnknownOption()
  .action(() => {
    const words = process.argv.slice(2).map(shellWord).join(" ");
    process.stderr.write(
      `first-run is a part of readiness now; type: npm run readiness -- ${words === "" ? "<document-id>" : words}\n`,
    );
    process.exitCode = EXIT_USAGE;
  })
  .parse();
