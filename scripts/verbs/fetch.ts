// `npm run fetch -- <run-id>`: brings the newest request bundles here, for the people who sign.
import { resolve } from "node:path";
import { printJson } from "../../runner/terminal/print-json.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { insistRun } from "../operator/follow-run.ts";
import { fetchBundles } from "../operator/fetch-bundles.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

const AWAITS = /^awaiting_(?:cut|lifecycle)_authorization$/;

operatorProgram("fetch", "bring the newest request of each gate to this machine")
  .argument("<run-id>", "a run that waits for signatures")
  .option("--out <folder>", "where bundles go; below it a folder of the run's name", "bundles")
  .action((word: string, options: OperatorOptions & { out: string }) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      const status = await insistRun(target, runId);
      if (status.closed !== null)
        throw new Stopped("STOP_REFUSED_INPUT", {
          saw: `run ${runId} is closed (${status.state}): nobody can sign it any more`,
          wanted: "a run that waits for signatures",
          hint: "nothing was fetched",
          ...(status.next === null ? {} : { next: status.next }),
        });
      const bundles = await fetchBundles(target, runId, resolve(options.out, runId));
      for (const bundle of bundles)
        if (options.json) printJson({ event: "fetched", run_id: runId, bundle });
        else process.stdout.write(`${bundle}\n`);
      if (!options.json)
        process.stderr.write(
          // Where another machine asked, the status of this one has no request to tell of.
          /signature/.test(status.waiting_for ?? (target.several && AWAITS.test(status.state) ? "signatures" : ""))
            ? `each person, on their own machine:\n${bundles.map((bundle) => `  npm run approve -- ${shellWord(bundle)}\n`).join("")}`
            : `no signature is asked for now; the run waits for ${status.waiting_for ?? "nothing that a person signs"}\n`,
        );
      return 0;
    }),
  )
  .parse();
