// Every file git tracks in a checkout, as it lies in the working tree, looked through for what must not be there.
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Stopped } from "../../runner/model/stop.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { shell } from "../frame/shell.ts";
import { runIdsIn, secretsIn, type Trace } from "./tracked-secrets.ts";

/** What stands in the tracked files. `mentioned`: every run id, and the file it stands in. */
export interface TrackedFiles {
  readonly files: number;
  readonly secrets: readonly Trace[];
  readonly runIds: readonly Trace[];
  readonly mentioned: ReadonlyMap<string, string>;
}

/** Looks through a checkout. STOP_COULD_NOT_LOOK when it is none. */
export async function readTrackedFiles(checkout: string): Promise<TrackedFiles> {
  const listed = await shell({ env: gitEnvironment() })`git -C ${checkout} ls-files -z --cached`;
  if (listed.exitCode !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "this folder is no git checkout, or git is missing",
      wanted: "the list of tracked files",
    });
  const paths = listed.stdout.split("\0").filter((path) => path !== "");
  const secrets: Trace[] = [];
  const runIds: Trace[] = [];
  const mentioned = new Map<string, string>();
  for (const path of paths) {
    const file = join(checkout, path);
    // A tracked file that was removed holds nothing any more; a link holds only a name.
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) continue;
    const text = readFileSync(file, "latin1");
    secrets.push(...secretsIn(path, text));
    const ids = runIdsIn(path, text);
    runIds.push(...ids.traces);
    for (const id of ids.all) if (!mentioned.has(id)) mentioned.set(id, path);
  }
  return { files: paths.length, secrets, runIds, mentioned };
}

// A caller's GIT_DIR would list the files of another checkout.
function gitEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(childEnvironment()).filter(([name]) => !name.startsWith("GIT_")));
}
