// Looks for planted secrets in every form a program could have written them, in texts, in files and in the process list.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A form of a secret to look for; `name` says which, so that a failing test never prints the secret itself. */
export interface Trace {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The secret itself, as JSON, URL, password file and base64 would write it, and its hashes: those tell a guesser whether he is right. */
export function tracesOf(name: string, secret: string): Trace[] {
  const hash = (algorithm: string): string => createHash(algorithm).update(secret).digest("hex");
  const forms = {
    plain: secret,
    json: JSON.stringify(secret).slice(1, -1),
    url: encodeURIComponent(secret),
    "password file": secret.replaceAll(/[\\:]/g, "\\$&"),
    base64: Buffer.from(secret).toString("base64"),
    hex: Buffer.from(secret).toString("hex"),
    sha256: hash("sha256"),
    md5: hash("md5"),
    sha1: hash("sha1"),
  };
  return Object.entries(forms).map(([form, text]) => ({ name: `${name} (${form})`, bytes: Buffer.from(text) }));
}

/** Names of the traces that stand in the text. */
export function foundIn(text: Buffer | string, traces: readonly Trace[]): string[] {
  const bytes = Buffer.from(text);
  return traces.filter((trace) => bytes.includes(trace.bytes)).map(({ name }) => name);
}

/** Every file below the folders that are left, with the traces in it; `home` are the files secrets are kept in. */
export function foundInFiles(
  folders: readonly string[],
  traces: readonly Trace[],
  home: (path: string) => boolean,
): { readonly looked: number; readonly found: readonly string[] } {
  const found: string[] = [];
  let looked = 0;
  const look = (path: string): void => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
    if (!status?.isFile() || home(path)) return;
    looked += 1;
    found.push(...foundIn(readFileSync(path), traces).map((name) => `${path}: ${name}`));
  };
  folders.forEach(look);
  return { looked, found };
}

/** Watches every process of the machine until `stop`: arguments and environments with a trace, and the programs seen. */
export function watchProcesses(traces: readonly Trace[]): {
  stop(): { readonly programs: ReadonlySet<string>; readonly found: ReadonlySet<string> };
} {
  const programs = new Set<string>();
  const found = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
      const words = procFile(pid, "cmdline");
      const program = words.toString("utf8").split("\0")[0]?.split("/").at(-1) ?? "";
      if (program === "") continue;
      programs.add(program);
      for (const [where, bytes] of [
        ["arguments", words],
        ["environment", procFile(pid, "environ")],
      ] as const) {
        for (const name of foundIn(bytes, traces)) found.add(`${where} of ${program}: ${name}`);
      }
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop: () => {
      clearInterval(timer);
      return { programs, found };
    },
  };
}

// Empty for a process that ended meanwhile or belongs to somebody else.
function procFile(pid: string, name: string): Buffer {
  try {
    return readFileSync(`/proc/${pid}/${name}`);
  } catch {
    return Buffer.alloc(0);
  }
}
