// The front of everything: `cutter <verb>` finds the program of a verb, helps, suggests, explains a stop, and without words shows what
// needs attention.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Argument, Command } from "commander";
import { projectRoot } from "../../infra/place.ts";
import { EXIT_USAGE, isStopCode, STOPS } from "../../runner/model/stop.ts";
import { helpStyle, painter } from "../../runner/terminal/colour.ts";
import { printJson } from "../../runner/terminal/print-json.ts";
import { stopPage, stopPages, stopPageText, type StopPage } from "../../runner/terminal/stop-page.ts";
import { tableLines } from "../../runner/terminal/table.ts";
import { operatorSentence, SANDBOX_STACK } from "../../runner/rules/operator-command.ts";
import { completionScript, SHELLS, type Shell } from "./completion.ts";
import { GROUPS, VERBS, verbNamed, type Verb } from "./verb-table.ts";

interface FrontOptions {
  readonly stack: string;
  readonly json: boolean;
}

/** What a verb does with its words; `attention` answers a command line without any. */
export interface Ways {
  program(file: string, words: readonly string[]): Promise<void>;
  host(words: readonly string[]): Promise<void>;
  attention(options: FrontOptions): Promise<void>;
}

/** The front with the ways to its programs. */
function frontOf(ways: Ways): Command {
  const front = new Command("cutter")
    .description("Governed, provable cuts of law texts into PostgreSQL. Without words: what needs attention now.")
    .usage("[--stack <name>] [verb] [words...]")
    .version(`cutter ${version()}`, "-V, --version", "print the version")
    .option("--stack <name>", "whose host", SANDBOX_STACK)
    .option("--json", "NDJSON on standard output", false)
    .configureHelp({ ...helpStyle(process.stdout), subcommandTerm: (command: Command) => command.name() })
    .helpCommand(false)
    .enablePositionalOptions()
    .showHelpAfterError("cutter --help lists every verb; `cutter help <verb>` explains one")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));
  for (const group of GROUPS) for (const verb of VERBS.filter((one) => one.group === group)) addVerb(front, verb, ways);
  front
    .command("help [verb]")
    .description("this list, or how a verb is used")
    .helpGroup("This folder")
    .action(async (name?: string) => {
      const verb = name === undefined ? undefined : verbNamed(name);
      if (verb?.usage !== undefined) return write(usagePage(verb.name, verb.does, verb.usage, verb.at === "host"));
      const words = name === undefined ? ["--help"] : verb === undefined ? [name] : [name, "--help"];
      await front.parseAsync(words, { from: "user" });
    });
  return front;
}

function addVerb(front: Command, verb: Verb, ways: Ways): void {
  const command = front.command(verb.name).description(verb.does).helpGroup(verb.group);
  if (verb.at === "front") {
    if (verb.name === "docs") addDocs(command, front);
    else addCompletion(command);
    return;
  }
  // A verb's own words are its program's affair, --help among them.
  command
    .argument("[words...]")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: string[]) => {
      const all = [...optionsBefore(front.opts<FrontOptions>()), ...words];
      if (verb.at === "host") await ways.host(verb.name === "host" ? all : [verb.name, ...all]);
      else await ways.program(verb.program ?? `dist/scripts/${verb.name}.mjs`, all);
    });
}

/** Help of a verb whose words another program reads, which knows only its own name. */
const usagePage = (name: string, does: string, usage: string, atHost: boolean): string =>
  `Usage: cutter ${name} ${usage}\n\n${does}\n` +
  (atHost ? `\nThe host's own program answers; its options: cutter host ${name} -- --help\n` : "");

/** Options that stood before the verb, for the program behind it. */
const optionsBefore = ({ stack, json }: FrontOptions): string[] => [
  ...(stack === SANDBOX_STACK ? [] : ["--stack", stack]),
  ...(json ? ["--json"] : []),
];

function addDocs(command: Command, front: Command): void {
  command
    .argument("[code]", "a stop code, with or without STOP_; without it: all of them")
    .option("--json", "NDJSON on standard output", false)
    .action((word: string | undefined, options: { json: boolean }) => {
      const { stack, json: before } = front.opts<FrontOptions>();
      const json = options.json || before;
      // The table's hints name the host's own program, which is not on this machine.
      const ours = (page: StopPage): StopPage => ({ ...page, hint: operatorSentence(page.hint, stack) });
      if (word === undefined) return json ? stopPages().map(ours).forEach(printJson) : write(stopList());
      const asked = word.toUpperCase().replaceAll("-", "_");
      const code = asked.startsWith("STOP_") ? asked : `STOP_${asked}`;
      if (!isStopCode(code))
        return command.error(`error: no stop code ${word}${nearest(code)}; cutter docs lists them`);
      const page = ours(stopPage(code));
      return json ? printJson(page) : write(stopPageText(page));
    });
}

const stopList = (): string =>
  tableLines(
    [{ title: "EXIT" }, { title: "STOP", whole: true }, { title: "MEANING" }],
    stopPages().map(({ code, exit, title }) => [String(exit), code, title]),
    process.stdout.isTTY ? process.stdout.columns : undefined,
  )
    .map((line, index) => `${index === 0 ? painter(process.stdout)("title", line) : line}\n`)
    .join("") + "\ncutter docs <code> explains one\n";

/** Codes that share the most words with what was typed. */
function nearest(code: string): string {
  const words = new Set(code.split("_").slice(1));
  const shared = (one: string): number => one.split("_").filter((word) => words.has(word)).length;
  const like = Object.keys(STOPS)
    .filter((one) => shared(one) > 0)
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, 3);
  return like.length === 0 ? "" : ` (did you mean ${like.join(" or ")}?)`;
}

function addCompletion(command: Command): void {
  command
    .addArgument(new Argument("<shell>", "whose").choices(SHELLS))
    .addHelpText(
      "after",
      '\nbash: eval "$(cutter completion bash)"; zsh likewise; fish: cutter completion fish | source',
    )
    .action((shell: Shell) => write(completionScript(shell)));
}

/** Runs a front on the words of the command line. */
export async function runFront(ways: Ways, words: readonly string[]): Promise<void> {
  const front = frontOf(ways);
  const { operands, unknown } = front.parseOptions([...words]);
  if (operands.length === 0 && unknown.length === 0) await ways.attention(front.opts<FrontOptions>());
  else await frontOf(ways).parseAsync([...words], { from: "user" });
}

/** A built program in this process, as if it had been started with these words. */
export async function runProgramFile(file: string, words: readonly string[]): Promise<void> {
  const path = join(projectRoot(), file);
  process.argv = [process.execPath, path, ...words];
  await import(pathToFileURL(path).href);
}

const version = (): string =>
  (JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as { version: string }).version;

const write = (text: string): void => void process.stdout.write(text);
