// `npm run reference`: writes docs/commands.md and the words of completion from the programs' own help; --check only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { referenceOf } from "../command-line/reference.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";

programNamed("reference", "docs/commands.md and the words of completion, from the programs' own help")
  .option("--check", "write nothing; stop when a file is not what the programs say", false)
  .option("--json", "NDJSON on standard output", false)
  .action(({ check, json }: { check: boolean; json: boolean }) =>
    runProgram(async () => {
      const stale = Object.entries(await referenceOf(projectRoot())).filter(
        ([path, text]) => textAt(join(projectRoot(), path)) !== text,
      );
      if (check && stale.length > 0)
        throw new Stopped("STOP_DRIFT", {
          saw: `${stale.map(([path]) => path).join(", ")}: another text than the programs give`,
          wanted: "a reference made of these programs",
          hint: "make the reference anew; it changes with every option",
          next: "npm run reference",
        });
      for (const [path, text] of stale) writeFileSync(join(projectRoot(), path), text);
      if (json) printJson({ event: "reference", written: stale.map(([path]) => path) });
      else for (const [path] of stale) process.stderr.write(`written: ${path}\n`);
      return 0;
    }),
  )
  .parse();

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
