// `npm run fetch -- <run-id>`: brings the newest request bundles here, for the people who sign.
import { resolve } from "node:path";
import { printJson } from "../../runner/terminal/print-json.ts";
import { fetchBundles } from "../operator/fetch-bundles.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

operatorProgram("fetch", "bring the newest request of each gate to this machine")
  .argument("<run-id>", "a run that waits for signatures")
  .option("--out <folder>", "where bundles go; below it a folder of the run's name", "bundles")
  .action((word: string, options: OperatorOptions & { out: string }) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      const bundles = await fetchBundles(target, runId, resolve(options.out, runId));
      for (const bundle of bundles)
        if (options.json) printJson({ event: "fetched", run_id: runId, bundle });
        else process.stdout.write(`${bundle}\n`);
      if (!options.json)
        process.stderr.write(
          `each person, on their own machine: npm run approve -- <bundle> --profile <their profile>\n`,
        );
      return 0;
    }),
  )
  .parse();
