// Refuses a path whose folders below the runtime root are not the root's own: a link in place of `runs` or of `requests` would send
// what the runner writes, and what it reads, to a place that somebody else chose.
import { lstatSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { Stopped } from "../model/stop.ts";

/**
 * Every folder between `root` and the name at the end of `path` is a folder itself or not there yet. The root and what lies above it may
 * be links: whoever declares a host says where it lies. STOP_REFUSED_INPUT names the first that is something else.
 */
export function insistOwnFolders(root: string, path: string): void {
  let folder = root;
  for (const name of relative(root, dirname(path)).split(sep)) {
    if (name === "") continue;
    folder = `${folder}${sep}${name}`;
    const status = lstatSync(folder, { throwIfNoEntry: false });
    if (status === undefined) return;
    if (status.isDirectory()) continue;
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${folder} is ${status.isSymbolicLink() ? "a link" : "no folder"}`,
      wanted: "a folder of this runtime root itself",
      hint: "put the folder back where the link or file stands; a disk of its own is mounted there",
    });
  }
}
