// `npm run notify -- test|look`: how the host tells people. `test` sends a test message by its channels, `look` tells what is due now.
import { Stopped } from "../../runner/model/stop.ts";
import { passThrough } from "../operator/pass-through.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";

operatorProgram("notify", "how the host tells people: try its channels, or let it look and tell now")
  .argument("<verb>", "test: a test message to every receiver; look: tell what was not told yet")
  .option("--channel <name>", "with test: only this channel")
  .action((verb: string, options: OperatorOptions & { channel?: string }) =>
    atHost(options, (target) => {
      if (verb !== "test" && verb !== "look")
        throw new Stopped("STOP_REFUSED_INPUT", { saw: "another verb", wanted: "test or look" });
      const words = ["orchestrate", "notify", ...(verb === "test" ? ["--test"] : [])];
      const channel = options.channel === undefined ? [] : ["--channel", options.channel];
      return passThrough(target, [...words, ...channel], options.json);
    }),
  )
  .parse();
