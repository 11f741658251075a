// `npm run read -- <bundle>`: the request as a page for a browser, computed here, refused where `approve` refuses. It signs nothing
// and dials nothing.
import { Option } from "commander";
import { Stopped } from "../../runner/model/stop.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { openInBrowser } from "../reading/open-browser.ts";
import { languageFor, languageOption, type Language } from "../reading/languages.ts";
import { readingOf, type OtherText } from "../reading/reading.ts";
import { writePage } from "../reading/write-page.ts";
import { profilePerson } from "../signing/approving-person.ts";
import { insistOwnCopy } from "../signing/bundle.ts";
import { judgedBundle, otherText } from "../signing/judged-bundle.ts";

interface Options {
  readonly profile?: string;
  readonly copy?: string;
  readonly before?: string;
  readonly page?: string;
  readonly lang?: Language;
  readonly open: boolean;
  readonly json: boolean;
}

programNamed("read", "make a page of a request: the law, what changes, what the signature covers; signs nothing")
  .argument("<bundle>", "folder of the request, fetched from the host")
  .addOption(
    new Option(
      "--profile <file>",
      "your approver profile; without it host, approvers and history are not compared",
    ).env("CUTTER_PROFILE"),
  )
  .option("--copy <file>", "your own copy of the text: must be the same, differing words are marked")
  .option("--before <file>", "an earlier version of the text: differing words are marked")
  .option("--page <file>", "where the page goes; default pages/<run>-<gate>.html")
  .addOption(languageOption())
  .option("--open", "open it in your browser", false)
  .option("--json", "one object on standard output", false)
  .action((folder: string, options: Options) => runProgram(() => read(folder, options), { aboutRun: true }))
  .parse();

async function read(folder: string, options: Options): Promise<number> {
  const known = options.profile === undefined ? undefined : await profilePerson(options.profile);
  const bundle = await judgedBundle(folder, known);
  const other = await comparedWith(options);
  const page = await writePage(
    readingOf(bundle, known?.person.name, other),
    languageFor(options.lang, known?.profile),
    options.page,
  );
  if (options.json) printJson({ event: "page", run_id: bundle.request.run_id, gate: bundle.request.gate, page });
  else process.stdout.write(`${page}\n`);
  if (options.open) await openInBrowser(page);
  // The page shows where the copy differs; it is refused all the same.
  if (other?.kind === "copy") insistOwnCopy(bundle, other.bytes);
  return 0;
}

async function comparedWith({ copy, before }: Options): Promise<OtherText | undefined> {
  if (copy !== undefined && before !== undefined)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "--copy and --before together",
      wanted: "one text to compare with",
      hint: "make a page for each",
    });
  if (copy !== undefined) return { kind: "copy", name: copy, bytes: await otherText(copy, "your own copy") };
  if (before !== undefined) return { kind: "before", name: before, bytes: await otherText(before, "the earlier text") };
  return undefined;
}
