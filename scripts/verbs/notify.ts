// `npm run notify -- <verb>`: how people are told. `test` and `look` ask the host; `drift_found` and `could_not_look` tell from here what a
// scheduled look said on standard input.
import { text } from "node:stream/consumers";
import { Stopped, STOPS } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { passThrough } from "../operator/pass-through.ts";
import { tellFromHere } from "../operator/tell-from-here.ts";
import { runProgram } from "../frame/run-program.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";

type Options = OperatorOptions & { readonly channel?: string };

operatorProgram(
  "notify",
  "how people are told: try the host's channels, let it look and tell, or tell what a look said",
)
  .argument("<verb>", "test, look; drift_found or could_not_look with the words on standard input")
  .option("--channel <name>", "with test: only this channel")
  .action(async (verb: string, options: Options) => {
    if (verb === "drift_found" || verb === "could_not_look") return runProgram(() => tell(verb, options));
    return atHost(options, (target) => {
      if (verb !== "test" && verb !== "look")
        throw new Stopped("STOP_REFUSED_INPUT", {
          saw: "another verb",
          wanted: "test, look, drift_found or could_not_look",
        });
      const words = ["orchestrate", "notify", ...(verb === "test" ? ["--test"] : [])];
      const channel = options.channel === undefined ? [] : ["--channel", options.channel];
      return passThrough(target, [...words, ...channel], options.json);
    });
  })
  .parse();

async function tell(kind: "drift_found" | "could_not_look", { stack, json }: Options): Promise<number> {
  const told = await tellFromHere(stack, kind, await text(process.stdin));
  for (const { channel, to, result, reason } of told) {
    if (json) printJson({ event: "told", channel, to, kind, result, reason });
    else
      process.stderr.write(`${printable([channel, to, result, reason ?? ""].filter((one) => one !== "").join(" "))}\n`);
  }
  return told.every(({ result }) => result === "sent") ? 0 : STOPS.STOP_COULD_NOT_LOOK.exit;
}
