// `requests <run-id>`: the newest request bundle of each gate, file by file, for the approver's machine. Reads files only.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Common } from "./call-options.ts";
import { sha256 } from "../model/canonical.ts";
import { BUNDLE_CAP, BUNDLE_FILES, BUNDLE_NAME, BUNDLE_PIECE } from "../model/request-files.ts";
import { Stopped } from "../model/stop.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { insistOwnFolders } from "../adapters/own-folders.ts";
import { exists } from "../adapters/run-files.ts";
import { readOrStop } from "../adapters/safe-file.ts";
import { runIdOf } from "../model/ids.ts";
import { printJson } from "../terminal/print-json.ts";

/** Exit 0; with --json `file` events, one a piece of each file, without it the bundles' names. STOP_REFUSED_INPUT when the run asked for nothing yet. */
export async function showRequests(common: Common, id: string): Promise<number> {
  const runId = runIdOf(id);
  const { config } = await loadConfig(common.config);
  const folder = join(config.orchestrator.runtime_root, "runs", runId, "requests");
  insistOwnFolders(config.orchestrator.runtime_root, join(folder, "any"));
  const names = await newest(folder);
  if (names.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `run ${runId} has asked for no signature`,
      wanted: "a run that waits for people",
      next: `cutter orchestrate status ${runId}`,
    });
  for (const bundle of names) {
    if (!common.json) process.stdout.write(`${join(folder, bundle)}\n`);
    else await send(folder, bundle);
  }
  return 0;
}

async function newest(folder: string): Promise<string[]> {
  const all = (await readdir(folder).catch(() => [])).filter((name) => BUNDLE_NAME.test(name));
  const finished = (
    await Promise.all(all.map(async (name) => ((await exists(join(folder, name, "payload.json"))) ? name : undefined)))
  ).filter((name) => name !== undefined);
  const byGate = new Map<string, number>();
  for (const name of finished) {
    const at = name.lastIndexOf("-");
    byGate.set(name.slice(0, at), Math.max(Number(name.slice(at + 1)), byGate.get(name.slice(0, at)) ?? 0));
  }
  return [...byGate].map(([gate, number]) => `${gate}-${number}`);
}

async function send(folder: string, bundle: string): Promise<void> {
  let room = BUNDLE_CAP;
  for (const name of BUNDLE_FILES) {
    const path = join(folder, bundle, name);
    if (!(await exists(path))) continue;
    const bytes = await readOrStop(path, room, { code: "STOP_COULD_NOT_LOOK", wanted: "a plain file of this bundle" });
    const size = bytes.length;
    room -= size;
    const whole = { event: "file", bundle, name, sha256: sha256(bytes), size } as const;
    // In pieces, so that nobody has to hold a line of the length of a law; an empty file is one empty piece.
    for (let offset = 0; offset < Math.max(size, 1); offset += BUNDLE_PIECE)
      printJson({ ...whole, offset, data: bytes.subarray(offset, offset + BUNDLE_PIECE).toString("base64") });
  }
}
