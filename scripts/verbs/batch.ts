// `npm run batch -- open|status|resume|follow|fetch|void|halt|verify`: the operator's way to a batch on a host.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { printJson } from "../../runner/terminal/print-json.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { parseManifest } from "../../runner/rules/batch-manifest.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { admitSigned } from "../operator/admit-signed.ts";
import { fetchWave } from "../operator/fetch-wave.ts";
import { passThrough } from "../operator/pass-through.ts";
import type { Target } from "../operator/target.ts";
import { upload } from "../operator/upload.ts";

interface Options extends OperatorOptions {
  readonly reason?: string;
  readonly out: string;
  readonly again: boolean;
}

operatorProgram("batch", "many documents, wave by wave: open, status, resume, follow, fetch, void, halt, verify")
  .argument(
    "<what>",
    "open <manifest>, status [id], resume <id> [signed...], follow|fetch|verify <id>, void|halt <id> --reason <text>",
  )
  .argument("[words...]")
  .option("--reason <text>", "why a batch is voided or halted")
  .option("--again", "open: only put the legs of an open batch into the queue anew", false)
  .option("--out <folder>", "fetch: where wave bundles go; below it a folder of the batch's name", "bundles")
  .action((what: string, words: string[], options: Options) =>
    atHost(options, (target) => (VERBS[what] ?? unknown)(target, words, options)),
  )
  .parse();

type Verb = (target: Target, words: readonly string[], options: Options) => Promise<number>;

const ask = (target: Target, words: readonly string[], { json }: Options): Promise<number> =>
  passThrough(target, ["orchestrate", "batch", ...words], json);

const VERBS: Readonly<Record<string, Verb>> = {
  open: async (target, [file = ""], options) => {
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new Stopped("STOP_COULD_NOT_LOOK", { saw: "the manifest cannot be read", wanted: "a file" }, error);
    });
    const { batch_id } = parseManifest(jsonOf(bytes.toString("utf8")));
    const path = await upload(target, { area: "batches", name: `${batch_id}.json` }, bytes);
    return ask(target, ["open", path, ...(options.again ? ["--again"] : [])], options);
  },
  status: (target, words, options) => ask(target, ["status", ...words.slice(0, 1)], options),
  resume: async (target, [id = "", ...signed], options) => {
    await admitSigned(target, signed, (line) => process.stderr.write(`${line}\n`));
    const status = await ask(target, ["resume", id], options);
    return status === 0 ? ask(target, ["follow", id], options) : status;
  },
  follow: (target, [id = ""], options) => ask(target, ["follow", id], options),
  fetch: async (target, [id = ""], options) => {
    const waves = await fetchWave(target, id, resolve(options.out, id));
    for (const { gate, folder, members } of waves)
      if (options.json) printJson({ event: "fetched", run_id: id, bundle: folder });
      else process.stdout.write(`${folder}  ${gate}, ${members} documents\n`);
    if (!options.json)
      process.stderr.write(
        "each person, on their own machine: npm run approve -- <wave bundle> --profile <their profile>\n",
      );
    return 0;
  },
  void: (target, [id = ""], options) => ask(target, ["void", id, reasonOf(options)], options),
  halt: (target, [id = ""], options) => ask(target, ["halt", id, "--reason", reasonOf(options)], options),
  verify: (target, [id = ""], options) => ask(target, ["verify", id], options),
};

function reasonOf({ reason }: Options): string {
  if (reason !== undefined && reason.trim() !== "") return reason;
  throw new Stopped("STOP_REFUSED_INPUT", { saw: "no reason", wanted: "--reason with a reason in words" });
}

function unknown(): Promise<number> {
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: "another word than the verbs of a batch",
    wanted: Object.keys(VERBS).join(", "),
  });
}
