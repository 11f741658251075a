// `npm run sandbox -- up|status|env|psql|ssh|down|remove`: the embedded host, by hand.
import { jsonLine, printJson } from "../../runner/terminal/print-json.ts";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { defaultSandboxFolder } from "../sandbox/place.ts";
import { isProvisioned } from "../sandbox/provisioned.ts";
import { insistRemoval, lostByRemoval } from "../sandbox/removal.ts";
import { runningSsh } from "../sandbox/running.ts";
import { ensureSandbox, sandboxStackFile } from "../sandbox/sandbox.ts";
import { sshAddress } from "../sandbox/sshd.ts";
import {
  environmentLines,
  environmentValues,
  existingSandbox,
  livingProcesses,
  removeSandbox,
  takeDown,
} from "../sandbox/verbs.ts";
import { sshCommandLine } from "../../infra/ssh/line.ts";

const folder = defaultSandboxFolder();
const CALLERS_OWN = { aboutRun: false, anyEnvironment: true } as const;
const print = (lines: readonly string[]): void => void process.stdout.write(lines.map((line) => `${line}\n`).join(""));

/** What a verb answers: lines for people, and the same as values for programs. */
interface Answer {
  readonly lines: readonly string[];
  readonly values: object;
}

async function up(): Promise<Answer> {
  const sandbox = await ensureSandbox();
  const values = {
    ssh_port: sandbox.ssh.port,
    stack_file: sandboxStackFile(),
    provisioned: isProvisioned(sandbox.place),
  };
  return {
    values,
    lines: [
      `sandbox is up: PostgreSQL with the existing system in ${sandbox.place.shortDatabase}, sshd on port ${sandbox.ssh.port}`,
      `declared in ${sandboxStackFile()}`,
      isProvisioned(sandbox.place) ? "look for drift: npm run drift" : "nothing of the cutter is on it yet: npm run up",
      "end it with: npm run sandbox -- down",
    ],
  };
}

function status(): Answer {
  const { place, state } = existingSandbox(folder);
  const living = livingProcesses(place, state);
  const values = {
    folder: place.folder,
    database: place.dataFolder,
    substrate: state.database_loaded,
    provisioned: isProvisioned(place),
    runtime_root: place.runtimeRoot,
    processes: living.map(({ pid, command }) => ({ pid, command })),
  };
  return {
    values,
    lines: [
      `folder      ${place.folder}`,
      `database    ${place.dataFolder}`,
      `substrate   ${state.database_loaded ? "laid" : "not laid"}`,
      `cutter      ${isProvisioned(place) ? `provisioned, runtime root ${place.runtimeRoot}` : "not provisioned; npm run up"}`,
      ...(living.length === 0
        ? ["processes   none; start with: npm run sandbox -- up"]
        : living.map(({ pid, command }) => `process     ${pid} ${command}`)),
    ],
  };
}

function psql(args: readonly string[]): number {
  const { place, state } = existingSandbox(folder);
  runningSsh(state);
  return (
    spawnSync(join(place.binFolder, "psql-super"), args, { stdio: "inherit", env: childEnvironment() }).status ?? 1
  );
}

async function down(): Promise<Answer> {
  const ended = await takeDown(folder);
  const lines =
    ended.length === 0
      ? ["nothing was running; data stays"]
      : [
          ...ended.map(({ pid, command }) => `ended ${pid} ${command}`),
          "data stays; start again with: npm run sandbox -- up",
        ];
  return { lines, values: { ended: ended.map(({ pid, command }) => ({ pid, command })) } };
}

async function remove(yes: boolean): Promise<Answer> {
  await insistRemoval(lostByRemoval(existingSandbox(folder).place), yes, process.stderr);
  const deleted = await removeSandbox(folder);
  return { lines: deleted.map((path) => `deleted ${path}`), values: { deleted } };
}

const program = programNamed("sandbox", "the embedded host of this folder");
const verb = (name: string, description: string, work: () => Answer | Promise<Answer>): void => {
  program
    .command(name)
    .description(description)
    .option("--json", "one object on stdout", false)
    .action(({ json }: { json: boolean }) =>
      runProgram(async () => {
        const { lines, values } = await work();
        print(json ? [jsonLine(values).trimEnd()] : lines);
        return 0;
      }),
    );
};
verb("up", "make what is missing, start what is down", up);
verb("status", "what is laid and what runs", status);
program
  .command("env")
  .description("shell exports for checks from outside, and nothing else")
  .option("--json", "one object on stdout", false)
  .action(({ json }: { json: boolean }) =>
    runProgram(() => {
      const { place } = existingSandbox(folder);
      if (json) printJson({ variables: environmentValues(place) });
      else print(environmentLines(place));
      return Promise.resolve(0);
    }),
  );
program
  .command("psql [args...]")
  .description("psql as superuser; arguments after `--` go to psql")
  .allowUnknownOption()
  .action((args: readonly string[]) => runProgram(() => Promise.resolve(psql(args)), CALLERS_OWN));
program
  .command("ssh [command...]")
  .description("a shell, or one command, on the sandbox host")
  .allowUnknownOption()
  .action((words: readonly string[]) =>
    runProgram(() => {
      const { place, state } = existingSandbox(folder);
      const [ssh = "ssh", ...options] = sshCommandLine(sshAddress(place.sshFolder, runningSsh(state).port));
      return Promise.resolve(
        spawnSync(ssh, [...options, ...words], { stdio: "inherit", env: childEnvironment() }).status ?? 1,
      );
    }, CALLERS_OWN),
  );
verb("down", "end every process of the sandbox; data stays", down);
program
  .command("remove")
  .description("end the sandbox and delete it with its database, its open runs and the keys of its people; asks before")
  .option("--yes", "do not ask", false)
  .option("--json", "one object on stdout", false)
  .action((options: { yes: boolean; json: boolean }) =>
    runProgram(async () => {
      const { lines, values } = await remove(options.yes);
      print(options.json ? [jsonLine(values).trimEnd()] : lines);
      return 0;
    }),
  );
await program.parseAsync();
