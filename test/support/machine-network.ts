// The network of simulated machines: a namespace in which the operator and the server are, one for each machine, and a line between. Every
// byte between a machine and the server or an operator passes its line, and is lost while that is down. All of it ends with its processes.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import { sshCommandLine, type RemoteAddress } from "../../infra/ssh/line.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { writeConfiguration } from "./throw-away-sshd.ts";

/** The line of one machine. Nobody is told that it is down: what is sent meanwhile is lost. */
export interface MachineLine {
  down(): void;
  up(): void;
}

/** A machine that began, by its first process; `number` from 1. */
export interface Begun {
  readonly name: string;
  readonly number: number;
  readonly first: number;
}

export interface MachineNetwork {
  /** Gives a machine its line, an sshd and its way to the server. Returns once both answer. */
  join(machine: Begun): Promise<void>;
  line(machine: Pick<Begun, "name">): MachineLine;
  /** The words that come before a command on this machine, as an operator's ssh. */
  ssh(machine: Pick<Begun, "number">): readonly string[];
  end(): void;
}

/** The words that enter a machine by its first process. */
export const entering = (first: number): string[] => ["nsenter", "-t", String(first), "-u", "-p", "-m", "-n", "--"];

/** Inside of the namespace, where nothing else is. */
const PORT = 5432;
/** The addresses that are kept for tests of networks (RFC 2544); they exist in these namespaces only. */
const here = (number: number): string => `198.18.${number}.1`;
const there = (number: number): string => `198.18.${number}.2`;
const RELAY = join(projectRoot(), "test", "support", "socket-relay.mjs");

/** The network of a server's machines; each finds the server at the same socket as it is here. */
export async function machineNetwork(server: {
  readonly host: string;
  readonly port: number;
}): Promise<MachineNetwork> {
  const socket = join(server.host, `.s.PGSQL.${server.port}`);
  const sshd = programPath("sshd");
  if (sshd === undefined) throw new Error("no sshd");
  const folder = keysIn(mkdtempSync(join(tmpdir(), "network-")));
  const door = await listening(
    spawn("unshare", ["--net", process.execPath, RELAY, `0.0.0.0:${PORT}`, socket], {
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const operator = ["nsenter", "-t", String(door.pid), "-n"];
  const call = (words: readonly string[]): void => {
    const [program = "", ...rest] = words;
    execFileSync(program, rest, { stdio: ["ignore", "ignore", "pipe"] });
  };
  const ip = (inside: readonly string[], ...words: string[]): void => call([...inside, "ip", ...words]);
  const ssh = ({ number }: Pick<Begun, "number">): string[] => [
    ...operator,
    ...sshCommandLine(addressOf(folder, number)),
  ];
  return {
    ssh,
    line: ({ name }) => ({
      down: () => ip(operator, "link", "set", name, "down"),
      up: () => ip(operator, "link", "set", name, "up"),
    }),
    join: async ({ name, number, first }) => {
      const inside = ["nsenter", "-t", String(first), "-n"];
      try {
        // The end of a machine that was killed is taken away some time after it.
        ip(operator, "link", "delete", name);
      } catch {
        // It is gone already, or it never was.
      }
      ip(operator, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", String(first));
      ip(operator, "address", "add", `${here(number)}/30`, "dev", name);
      ip(operator, "link", "set", name, "up");
      ip(inside, "address", "add", `${there(number)}/30`, "dev", "eth0");
      for (const device of ["lo", "eth0"]) ip(inside, "link", "set", device, "up");
      const [program = "", ...enter] = entering(first);
      call([program, ...enter, "rm", "-f", socket]);
      const relay = [process.execPath, RELAY, socket, `${here(number)}:${PORT}`];
      await listening(spawn(program, [...enter, ...relay], { stdio: ["ignore", "pipe", "ignore"] }));
      const file = join(folder, `sshd_config-${number}`);
      const keys = { hostKey: join(folder, "host"), authorizedKeys: join(folder, "operator.pub") };
      writeConfiguration(file, { address: there(number), ...keys });
      spawn(program, [...enter, sshd, "-D", "-f", file], { stdio: "ignore" });
      for (let tries = 1; ; tries += 1)
        try {
          return call([...ssh({ number }), "true"]);
        } catch (error) {
          if (tries === 100) throw error;
        }
    },
    end: () => {
      door.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess): Promise<ChildProcess> {
  if (!child.stdout) throw new Error("nothing to hear of it");
  const [said] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as [unknown];
  if (!String(said).startsWith("listening")) throw new Error(`${child.spawnargs.join(" ")} does not listen`);
  return child;
}

/** One key of every machine and one of the operator. */
function keysIn(folder: string): string {
  for (const name of ["host", "operator"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(folder, name)]);
  const hostKey = readFileSync(join(folder, "host.pub"), "utf8");
  writeFileSync(join(folder, "known_hosts"), `198.18.* ${hostKey}`);
  return folder;
}

const addressOf = (folder: string, number: number): RemoteAddress => ({
  host: there(number),
  port: 22,
  user: userInfo().username,
  privateKeyFile: join(folder, "operator"),
  knownHostsFile: join(folder, "known_hosts"),
});
