// Whatever a person is given to paste is a command its own program takes: each is parsed by the definition of that program.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { operatorCommand } from "../../../../runner/rules/operator-command.ts";
import { projectRoot } from "../../../../infra/place.ts";
import { verbNamed } from "../../../../scripts/command-line/verb-table.ts";
import { TOLD_RUN, toldCommands, type ToldCommand } from "../../../support/told-commands.ts";

const TOLD = toldCommands(["runner", "scripts", "infra"]);

/** Whether an action was reached, which is where a program takes its words for understood. */
let understood = 0;
let times = 0;
const realAction = Command.prototype.action;
vi.spyOn(Command.prototype, "action").mockImplementation(function (this: Command) {
  return realAction.call(this, () => {
    understood += 1;
  });
});
vi.spyOn(process, "exit").mockImplementation(((status: unknown) => {
  throw new Error(`ended with ${String(status)}`);
}) as never);
const said: string[] = [];
vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
const argv = process.argv;
process.env["CUTTER_PROFILE"] = "linh.json";
afterAll(() => {
  process.argv = argv;
  delete process.env["CUTTER_PROFILE"];
  vi.restoreAllMocks();
});
beforeEach(() => {
  understood = 0;
  said.length = 0;
});

/** A place to fill in is one word, or two where it says so, or the first of the words it names. */
const filled = (text: string): string =>
  text.replaceAll(/<([a-z .|-]+)>/gi, (_all, name: string) =>
    /files$/.test(name) ? "a.json b.json" : (name.split("|")[0] ?? "").replaceAll(" ", "-"),
  );
const wordsOf = (text: string): string[] =>
  (filled(text).match(/"[^"]*"|'[^']*'|[^ ]+/g) ?? []).map((word) => word.replaceAll(/^["']|["']$/g, ""));

/** Nothing when the program takes the words; otherwise what it said. */
async function parsed(module: string, words: readonly string[]): Promise<string> {
  process.argv = [process.execPath, module, ...words];
  times += 1;
  try {
    // The module is evaluated each time, what it imports once.
    await import(`${join(projectRoot(), module)}?${times}`);
  } catch (error) {
    return `${String(error)} ${said.join("")}`;
  }
  return understood > 0 ? "" : `no action was reached ${said.join("")}`;
}

const onHost = (words: readonly string[]): Promise<string> => parsed("runner/cli.ts", words);

/** The command of this workstation, judged by the program it starts. */
async function judgedHere(command: string): Promise<string> {
  const [, npm, front, rest = ""] = /^(?:npm (?:run )?([a-z-]+)|npx cutter ([a-z-]+))(.*)$/.exec(command) ?? [];
  if (npm !== undefined && rest !== "" && !/^ -- /.test(rest)) return "npm keeps words that do not stand behind --";
  const words = wordsOf(npm === undefined ? rest : rest.replace(/^ -- /, ""));
  const name = npm ?? front ?? "";
  if (name === "cutter" || verbNamed(name)?.at === "host") return onHost(name === "cutter" ? words : [name, ...words]);
  if (verbNamed(name)?.at === "front") return "";
  if (verbNamed(name)?.program !== undefined) return words.length === 0 ? "" : "takes no words";
  const module = `scripts/verbs/${name}.ts`;
  if (!existsSync(join(projectRoot(), module))) return `no program of this name: ${name}`;
  const own = await parsed(module, words);
  // What it hands on to the host is judged there too.
  return own === "" && name === "backup" ? onHost(["backup", ...words.filter((word) => !word.startsWith("--"))]) : own;
}

async function judged({ command, mention }: ToldCommand): Promise<string> {
  const bare = command.replace(/ +#.*$/, "");
  if (/^cutter /.test(bare)) {
    const host = mention ? "" : await onHost(wordsOf(bare).slice(1));
    const ours = operatorCommand(bare, "contabo", TOLD_RUN);
    return host !== "" || mention ? host : judgedHere(ours);
  }
  if (mention) return verbNamed(wordsOf(bare)[2] ?? "") || /^npx/.test(bare) ? "" : "no such verb";
  return judgedHere(bare);
}

/** Commands told, each once. */
const once = [...new Map(TOLD.map((one) => [`${one.command}${one.mention ? "?" : ""}`, one])).values()];

test("every command that is told parses with the grammar of its own program", async () => {
  expect(TOLD.length).toBeGreaterThan(150);
  const refused: string[] = [];
  for (const told of once) {
    understood = 0;
    said.length = 0;
    const fault = await judged(told);
    if (fault !== "") refused.push(`${told.place}: ${told.command}: ${fault.trim()}`);
  }
  expect(refused).toEqual([]);
});

test("a command that is pasted with its places unfilled starts nothing and leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pasted-"));
  const unfilled = once
    .filter(({ command, mention }) => !mention && /<[a-z]/.test(command))
    .map(({ command }) => command);
  expect(unfilled.length).toBeGreaterThan(20);
  try {
    for (const command of unfilled) {
      const pasted = /^cutter /.test(command) ? operatorCommand(command, "contabo") : command;
      const ran = `npm() { echo ran "$@"; }; npx() { npm "$@"; }; cutter() { npm "$@"; }\n${pasted}\n`;
      const { stdout } = await execa("bash", ["--norc"], { input: ran, cwd: folder, reject: false });
      // Only a reason between quotation marks reaches its program, which refuses it (test/unit/runner/rules/reason.test.ts).
      if (stdout !== "") expect(stdout).toMatch(/<reason>/);
    }
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
