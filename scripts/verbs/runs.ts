// `npm run runs`: every run of the host, newest first, as a table for people and a line of JSON each for programs.
import { printJson } from "../../runner/terminal/print-json.ts";
import { runsTable } from "../command-line/attention-text.ts";
import { askStatusOfAll } from "../operator/ask-status.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";

operatorProgram("runs", "every run of the host, open and closed")
  .action((options: OperatorOptions) =>
    atHost(options, async (target) => {
      const { runs, insistAll } = await askStatusOfAll(target);
      const lines = runs.length === 0 ? [] : runsTable(runs, process.stdout);
      if (options.json) runs.forEach(printJson);
      else process.stdout.write(lines.map((line) => `${line}\n`).join(""));
      insistAll();
      if (runs.length === 0) process.stderr.write("no runs on this host\n");
      return 0;
    }),
  )
  .parse();
