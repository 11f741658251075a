// `npm run runs`: every run of the host, one line each, newest first.
import { printable } from "../../runner/rules/text-hygiene.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { askStatusOfAll } from "../operator/ask-status.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";

operatorProgram("runs", "every run of the host, open and closed")
  .action((options: OperatorOptions) =>
    atHost(options, async (target) => {
      const { runs, insistAll } = await askStatusOfAll(target);
      for (const run of runs) {
        const line = [
          run.run_id,
          run.document_id.padEnd(16),
          run.state.padEnd(32),
          run.closed === null ? `open, ${run.waiting_for ?? "nothing to wait for"}` : `closed ${run.closed}`,
        ];
        if (options.json) printJson(run);
        else process.stdout.write(`${printable(line.join("  "))}\n`);
      }
      insistAll();
      return 0;
    }),
  )
  .parse();
