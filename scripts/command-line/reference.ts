// The reference of commands, made of what the programs themselves say to --help: docs/commands.md, and the words completion knows.
import { join } from "node:path";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { shell } from "../frame/shell.ts";
import { GROUPS, VERBS, wishTable, type Verb } from "./verb-table.ts";

/** What one command says of itself; `words`: its sub-verbs and long options. */
interface Told {
  readonly verb: Verb;
  readonly pages: readonly string[];
  readonly words: readonly string[];
}

/** The files, by their paths from the project's root. */
export interface Reference {
  readonly "docs/commands.md": string;
  readonly "scripts/command-line/verb-options.json": string;
}

/** Asks every built program of `project`. */
export async function referenceOf(project: string): Promise<Reference> {
  const told: Told[] = [];
  for (const verb of VERBS.filter(({ program, at }) => program === undefined && at === undefined))
    told.push(await askProgram(project, verb));
  const options = Object.fromEntries(told.map(({ verb, words }) => [verb.name, words]));
  return {
    "docs/commands.md": markdownOf(told),
    "scripts/command-line/verb-options.json": `${JSON.stringify(options, undefined, 2)}\n`,
  };
}

async function askProgram(project: string, verb: Verb): Promise<Told> {
  const page = await helpOf(project, verb.name, []);
  const commands = commandsIn(page).filter((name) => name !== "help");
  const more: string[] = [];
  for (const command of commands) more.push(await helpOf(project, verb.name, [command]));
  return { verb, pages: [page, ...more], words: [...new Set([...commands, ...[page, ...more].flatMap(optionsIn)])] };
}

async function helpOf(project: string, name: string, words: readonly string[]): Promise<string> {
  const program = join(project, "dist", "scripts", `${name}.mjs`);
  // Neither the width nor the colours of whoever makes the page.
  const env = { ...childEnvironment(), NO_COLOR: "1", FORCE_COLOR: undefined, COLUMNS: undefined };
  const asked = shell({ cwd: project, nothrow: false, env })`${process.execPath} ${program} ${words} --help`;
  return (await asked).stdout.trimEnd().replaceAll(project, "<this folder>");
}

/** Names under "Commands:" of a help page. */
function commandsIn(page: string): string[] {
  const [, list = ""] = page.split(/^Commands:\n/m);
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((match) => match[1] ?? "");
}

/** Long options of a help page, in its order. */
function optionsIn(page: string): string[] {
  const [, list = ""] = page.split(/^Options:\n/m);
  return [...list.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((match) => match[1] ?? "");
}

function markdownOf(told: readonly Told[]): string {
  const groups = GROUPS.flatMap((group) => {
    const verbs = VERBS.filter((verb) => verb.group === group);
    return [
      `## ${group}`,
      "",
      ...verbs.flatMap((verb) => {
        const pages = told.find((one) => one.verb === verb)?.pages ?? [];
        return [
          `### ${verb.name}`,
          "",
          `${verb.does[0]?.toUpperCase() ?? ""}${verb.does.slice(1)}.`,
          "",
          ...pages.flatMap(fenced),
        ];
      }),
    ];
  });
  return `${[...HEAD, wishTable(), "", ...groups].join("\n").trimEnd()}\n`;
}

const fenced = (page: string): string[] => ["```", page.trimEnd(), "```", ""];

const HEAD = [
  "# Commands",
  "",
  "Made by `npm run reference` from what the programs print for `--help`; a test compares them. `npx cutter <verb>` and",
  "`npm run <verb> --` are the same programs; `docs`, `completion` and the words of the host's own program are no npm scripts.",
  "For another program to read (`| jq`), take `npx cutter <verb> --json`: npm prints lines of its own before `npm run`.",
  "",
];
