// Files under the runtime root: every write is temp name, fsync, rename, fsync of the folder; every read refuses links and specials.
import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { isRunId, isSourceVersionId } from "../model/ids.ts";
import { Stopped } from "../model/stop.ts";
import { haltFileName, haltFileOf } from "../rules/halt-file.ts";
import type { RunFiles } from "../world/files.ts";
import { insistOwnFolders } from "./own-folders.ts";
import { readOrStop, readSafely } from "./safe-file.ts";
import { codeOf } from "../model/error-text.ts";

/** Largest snapshot artifact taken in, bytes. */
const ARTIFACT_CAP = 32 * 1024 * 1024;
const HALT_FILE_CAP = 64 * 1024;
const RUN_FILE_CAP = 64 * 1024 * 1024;

/** The files of runs below a runtime root. */
export function runFolder(root: string): Pick<RunFiles, "readRun" | "writeRun"> {
  const inRun = (runId: string, relative: string): string => {
    if (!isRunId(runId))
      throw new Stopped("STOP_REFUSED_INPUT", { saw: "not a valid run id", wanted: "ictr-<UTC>-<8 hex>" });
    return inside(root, join("runs", runId), relative);
  };
  return {
    writeRun: async (runId, relative, data) => writeWhole(inRun(runId, relative), data),
    readRun: async (runId, relative) => readIfThere(inRun(runId, relative), RUN_FILE_CAP),
  };
}

function artifactPath(root: string, sourceVersionId: string, ending: string): string {
  if (!isSourceVersionId(sourceVersionId))
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "a source version id that cannot be a file name",
      wanted: "letters, digits, dot, dash, underscore",
    });
  return inside(root, "artifacts", `${sourceVersionId}${ending}`);
}

/** The port over one runtime root; `locks` is the folder of halt files, which colleagues may keep elsewhere. */
export function runFiles(root: string, locks: string): RunFiles {
  const index = join(root, "runs", "runs-index.jsonl");
  const indexText = async (): Promise<string> => {
    insistOwnFolders(root, index);
    return Buffer.from((await readIfThere(index, RUN_FILE_CAP)) ?? "").toString("utf8");
  };
  const toldLocks = locks.startsWith(`${root}${sep}`) ? locks.slice(root.length + 1) : locks;
  return {
    root,
    ...runFolder(root),
    artifact: async (id) => readOrStop(artifactPath(root, id, ".md"), ARTIFACT_CAP),
    registration: async (id) => readIfThere(artifactPath(root, id, ".registration.json"), ARTIFACT_CAP),
    write: async (area, relative, data) => writeWhole(inside(root, area, relative), data),
    read: async (area, relative) => readIfThere(inside(root, area, relative), RUN_FILE_CAP),
    runsIndex: indexText,
    appendRunsIndex: async (line) => {
      const before = await indexText();
      await writeWhole(index, `${before}${line}\n`);
    },
    haltFile: async (runId) => {
      if (!isRunId(runId))
        throw new Stopped("STOP_REFUSED_INPUT", { saw: "not a valid run id", wanted: "ictr-<UTC>-<8 hex>" });
      for (const name of [haltFileName(null), haltFileName(runId)]) {
        const path = join(locks, name);
        if (!(await exists(path))) continue;
        // Whatever lies there stops the run; what it says only helps to lift it.
        const reading = await readSafely(path, HALT_FILE_CAP);
        const id = reading.ok ? (haltFileOf(reading.bytes)?.halt_id ?? null) : null;
        return id === null ? `${toldLocks}/${name}` : `${toldLocks}/${name} (halt ${id})`;
      }
      return undefined;
    },
  };
}

/** After a power cut the names in the folder are those of now. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Writes a file so that a reader sees the old bytes or all of the new ones. STOP_COULD_NOT_LOOK names the place, for
 * example on a full disk.
 */
export async function writeWhole(path: string, data: string | Uint8Array, mode = 0o640): Promise<void> {
  const part = join(dirname(path), `.${randomBytes(6).toString("hex")}.part`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    const handle = await open(part, "wx", mode);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: `${path} could not be written: ${codeOf(error)}`, wanted: "room and the right to write there" },
      error,
    );
  }
}

const readIfThere = async (path: string, cap: number): Promise<Buffer | undefined> =>
  (await exists(path)) ? readOrStop(path, cap) : undefined;

/** Whether something has this name. STOP_COULD_NOT_LOOK when the folder cannot be searched. */
export async function exists(path: string): Promise<boolean> {
  try {
    // The name itself: a link that leads nowhere stands there too.
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `${path}: ${codeOf(error)}`, wanted: "the right to look" }, error);
  }
}

// No dots lead out of the area, and no link that stands in place of one of the folders on the way.
function inside(root: string, area: string, relative: string): string {
  const folder = resolve(root, area);
  const path = resolve(folder, relative);
  if (!path.startsWith(`${folder}${sep}`))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "a name that leaves its folder", wanted: `a name under ${folder}` });
  insistOwnFolders(resolve(root), path);
  return path;
}
