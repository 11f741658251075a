// Where this project lies on the machine that runs it.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Project root: the nearest folder above this program whose package.json is the cutter's; holds for sources and for dist/. */
export function projectRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && /"name":\s*"cutter"/.test(readFileSync(file, "utf8"))) return folder;
    if (folder === dirname(folder)) throw new Error("no package.json of the cutter above this program");
  }
}
