// The digest the probe gives a tree that is only looked at, computed by the same programs on this machine.
import { execFileSync } from "node:child_process";

/** sha256 over type, owner, mode, link and bytes of everything in `tree`. */
export function treeDigest(tree: string): string {
  const script = `{ find -P "$1" -printf '%y %u %g %m %l %P\\0' && find -P "$1" -type f -print0 | xargs -0 -r sha256sum -z --; } | LC_ALL=C sort -z | sha256sum`;
  return execFileSync("sh", ["-c", script, "sh", tree]).toString().slice(0, 64);
}
