// A host on which a folder takes hardly any bytes, for real: a small file system where mounting is allowed, else a limit on files for everything sshd starts.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { ThrowAwaySshd } from "./throw-away-sshd.ts";

const BYTES = 256 * 1024;

/** Makes `folder` (which must not exist) short of room; the answer ends that and leaves the folder as it is then. */
export function makeShortOfDisk(folder: string, sshd: ThrowAwaySshd): () => void {
  mkdirSync(folder, { mode: 0o755 });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${BYTES},mode=755`, "tmpfs", folder], { stdio: "ignore" });
    return () => {
      execFileSync("umount", [folder]);
    };
  } catch {
    // An ordinary user, or a container that may not mount.
    const limit = (value: string): void => {
      execFileSync("prlimit", ["--pid", String(sshd.pid), `--fsize=${value}`]);
    };
    limit(`${BYTES}:unlimited`);
    return () => {
      limit("unlimited");
    };
  }
}
