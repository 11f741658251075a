// Several machines on this one: each has a host name, a process table and a runtime root of its own (unshare), and all of them are one
// host of one PostgreSQL. A machine that is killed loses every process at once; one that is frozen wakes where it stood.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { configSchema } from "../../runner/model/config.ts";
import { callCutter, type CutterAnswer, type GovernedHost } from "./governed-host.ts";

/** One of them. */
export interface Machine {
  readonly name: string;
  /** Its runtime root, seen from outside. */
  readonly root: string;
  /** The runner as an operator calls it there, with --json. */
  cutter(...words: string[]): Promise<CutterAnswer>;
  /** Every process of it at once, as when the power fails. */
  kill(): void;
  lives(): boolean;
  /** Its processes stand still until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** The machines by their names; `remove` ends those that still live. */
export interface Machines {
  readonly all: readonly Machine[];
  named(name: string): Machine;
  /** What somebody who fetches the requests of a wave does: every machine has every backup. */
  shareBackups(): void;
  remove(): void;
}

const BEGIN = 'hostname "$1" && mount --bind "$2" "$3" && exec sleep infinity';

/** The same configuration on each, because its digest is signed. Everything registered before is on all of them. */
export async function machinesOf(host: GovernedHost, names: readonly string[]): Promise<Machines> {
  const { configFile, runtimeRoot, envFolder } = host.sandbox.place;
  const key_file = join(envFolder, "machines.env");
  writeFileSync(key_file, `DOT_CUTTER_MACHINES_KEY=${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  const config = configSchema.parse(JSON.parse(readFileSync(configFile, "utf8")));
  writeFileSync(configFile, JSON.stringify({ ...config, machines: { names: [...names], key_file } }));
  const all: Machine[] = [];
  for (const name of names) all.push(await begin(name, join(dirname(runtimeRoot), `machine-${name}`), host));
  return {
    all,
    named: (name) => {
      const found = all.find((one) => one.name === name);
      if (!found) throw new Error(`no machine ${name}`);
      return found;
    },
    shareBackups: () => {
      for (const from of all)
        for (const to of all)
          if (from !== to && from.lives())
            cpSync(join(from.root, "backups"), join(to.root, "backups"), { recursive: true, force: false });
    },
    remove: () => {
      for (const one of all) one.kill();
    },
  };
}

async function begin(name: string, root: string, { sandbox }: GovernedHost): Promise<Machine> {
  const { runtimeRoot } = sandbox.place;
  cpSync(runtimeRoot, root, { recursive: true });
  mkdirSync(join(root, "backups"), { recursive: true });
  const flags = ["--uts", "--pid", "--mount", "--fork", "--mount-proc", "--kill-child"];
  const outer = spawn("unshare", [...flags, "sh", "-c", BEGIN, "sh", name, root, runtimeRoot], { stdio: "ignore" });
  const first = await firstProcess(outer.pid ?? 0);
  const space = readlinkSync(`/proc/${first}/ns/pid`);
  const line = ["nsenter", "-t", String(first), "-u", "-p", "-m", "--", sandbox.launchers.cutter];
  const lives = (): boolean => processesIn(space).includes(first);
  const signal = (which: NodeJS.Signals): void => {
    for (const pid of processesIn(space)) process.kill(pid, which);
  };
  return {
    name,
    root,
    lives,
    cutter: (...words) => callCutter(line, words),
    // The kernel ends a process table with its first process.
    kill: () => {
      if (lives()) process.kill(first, "SIGKILL");
    },
    freeze: () => signal("SIGSTOP"),
    thaw: () => {
      signal("SIGCONT");
      // nsenter stands still with the program it entered for, and is outside.
      for (const pid of callersOf(first)) process.kill(pid, "SIGCONT");
    },
  };
}

/** The first process of the new table, once its name and root are set. */
async function firstProcess(outer: number): Promise<number> {
  for (;;) {
    const [child] = readFileSync(`/proc/${outer}/task/${outer}/children`, "utf8").split(" ");
    if (child && readFileSync(`/proc/${child}/comm`, "utf8").trim() === "sleep") return Number(child);
    await sleep(20);
  }
}

const callersOf = (first: number): number[] =>
  readdirSync("/proc").flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`nsenter\0-t\0${first}\0`) ? [Number(pid)] : [];
    } catch {
      // No process, or one that ended meanwhile.
      return [];
    }
  });

function processesIn(space: string): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return readlinkSync(`/proc/${pid}/ns/pid`) === space ? [Number(pid)] : [];
    } catch {
      // Ended meanwhile.
      return [];
    }
  });
}
