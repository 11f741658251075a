// `npm run halt -- [run-id] --reason <text>`: stops every writer, or one run's; returns when none is in flight.
import { insist } from "../../runner/model/stop.ts";
import { judgeReason } from "../../runner/rules/reason.ts";
import { passThrough } from "../operator/pass-through.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";

operatorProgram("halt", "stop every writer of the host, or of one run; lifting it needs a signed UNHALT")
  .argument("[run-id]", "only this run; without it: every run")
  .requiredOption("--reason <text>", "why")
  .action((word: string | undefined, options: OperatorOptions & { reason: string }) =>
    atHost(options, (target) => {
      insist(judgeReason(options.reason));
      const run = word === undefined ? [] : [runIdOf(word)];
      return passThrough(target, ["orchestrate", "halt", ...run, "--reason", options.reason], options.json);
    }),
  )
  .parse();
