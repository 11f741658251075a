// `npm run backup -- run|selftest|list|verify|prune …`: the host's backups.
import { passThrough } from "../operator/pass-through.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";

operatorProgram("backup", "the host's backups: a proven one by hand, the whole way tried, list, verify, prune")
  .argument("<verb>", "run, selftest, list, verify, prune or drills")
  .argument("[words...]", "as the host's own backup verbs take them")
  .action((verb: string, words: string[], options: OperatorOptions) =>
    atHost(options, (target) => passThrough(target, ["backup", verb, ...words], options.json)),
  )
  .parse();
