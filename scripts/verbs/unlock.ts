// `npm run unlock -- [stack]`: who holds the lock of a stack's state; takes a dead one away, never a living one. 0 no lock is left.
import { rmSync } from "node:fs";
import { printJson } from "../../runner/terminal/print-json.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { SANDBOX_STACK, withStack } from "../../runner/rules/operator-command.ts";
import { programNamed, runProgram } from "../frame/run-program.ts";
import { withTerminal } from "../frame/terminal-questions.ts";
import { ENGINE_STATUS } from "../stack/engine-process.ts";
import { call, openStack, type Engine } from "../stack/pulumi.ts";
import { stackPlace } from "../stack/stack.ts";
import { fileLocks, keptToldLocks, lockWords, toldLocksFile, type StateLock } from "../stack/state-lock.ts";

interface Options {
  readonly yes: boolean;
  readonly json: boolean;
}

programNamed("unlock", "tell who holds the lock of a stack's state, and take a dead one away")
  .argument("[stack]", "name of the stack", SANDBOX_STACK)
  .option("--yes", "do not ask before a lock of another machine is taken away", false)
  .option("--json", "one object on stdout", false)
  .action((stack: string, options: Options) => runProgram(() => unlock(stack, options)))
  .parse();

async function unlock(stack: string, { yes, json }: Options): Promise<number> {
  const engine = await openStack(stackPlace(stack));
  const remote = !engine.backendUrl.startsWith("file://");
  const told = toldLocksFile(engine.place.project, stack);
  const locks = remote ? keptToldLocks(told) : fileLocks(engine.backendUrl, stack);
  const lines = locks.map(lockWords);
  if (!json)
    process.stdout.write(locks.length === 0 ? `${noLock(stack, remote)}\n` : lines.map((line) => `${line}\n`).join(""));
  if (locks.length > 0) {
    insistNobodyWorks(stack, locks);
    await insistWanted(stack, locks, yes);
    await takeAway(engine, locks);
    rmSync(told, { force: true });
    if (!json) process.stdout.write(`taken away; go on with: ${withStack("npm run drift", stack)}\n`);
  }
  if (json) printJson({ stack, locks: lines, removed: locks.length > 0 });
  return 0;
}

// A remote backend names the holder to whoever it refuses, and to nobody else.
const noLock = (stack: string, remote: boolean): string =>
  remote
    ? `no lock of ${stack} was met from this clone; \`${withStack("npm run up", stack)}\` names its holder when there is one`
    : `no lock of ${stack}`;

/** STOP_LEASE_HELD: an engine that writes while another does loses the state of both. */
function insistNobodyWorks(stack: string, locks: readonly StateLock[]): void {
  const living = locks.filter(({ holder }) => holder === "living");
  if (living.length === 0) return;
  throw new Stopped("STOP_LEASE_HELD", {
    saw: `an up of ${stack} is running`,
    wanted: "a lock whose process is gone",
    details: living.map(lockWords),
    hint: "let it end; a process of your own that hangs you end yourself, then give this command again",
  });
}

/** Only a person knows whether a process of another machine has ended. STOP_REFUSED_INPUT when nobody says so. */
async function insistWanted(stack: string, locks: readonly StateLock[], yes: boolean): Promise<void> {
  if (yes || locks.every(({ holder }) => holder === "gone")) return;
  const answer = await withTerminal(
    async (ask) => await ask?.("has that process ended? Take the lock away? (yes/no) "),
  );
  if (answer?.trim() === "yes") return;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: "a lock of another machine, and nobody said that its process has ended",
    wanted: "the word of a person who has asked there",
    details: locks.map(lockWords),
    hint: "ask whoever is named; when their command has ended, say --yes",
    next: `npm run unlock -- ${stack} --yes`,
  });
}

async function takeAway(engine: Engine, locks: readonly StateLock[]): Promise<void> {
  const files = locks.flatMap(({ file }) => file ?? []);
  // Exactly the locks that were shown: one made meanwhile belongs to somebody who works.
  for (const file of files) rmSync(file, { force: true });
  if (files.length > 0) return;
  const answer = await call(engine, ["cancel", "--yes", "--stack", engine.place.stack], { limitSeconds: 60 });
  if (answer.status === ENGINE_STATUS.done) return;
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the engine could not cancel (status ${answer.status})`,
    wanted: "a backend that answers",
    details: answer.stderr.trim().split("\n").slice(-4),
  });
}
