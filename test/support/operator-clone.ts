// A clone of the project as an operator has it: built programs in a folder of their own, with or without a sandbox host in it.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { layStackFile } from "./lay-host.ts";
import { builtProject, linkPackages } from "./project-copy.ts";
import { typeAnswers } from "./typed-signing.ts";

/** How a program ended; `events` are the objects of its standard output. */
export interface ScriptAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly Record<string, unknown>[];
}

export interface OperatorClone {
  readonly folder: string;
  /** `npm run <name> -- <args>` without npm: the program that package.json names, in this clone. */
  script(name: string, ...args: string[]): Promise<ScriptAnswer>;
  /** The command line of such a program, for tests that hold the process themselves. */
  line(name: string, ...args: string[]): readonly [string, ...string[]];
}

let built: string | undefined;
const folders: string[] = [];

/** A built clone below a new folder; the build is made once a test file. */
export async function operatorClone(name: string): Promise<OperatorClone> {
  const root = folders[0] ?? realpathSync(mkdtempSync(join(tmpdir(), "operators-")));
  if (folders.length === 0) folders.push(root);
  built ??= await builtProject(join(root, "built"));
  const folder = join(root, name);
  mkdirSync(folder);
  for (const part of [
    "package.json",
    "package-lock.json",
    "Pulumi.yaml",
    "Pulumi.contabo.yaml.example",
    "dist",
    "infra",
    "scripts/board/page",
    "scripts/reading/page",
    "scripts/toolchain",
    "sql",
  ])
    cpSync(join(built, part), join(folder, part), { recursive: true });
  linkPackages(folder);
  return cloneIn(folder);
}

/** A clone with a sandbox host on which everything is laid. */
export async function hostedClone(name: string): Promise<OperatorClone> {
  const clone = await operatorClone(name);
  const up = await clone.script("sandbox", "up");
  if (up.status !== 0) throw new Error(up.stderr);
  await layStackFile(join(clone.folder, "Pulumi.sandbox.yaml"));
  return clone;
}

/** Ends the host of every clone that has one and deletes all of them. */
export async function removeClones(): Promise<void> {
  built = undefined;
  for (const root of folders.splice(0)) {
    for (const name of readdirSync(root).filter((entry) => entry !== "built")) {
      const clone = cloneIn(join(root, name));
      if (readdirSync(clone.folder).includes(".sandbox")) await clone.script("sandbox", "remove", "--yes");
    }
    rmSync(root, { recursive: true, force: true });
  }
}

function cloneIn(folder: string): OperatorClone {
  const line = (name: string, ...args: string[]): readonly [string, ...string[]] => [
    process.execPath,
    join(folder, programOf(folder, name)),
    ...args,
  ];
  return {
    folder,
    line,
    script: async (name, ...args) => {
      const [program, ...words] = line(name, ...args);
      const done = await execa(program, words, {
        cwd: folder,
        reject: false,
        stdin: "ignore",
        env: { PGHOST: "nowhere" },
      });
      return { status: done.exitCode ?? -1, stdout: done.stdout, stderr: done.stderr, events: eventsIn(done.stdout) };
    },
  };
}

/** Objects of an NDJSON output. */
export const eventsIn = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split("\n")
    .filter((text) => text.startsWith("{"))
    .map((text) => JSON.parse(text) as Record<string, unknown>);

function programOf(folder: string, name: string): string {
  const scripts = (
    JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { scripts: Record<string, string> }
  ).scripts;
  const program = /(dist\/scripts\/[a-z-]+\.mjs)/.exec(scripts[name] ?? "")?.[1];
  if (program === undefined) throw new Error(`package.json has no program for ${name}`);
  return program;
}

interface SandboxState {
  readonly short: { readonly host: string };
  readonly ssh: { readonly port: number; readonly process: { readonly pid: number } };
}

/** What the sandbox of a clone remembers. */
export const sandboxState = ({ folder }: OperatorClone): SandboxState =>
  JSON.parse(readFileSync(join(folder, ".sandbox", "state.json"), "utf8")) as SandboxState;

/** Text of the stack file that leads a colleague to the sandbox of `host`. */
export const stackFileOf = ({ folder }: OperatorClone): string =>
  readFileSync(join(folder, "Pulumi.sandbox.yaml"), "utf8");

/** A throw-away person of the sandbox in `host` signs a fetched bundle by `clone`'s approve; answers the signed file. */
export async function signBundle(
  clone: OperatorClone,
  host: OperatorClone,
  person: string,
  bundle: string,
): Promise<string> {
  const people = join(host.folder, ".sandbox", "approvers", person);
  const [program, ...words] = clone.line(
    "approve",
    bundle,
    "--profile",
    join(people, "profile.json"),
    "--key-file",
    join(people, "key.asc"),
    "--out",
    join(clone.folder, "signed"),
    "--page",
    join(clone.folder, "pages", "page.html"),
  );
  const child = execa(program, words, { reject: false, stdin: "pipe" });
  typeAnswers(child, bundle);
  const done = await child;
  const signed = /^signed and verified: (.+)$/m.exec(done.stdout)?.[1];
  if (done.exitCode !== 0 || signed === undefined) throw new Error(`${person} did not sign: ${done.stderr}`);
  return signed;
}

/** A file in a clone. */
export function fileIn({ folder }: OperatorClone, name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
