// Several machines on this one: each has a host name, a process table, a network, an sshd and a runtime root of its own, and all of them
// are one host of one PostgreSQL. A machine that is killed loses every process at once; one that is frozen wakes where it stood.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { configSchema } from "../../runner/model/config.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { entering, machineNetwork, type MachineLine, type MachineNetwork } from "./machine-network.ts";
import { callCutter, type CutterAnswer, type GovernedHost } from "./governed-host.ts";

/** One of them. */
export interface Machine {
  readonly name: string;
  /** Its runtime root, seen from outside. */
  readonly root: string;
  /** The runner as an operator calls it there over SSH, with --json. */
  cutter(...words: string[]): Promise<CutterAnswer>;
  /** Begins what the unit of systemd keeps up on a machine: its worker, until the machine ends. */
  work(): void;
  /** Every process of it at once, as when the power fails. */
  kill(): void;
  lives(): boolean;
  /** Begins it again after `kill`, with what lay on its disk. */
  boot(): Promise<void>;
  /** Its line to the server and to operators. */
  readonly line: MachineLine;
  /** Its processes stand still until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** The machines by their names; `remove` ends those that still live. */
export interface Machines {
  readonly all: readonly Machine[];
  named(name: string): Machine;
  remove(): void;
}

const BEGIN = 'hostname "$1" && mount --bind "$2" "$3" && mount --bind "$4" "$5" && exec sleep infinity';

/** `rootBytes`: the size of each one's disk, else that of this machine. */
export interface MachineOptions {
  readonly rootBytes?: number;
}

/** The same configuration on each, because its digest is signed. Everything registered before is on all of them. Backups are copied to a folder of none. */
export async function machinesOf(
  host: GovernedHost,
  names: readonly string[],
  options: MachineOptions = {},
): Promise<Machines> {
  const { configFile, runtimeRoot, envFolder } = host.sandbox.place;
  const key_file = join(envFolder, "machines.env");
  writeFileSync(key_file, `DOT_CUTTER_MACHINES_KEY=${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  const config = configSchema.parse(JSON.parse(readFileSync(configFile, "utf8")));
  // A folder of none of them, as a mount of another machine is: what lies there outlives each.
  const copies = join(dirname(runtimeRoot), "backup-copies");
  mkdirSync(copies, { recursive: true });
  const { batch } = config;
  writeFileSync(
    configFile,
    JSON.stringify({
      ...config,
      machines: { names: [...names], key_file },
      ...(batch === undefined ? {} : { batch: { ...batch, backup_copies: [copies] } }),
    }),
  );
  const network = await machineNetwork(host.sandbox.database);
  const all: Machine[] = [];
  for (const [at, name] of names.entries()) all.push(await machineOf({ name, number: at + 1, network }, host, options));
  return {
    all,
    named: (name) => {
      const found = all.find((one) => one.name === name);
      if (!found) throw new Error(`no machine ${name}`);
      return found;
    },
    remove: () => {
      for (const one of all) {
        one.kill();
        if (options.rootBytes !== undefined) execFileSync("umount", ["--lazy", one.root]);
      }
      network.end();
    },
  };
}

interface Place {
  readonly name: string;
  readonly number: number;
  readonly network: MachineNetwork;
}

async function machineOf(place: Place, { sandbox }: GovernedHost, options: MachineOptions): Promise<Machine> {
  const { name, network } = place;
  const { runtimeRoot } = sandbox.place;
  const root = join(dirname(runtimeRoot), `machine-${name}`);
  mkdirSync(root, { recursive: true });
  if (options.rootBytes !== undefined)
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${options.rootBytes},mode=755`, "tmpfs", root]);
  cpSync(runtimeRoot, root, { recursive: true });
  for (const folder of ["backups", "batches"]) mkdirSync(join(root, folder), { recursive: true });
  // The server's socket is not there: this machine's own stands in its place.
  const sockets = join(dirname(runtimeRoot), `sockets-${name}`);
  mkdirSync(sockets);
  const begun = async () => {
    const machine = await begin(name, [root, runtimeRoot, sockets, sandbox.database.host]);
    await network.join({ ...place, first: machine.first });
    return machine;
  };
  let now = await begun();
  const lives = (): boolean => processesIn(now.space).includes(now.first);
  const signal = (which: NodeJS.Signals): void => {
    for (const pid of processesIn(now.space)) process.kill(pid, which);
  };
  return {
    name,
    root,
    line: network.line(place),
    lives,
    cutter: (...words) =>
      callCutter([...network.ssh(place), shellWord(sandbox.launchers.cutter)], words.map(shellWord)),
    work: () => {
      const log = openSync(join(root, "batches", "worker.log"), "a");
      const [program = "", ...before] = entering(now.first);
      spawn(program, [...before, sandbox.launchers.cutter, "orchestrate", "batch", "supervise", "--stay"], {
        stdio: ["ignore", log, log],
      });
      closeSync(log);
    },
    // The kernel ends a process table with its first process.
    kill: () => {
      if (lives()) process.kill(now.first, "SIGKILL");
    },
    boot: async () => {
      now = await begun();
    },
    freeze: () => signal("SIGSTOP"),
    thaw: () => {
      signal("SIGCONT");
      // nsenter stands still with the program it entered for, and is outside.
      for (const pid of callersOf(now.first)) process.kill(pid, "SIGCONT");
    },
  };
}

/** A process table, a host name, a network and mounts of their own: what lies at the first place stands at the second, and so on. */
async function begin(
  name: string,
  places: readonly string[],
): Promise<{ readonly first: number; readonly space: string }> {
  const flags = ["--uts", "--pid", "--net", "--mount", "--fork", "--mount-proc", "--kill-child"];
  const outer = spawn("unshare", [...flags, "sh", "-c", BEGIN, "sh", name, ...places], { stdio: "ignore" });
  const first = await firstProcess(outer.pid ?? 0);
  return { first, space: readlinkSync(`/proc/${first}/ns/pid`) };
}

/** The newest request of a gate as this machine sends it to a person, whichever one asked; answers the folder it was written to. */
export async function fetchedBundle(machine: Machine, runId: string, gate: string): Promise<string> {
  return (await fetchedBundles(machine, [runId]))(runId, gate);
}

/** All requests of these runs as this machine sends them in one call; answers the folder of each. */
export async function fetchedBundles(
  { name, root, cutter }: Machine,
  runIds: readonly string[],
): Promise<(runId: string, gate: string) => string> {
  const { events, stderr } = await cutter("orchestrate", "requests", ...runIds);
  const folder = join(dirname(root), `fetched-${(fetched += 1)}`);
  for (const event of events) {
    const { run_id, bundle, name: file, data } = event as Record<string, unknown>;
    if (event.event !== "file") continue;
    const place = join(folder, String(run_id), String(bundle).replace(/-\d+$/, ""));
    mkdirSync(place, { recursive: true });
    // A file comes in pieces, one behind the other.
    appendFileSync(join(place, String(file)), Buffer.from(String(data), "base64"));
  }
  return (runId, gate) => {
    const found = join(folder, runId, gate);
    if (!existsSync(join(found, "payload.json")))
      throw new Error(`${name} sends no ${gate} request of ${runId}: ${stderr}`);
    return found;
  };
}
let fetched = 0;

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
