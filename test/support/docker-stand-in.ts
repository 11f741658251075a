// A stand-in of the docker program: the words, answers, messages and exit statuses of the real one for what the scratch adapter asks, and a
// real PostgreSQL behind them that lives on without its caller, as a container does. Everything else it refuses as the real one refuses an
// unknown flag, so a word that docker does not know never passes here.
import { randomBytes } from "node:crypto";
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** A folder of "containers", and the images by name with the programs of each. */
export interface Engine {
  readonly folder: string;
  readonly images: Readonly<Record<string, string>>;
  readonly down: boolean;
}
/** One "container": its label as key=value, and the process of its server. */
export interface Container {
  readonly id: string;
  readonly label: string;
  readonly port: number;
  readonly pid: number;
  readonly ticks: string;
}

const FLAGS_WITH_VALUE = ["--label", "--publish", "--tmpfs", "--env", "--pull", "--filter", "--format"];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  run: ["--detach", "--rm", "--label", "--publish", "--tmpfs", "--env", "--pull"],
  port: [],
  inspect: ["--format"],
  ps: ["--all", "--no-trunc", "--filter", "--format"],
  rm: ["--force", "--volumes"],
};

function end(status: number, stderr: string): never {
  process.stderr.write(`${stderr}\n`);
  process.exit(status);
}

/** What was asked, as the real program reads it: flags first, the rest behind them. */
function parsed(verb: string, words: readonly string[]): { flags: Map<string, string[]>; rest: string[] } {
  const flags = new Map<string, string[]>();
  let at = 0;
  for (; words[at]?.startsWith("-"); at += 1) {
    const flag = words[at] ?? "";
    if (FLAGS[verb]?.includes(flag) !== true) end(125, `unknown flag: ${flag}\n\nUsage:  docker ${verb} [OPTIONS]`);
    flags.set(flag, [...(flags.get(flag) ?? []), FLAGS_WITH_VALUE.includes(flag) ? (words[(at += 1)] ?? "") : ""]);
  }
  return { flags, rest: words.slice(at) };
}

/** Runs the words of one call and exits as docker does. */
export async function answerAsDocker(engine: Engine, [verb = "", ...words]: readonly string[]): Promise<void> {
  appendFileSync(join(engine.folder, "calls"), `${JSON.stringify([verb, ...words])}\n`);
  if (engine.down)
    end(
      verb === "run" ? 125 : 1,
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    );
  if (FLAGS[verb] === undefined) end(1, `docker: unknown command: docker ${verb}`);
  const { flags, rest } = parsed(verb, words);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  if (verb === "run") return say(await runContainer(engine, flags, rest));
  if (verb === "ps") {
    const [, key = ""] = /^label=(.+)$/.exec(flags.get("--filter")?.[0] ?? "") ?? [];
    if (flags.get("--format")?.[0] !== `{{.ID}} {{.Label "${key}"}}`) end(1, "template parsing error");
    for (const one of containers(engine))
      if (one.label.startsWith(`${key}=`)) say(`${one.id} ${one.label.slice(key.length + 1)}`);
    return;
  }
  for (const id of verb === "port" ? rest.slice(0, 1) : rest) {
    const found = containers(engine).find((one) => one.id === id);
    if (!found)
      end(
        1,
        verb === "inspect"
          ? `Error response from daemon: No such object: ${id}`
          : `Error response from daemon: No such container: ${id}`,
      );
    if (verb === "port")
      say(
        rest[1] === "5432/tcp"
          ? `127.0.0.1:${found.port}`
          : end(1, `Error: No public port '${rest[1] ?? ""}' published for ${id}`),
      );
    if (verb === "inspect") say(String(runs(found)));
    if (verb === "rm") {
      await remove(engine, found);
      say(id);
    }
  }
}

/** The containers there are, ended ones too. */
export function containers({ folder }: Engine): Container[] {
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}$/.test(name) && existsSync(join(folder, name, "container.json")))
    .map((name) => JSON.parse(readFileSync(join(folder, name, "container.json"), "utf8")) as Container);
}

const ticksOf = (pid: number): string => {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
};
const runs = ({ pid, ticks }: Container): boolean => ticksOf(pid) === ticks;

/** Ends one and takes it away; resolves when its server is gone. */
export async function remove({ folder }: Engine, one: Container): Promise<void> {
  if (runs(one)) process.kill(one.pid, "SIGQUIT");
  while (runs(one)) await new Promise((resolve) => setTimeout(resolve, 20));
  rmSync(join(folder, one.id), { recursive: true, force: true });
}

async function runContainer(
  { folder, images }: Engine,
  flags: Map<string, string[]>,
  [image = "", ...command]: readonly string[],
): Promise<string> {
  const bin = images[image];
  if (bin === undefined)
    end(
      125,
      flags.get("--pull")?.[0] === "never"
        ? `docker: Error response from daemon: No such image: ${image}`
        : `Unable to find image '${image}' locally`,
    );
  if (flags.get("--publish")?.[0] !== "127.0.0.1::5432" || !flags.has("--detach"))
    end(125, "the stand-in knows one way of running a server");
  const given = Object.fromEntries(
    (flags.get("--env") ?? []).map((word) => [
      word.split("=")[0] ?? "",
      word.includes("=") ? word.slice(word.indexOf("=") + 1) : process.env[word],
    ]),
  );
  // The image's own start script: refuses without a password, makes the cluster, then starts the server with the words behind the image.
  const { POSTGRES_PASSWORD: password = "", POSTGRES_USER: user = "postgres", POSTGRES_INITDB_ARGS: more = "" } = given;
  if (password === "") end(125, "Error: Database is uninitialized and superuser password is not specified.");
  const id = randomBytes(32).toString("hex");
  const home = join(folder, id);
  mkdirSync(home, { mode: 0o711 });
  const owner =
    process.getuid?.() === 0
      ? {
          uid: Number(spawnSync("id", ["-u", "postgres"]).stdout),
          gid: Number(spawnSync("id", ["-g", "postgres"]).stdout),
        }
      : {};
  const data = join(home, "data");
  const pwfile = join(home, "pw");
  writeFileSync(pwfile, password, { mode: 0o600 });
  mkdirSync(data, { mode: 0o700 });
  if (owner.uid !== undefined) for (const path of [home, data, pwfile]) chownSync(path, owner.uid, owner.gid);
  const made = spawnSync(
    join(bin, "initdb"),
    ["-D", data, "-U", user, "--pwfile", pwfile, "--no-sync", ...more.split(" ").filter(Boolean)],
    { ...owner, env: { PATH: "/usr/bin:/bin", LC_ALL: "C" }, cwd: "/" },
  );
  if (made.status !== 0) end(125, made.stderr.toString());
  writeFileSync(join(data, "pg_hba.conf"), "host all all all scram-sha-256\n");
  const port = await freePort();
  const child = spawn(
    join(bin, "postgres"),
    [
      "-D",
      data,
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      `port=${port}`,
      "-c",
      "unix_socket_directories=",
      ...command,
    ],
    { ...owner, env: { PATH: "/usr/bin:/bin", LC_ALL: "C" }, cwd: "/", detached: true, stdio: "ignore" },
  );
  child.unref();
  const pid = child.pid ?? 0;
  writeFileSync(
    join(home, "container.json"),
    JSON.stringify({ id, label: flags.get("--label")?.[0] ?? "", port, pid, ticks: ticksOf(pid) } satisfies Container),
  );
  return id;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
