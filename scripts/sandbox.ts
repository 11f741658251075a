// `npm run sandbox -- up|status|env|psql|ssh|down|remove`: the embedded host, by hand.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import { childEnvironment, refuseForeignEnvironment } from "./foreign-environment.ts";
import { runProgram } from "./print-stop.ts";
import { defaultSandboxFolder } from "./sandbox/place.ts";
import { isProvisioned } from "./sandbox/provisioned.ts";
import { runningSsh } from "./sandbox/running.ts";
import { ensureSandbox, sandboxStackFile } from "./sandbox/sandbox.ts";
import { sshAddress } from "./sandbox/sshd.ts";
import { environmentLines, existingSandbox, livingProcesses, removeSandbox, takeDown } from "./sandbox/verbs.ts";
import { sshCommandLine } from "./ssh-line.ts";
import { EXIT_USAGE } from "../runner/model/stop.ts";

const folder = defaultSandboxFolder();
const print = (lines: readonly string[]): void => void process.stdout.write(lines.map((line) => `${line}\n`).join(""));

async function up(): Promise<number> {
  const sandbox = await ensureSandbox();
  print([
    `sandbox is up: PostgreSQL with the existing system in ${sandbox.place.shortDatabase}, sshd on port ${sandbox.ssh.port}`,
    `declared in ${sandboxStackFile()}`, isProvisioned(sandbox.place) ? "look for drift: npm run drift" : "nothing of the cutter is on it yet: npm run up", "end it with: npm run sandbox -- down",
  ]);
  return 0;
}

function status(): number {
  const { place, state } = existingSandbox(folder);
  const living = livingProcesses(place, state);
  print([
    `folder      ${place.folder}`, `database    ${place.dataFolder}`, `substrate   ${state.database_loaded ? "laid" : "not laid"}`,
    `cutter      ${isProvisioned(place) ? `provisioned, runtime root ${place.runtimeRoot}` : "not provisioned; npm run up"}`,
    ...(living.length === 0 ? ["processes   none; start with: npm run sandbox -- up"] : living.map(({ pid, command }) => `process     ${pid} ${command}`)),
  ]);
  return 0;
}

function psql(args: readonly string[]): number {
  const { place, state } = existingSandbox(folder);
  runningSsh(state);
  return spawnSync(join(place.binFolder, "psql-super"), args, { stdio: "inherit", env: childEnvironment() }).status ?? 1;
}

async function down(): Promise<number> {
  const ended = await takeDown(folder);
  print(ended.length === 0 ? ["nothing was running; data stays"] : [...ended.map(({ pid, command }) => `ended ${pid} ${command}`), "data stays; start again with: npm run sandbox -- up"]);
  return 0;
}

async function remove(): Promise<number> {
  print((await removeSandbox(folder)).map((path) => `deleted ${path}`));
  return 0;
}

const program = new Command("sandbox").description("the embedded host of this folder").exitOverride((error) => {
  process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE);
});
const verb = (name: string, description: string, work: () => number | Promise<number>): void => {
  program.command(name).description(description).action(() => runProgram(async () => {
    refuseForeignEnvironment();
    return await work();
  }));
};
verb("up", "make what is missing, start what is down", up);
verb("status", "what is laid and what runs", status);
verb("env", "shell exports for checks from outside, and nothing else", () => {
  print(environmentLines(existingSandbox(folder).place));
  return 0;
});
program.command("psql [args...]").description("psql as superuser; arguments after `--` go to psql").allowUnknownOption()
  .action((args: readonly string[]) => runProgram(() => Promise.resolve(psql(args))));
program.command("ssh [command...]").description("a shell, or one command, on the sandbox host").allowUnknownOption()
  .action((words: readonly string[]) => runProgram(() => {
    const { place, state } = existingSandbox(folder);
    const [ssh = "ssh", ...options] = sshCommandLine(sshAddress(place.sshFolder, runningSsh(state).port));
    return Promise.resolve(spawnSync(ssh, [...options, ...words], { stdio: "inherit", env: childEnvironment() }).status ?? 1);
  }));
verb("down", "end every process of the sandbox; data stays", down);
verb("remove", "end the sandbox and delete it with its database", remove);
await program.parseAsync();
