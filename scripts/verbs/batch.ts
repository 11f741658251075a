// `npm run batch -- open|status|resume|follow|fetch|void|set-aside|halt|verify`: the operator's way to a batch on a host.
import { resolve } from "node:path";
import type { Command } from "commander";
import { readOrStop } from "../../runner/adapters/safe-file.ts";
import { MANIFEST_CAP } from "../../runner/model/batch.ts";
import { helpStyle } from "../../runner/terminal/colour.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { readManifest } from "../../runner/rules/batch-manifest.ts";
import { atHost, operatorProgram, type OperatorOptions } from "../frame/program.ts";
import { admitSigned } from "../operator/admit-signed.ts";
import { fetchBatchPage } from "../operator/fetch-batch-page.ts";
import { fetchWave } from "../operator/fetch-wave.ts";
import { passThrough } from "../operator/pass-through.ts";
import type { Target } from "../operator/target.ts";
import { upload } from "../operator/upload.ts";

interface BatchOptions extends OperatorOptions {
  readonly reason?: string;
  readonly out: string;
  readonly again: boolean;
  readonly revert: boolean;
}

type Verb = (target: Target, words: readonly string[], options: BatchOptions) => Promise<number>;

const program = operatorProgram("batch", "many documents, wave by wave").configureHelp({
  ...helpStyle(process.stdout),
  showGlobalOptions: true,
});
verb("open <manifest>", "open the batch of a manifest; its canary is planned at once", open).option(
  "--again",
  "only put the legs of an open batch into the queue anew",
  false,
);
verb("status [batch-id]", "where batches stand, and the next command", (target, words, options) =>
  ask(target, ["status", ...words], options),
);
verb("resume <batch-id> [signed...]", "admit signed files and let every document go on that may", resume);
verb(
  "follow <batch-id>",
  "wait until the batch needs signatures, stands still or is closed",
  (target, words, options) => ask(target, ["follow", ...words], options),
);
verb("fetch <batch-id>", "bring what a wave has to sign to this machine, of a closed batch its page", fetch).option(
  "--out <folder>",
  "where wave bundles go; below it a folder of the batch's name",
  "bundles",
);
verb(
  "void <batch-id> [reason]",
  "give the batch up and void every run of it that wrote nothing",
  (target, words, options) =>
    ask(
      target,
      ["void", words[0] ?? "", reasonOf(words[1], options), ...(options.revert ? ["--revert"] : [])],
      options,
    ),
)
  .option("--reason <text>", "why, in place of the word")
  .option("--revert", "undo the runs that wrote and are not enacted too", false);
verb("set-aside <batch-id> <doc>", "leave one document that wrote nothing out of the batch", (target, words, options) =>
  ask(target, ["set-aside", words[0] ?? "", words[1] ?? "", reasonOf(undefined, options)], options),
).requiredOption("--reason <text>", "why; it stands in the record");
verb("halt <batch-id> [reason]", "stop every open run of the batch", (target, words, options) =>
  ask(target, ["halt", words[0] ?? "", "--reason", reasonOf(words[1], options)], options),
).option("--reason <text>", "why, in place of the word");
verb("verify <batch-id>", "look at every enacted document again, read-only", (target, words, options) =>
  ask(target, ["verify", ...words], options),
);
program.parse();

/** A verb with the shared options, which may stand on both sides of it. */
function verb(usage: string, description: string, work: Verb): Command {
  return program
    .command(usage)
    .description(description)
    .action((...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const options = command.optsWithGlobals<BatchOptions>();
      return atHost(options, (target) => work(target, command.args, options));
    });
}

function ask(target: Target, words: readonly string[], { json }: BatchOptions): Promise<number> {
  return passThrough(target, ["orchestrate", "batch", ...words], json);
}

async function open(target: Target, [file = ""]: readonly string[], options: BatchOptions): Promise<number> {
  const bytes = await readOrStop(file, MANIFEST_CAP, { wanted: "a manifest of a batch of at most 1 MiB" });
  const read = readManifest(jsonOf(bytes.toString("utf8")));
  // The host refuses one that is none, because it alone can tell in the same breath what speaks against its documents.
  const name = "faults" in read ? "malformed-manifest.json" : `${read.batch_id}.json`;
  const path = await upload(target, { area: "batches", name }, bytes);
  return ask(target, ["open", path, ...(options.again ? ["--again"] : [])], options);
}

async function resume(target: Target, [id = "", ...signed]: readonly string[], options: BatchOptions): Promise<number> {
  // A file that is refused keeps nothing of the others back: what was admitted goes on, and the refusal is the last word.
  const refused = await admitSigned(target, signed, (line) => process.stderr.write(`${line}\n`)).catch(
    (stop: unknown) => {
      if (stop instanceof Stopped && stop.code !== "STOP_COULD_NOT_LOOK") return stop;
      throw stop;
    },
  );
  const resumed = await ask(target, ["resume", id], options);
  const status = resumed === 0 ? await ask(target, ["follow", id], options) : resumed;
  if (refused) throw refused;
  return status;
}

async function fetch(target: Target, [id = ""]: readonly string[], options: BatchOptions): Promise<number> {
  const page = await fetchBatchPage(target, id, resolve(options.out, id));
  if (page !== undefined) {
    if (options.json) printJson({ event: "batch_page", batch_id: id, file: page });
    else process.stdout.write(`${page}\n`);
    return 0;
  }
  const { waves, lacking } = await fetchWave(target, id, resolve(options.out, id));
  for (const { gate, folder, members } of waves)
    if (options.json) printJson({ event: "fetched", run_id: id, bundle: folder });
    else process.stdout.write(`${folder}  ${gate}, ${members} documents\n`);
  if (!options.json)
    process.stderr.write(
      `each person, on their own machine:\n${waves.map(({ folder }) => `  npm run approve -- ${shellWord(folder)}\n`).join("")}`,
    );
  for (const line of lacking) process.stderr.write(`${line}\n`);
  if (lacking.length > 0)
    process.stderr.write(`asked anew by: ${withStack(`npm run batch -- resume ${id}`, target.stack)}\n`);
  return 0;
}

/** The reason, as a word or as an option; the host names the first form. */
function reasonOf(word: string | undefined, { reason = word }: BatchOptions): string {
  if (reason !== undefined && reason.trim() !== "") return reason;
  throw new Stopped("STOP_REFUSED_INPUT", { saw: "no reason", wanted: "a reason in words" });
}
