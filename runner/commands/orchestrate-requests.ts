// `requests <run-id...>`: the newest request bundle of each gate, file by file, for the approver's machine. What lies here is held against
// the records: another machine of this host may have asked, or asked anew. Nothing is written; a missing request is made on its way.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Common } from "./call-options.ts";
import { requestsOfNow, type RequestOfNow } from "../aftermath/requests-of-now.ts";
import { newestRequest } from "../aftermath/request-bundle.ts";
import { sha256 } from "../model/canonical.ts";
import { BUNDLE_CAP, BUNDLE_FILES, BUNDLE_NAME, BUNDLE_PIECE } from "../model/request-files.ts";
import type { Gate } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";
import { utcMillis } from "../model/utc.ts";
import { loadConfig } from "../adapters/configuration.ts";
import { insistOwnFolders } from "../adapters/own-folders.ts";
import { exists, runFolder } from "../adapters/run-files.ts";
import { readOrStop } from "../adapters/safe-file.ts";
import { runIdOf, type RunId } from "../model/ids.ts";
import { printJson } from "../terminal/print-json.ts";
import { makeWorld } from "../wire.ts";
import type { World } from "../world.ts";

/** One bundle on its way: its files by name, from disk or as they were just made. */
interface Bundle {
  readonly runId: RunId;
  readonly name: string;
  /** Folder on this machine; undefined for one that was made on its way. */
  readonly folder: string | undefined;
  read(file: string, room: number): Promise<Uint8Array | undefined>;
}

/**
 * Exit 0; with --json `file` events, one a piece of each file, without it the bundles' names. Of several runs those that asked for nothing
 * are passed over. STOP_REFUSED_INPUT when none asked for anything yet; STOP_HALTED when what one asks for would have to be made while it
 * is halted.
 */
export async function showRequests(common: Common, ids: readonly string[]): Promise<number> {
  const runIds = ids.map((id) => runIdOf(id));
  const { config } = await loadConfig(common.config);
  const root = config.orchestrator.runtime_root;
  let world: Promise<World> | undefined;
  let none = true;
  for (const runId of new Set(runIds)) {
    const bundles = await bundlesOf(root, runId, () => (world ??= makeWorld(common.config)));
    if (bundles.length > 0) none = false;
    for (const bundle of bundles) await show(common, bundle);
  }
  if (none)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${runIds.length === 1 ? "run" : "none of"} ${runIds.join(", ")} has asked for ${runIds.length === 1 ? "no" : "a"} signature`,
      wanted: "a run that waits for people",
      next: `cutter orchestrate status ${runIds[0] ?? ""}`,
    });
  return 0;
}

async function bundlesOf(root: string, runId: RunId, world: () => Promise<World>): Promise<Bundle[]> {
  const folder = join(root, "runs", runId, "requests");
  insistOwnFolders(root, join(folder, "any"));
  const lying = await newest(folder);
  const made = await madeAnew(world, runId, { root, lying });
  return [
    ...[...lying]
      .filter(([gate]) => !made.has(gate))
      .map(([gate, number]) => onDisk(runId, folder, `${gate}-${number}`)),
    ...made.values(),
  ];
}

async function show({ json }: Common, bundle: Bundle): Promise<void> {
  const { runId, name, folder } = bundle;
  if (json) await send(bundle);
  else if (folder !== undefined) process.stdout.write(`${folder}\n`);
  else process.stderr.write(`${name} does not lie on this machine; \`cutter orchestrate resume ${runId}\` writes it\n`);
}

/** What lies here: the highest number of each gate. */
type Lying = ReadonlyMap<string, number>;

/** Requests of now that do not lie here as they are asked; where the records cannot be asked, those that lie here are all there is. */
async function madeAnew(
  world: () => Promise<World>,
  runId: RunId,
  { root, lying }: { readonly root: string; readonly lying: Lying },
): Promise<ReadonlyMap<string, Bundle>> {
  let asked: RequestOfNow[] = [];
  try {
    asked = await requestsOfNow(await world(), runId);
  } catch (error) {
    if (!(error instanceof Stopped) || lying.size === 0) throw error;
    process.stderr.write(`not held against the records: ${error.code}: ${error.facts.saw}\n`);
  }
  const made = new Map<string, Bundle>();
  for (const request of asked)
    if (!request.inVain && !(await servesNow(root, runId, request)))
      made.set(request.gate, await onItsWay(runId, request, (lying.get(request.gate) ?? 0) + 1));
  return made;
}

/** Whether the newest bundle here asks for the same and can still be signed. */
async function servesNow(root: string, runId: RunId, { gate, payload_sha, now }: RequestOfNow): Promise<boolean> {
  const known = await newestRequest(runFolder(root), runId, gate).catch((error: unknown) => {
    // A damaged one is none.
    if (error instanceof Stopped) return undefined;
    throw error;
  });
  return known?.request.payload_sha === payload_sha && utcMillis(known.request.approve_by) > now.getTime();
}

async function onItsWay(runId: RunId, request: RequestOfNow, number: number): Promise<Bundle> {
  const files = await request.files();
  const read = (file: string): Promise<Uint8Array | undefined> => Promise.resolve(files.get(file));
  return { runId, name: `${request.gate}-${number}`, folder: undefined, read };
}

function onDisk(runId: RunId, folder: string, name: string): Bundle {
  const read = async (file: string, room: number): Promise<Uint8Array | undefined> => {
    const path = join(folder, name, file);
    if (!(await exists(path))) return undefined;
    return readOrStop(path, room, { code: "STOP_COULD_NOT_LOOK", wanted: "a plain file of this bundle" });
  };
  return { runId, name, folder: join(folder, name), read };
}

async function newest(folder: string): Promise<Map<Gate | string, number>> {
  const all = (await readdir(folder).catch(() => [])).filter((name) => BUNDLE_NAME.test(name));
  const finished = (
    await Promise.all(all.map(async (name) => ((await exists(join(folder, name, "payload.json"))) ? name : undefined)))
  ).filter((name) => name !== undefined);
  const byGate = new Map<string, number>();
  for (const name of finished) {
    const at = name.lastIndexOf("-");
    byGate.set(name.slice(0, at), Math.max(Number(name.slice(at + 1)), byGate.get(name.slice(0, at)) ?? 0));
  }
  return byGate;
}

async function send(bundle: Bundle): Promise<void> {
  let room = BUNDLE_CAP;
  for (const name of BUNDLE_FILES) {
    const bytes = await bundle.read(name, room);
    if (bytes === undefined) continue;
    const size = bytes.length;
    room -= size;
    const whole = {
      event: "file",
      run_id: bundle.runId,
      bundle: bundle.name,
      name,
      sha256: sha256(bytes),
      size,
    } as const;
    // In pieces, so that nobody has to hold a line of the length of a law; an empty file is one empty piece.
    for (let offset = 0; offset < Math.max(size, 1); offset += BUNDLE_PIECE)
      printJson({
        ...whole,
        offset,
        data: Buffer.from(bytes.subarray(offset, offset + BUNDLE_PIECE)).toString("base64"),
      });
  }
}
