// Brings request bundles to this machine. The host chooses no path here: names are words of a list, sizes are capped, digests are compared.
import { createHash, type Hash } from "node:crypto";
import { mkdir, mkdtemp, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bundleFileEvent, type BundleFile } from "../../runner/model/events.ts";
import { BUNDLE_CAP } from "../../runner/model/request-files.ts";
import { Stopped } from "../../runner/model/stop.ts";
import {
  askedAgain,
  callHost,
  hostFailed,
  insistNoStop,
  lineBroken,
  type HostAnswer,
  type HostEvent,
} from "./host-call.ts";
import type { Target } from "./target.ts";

/** Bundles one host may send for one run: a gate's newest, for each gate. */
const BUNDLES_AT_ONCE = 4;
/** Runs whose bundles one call brings. */
const RUNS_AT_ONCE = 25;
/** Events beside files that one fetch may bring: its last word. */
const OTHERS_CAP = 20;

/**
 * Writes the newest bundle of each gate to `<folder>/<gate>-<n>` and answers these folders; a bundle that was fetched before is
 * written anew. STOP_COULD_NOT_LOOK when the line breaks or a file is not what the host said it is; then nothing is replaced.
 */
export async function fetchBundles(target: Target, runId: string, folder: string): Promise<string[]> {
  return (await fetchBundlesOfRuns(target, [{ runId, folder }])).map(({ path }) => path);
}

/** A run whose requests are fetched, and the folder they come to. */
export interface RunToFetch {
  readonly runId: string;
  readonly folder: string;
}

/** Fetches those of several runs, {@link RUNS_AT_ONCE} in one call; of a run that asked for nothing none. Stops as {@link fetchBundles}. */
export async function fetchBundlesOfRuns(
  target: Target,
  runs: readonly RunToFetch[],
): Promise<{ readonly runId: string; readonly path: string }[]> {
  const fetched: { readonly runId: string; readonly path: string }[] = [];
  for (let first = 0; first < runs.length; first += RUNS_AT_ONCE)
    fetched.push(...(await fetchAtOnce(target, runs.slice(first, first + RUNS_AT_ONCE))));
  return fetched;
}

async function fetchAtOnce(target: Target, runs: readonly RunToFetch[]) {
  const folders = new Map(runs.map(({ runId, folder }) => [runId, folder]));
  const beside = runs[0]?.folder ?? "";
  await mkdir(beside, { recursive: true, mode: 0o700 });
  const landing = await mkdtemp(join(beside, ".arriving-"));
  try {
    const { arrived, bundles } = await receive(target, [...folders.keys()], landing);
    const placed = bundles.map(({ runId, bundle }) => ({
      runId,
      path: join(folders.get(runId) ?? "", bundle),
      bundle,
    }));
    for (const { runId, path, bundle } of placed) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rm(path, { recursive: true, force: true });
      await rename(join(arrived, runId, bundle), path);
    }
    return placed;
  } finally {
    await rm(landing, { recursive: true, force: true });
  }
}

/** A bundle that arrived, below the folder of its run. */
interface ArrivedBundle {
  readonly runId: string;
  readonly bundle: string;
}

async function receive(
  target: Target,
  runIds: readonly string[],
  landing: string,
): Promise<{ readonly arrived: string; readonly bundles: readonly ArrivedBundle[] }> {
  const words = ["orchestrate", "requests", ...runIds];
  let tries = 0;
  const { status, stderr, bundles, others, arrived } = await askedAgain(async () => {
    tries += 1;
    const arrived = join(landing, String(tries));
    await mkdir(arrived, { mode: 0o700 });
    return { ...(await receiveOnce(target, { words, runIds }, arrived)), arrived };
  });
  insistNoStop(others, target, runIds.length === 1 ? runIds[0] : undefined);
  if (status === undefined) throw lineBroken(target, stderr);
  if (status !== 0) throw hostFailed(words, status, stderr);
  return { arrived, bundles };
}

async function receiveOnce(
  target: Target,
  { words, runIds }: { readonly words: readonly string[]; readonly runIds: readonly string[] },
  folder: string,
): Promise<HostAnswer & { readonly bundles: readonly ArrivedBundle[]; readonly others: HostEvent[] }> {
  const others: HostEvent[] = [];
  const landing = landingIn(folder, runIds);
  try {
    const answer = await callHost(target, {
      words,
      onEvent: async (event) => {
        if (event.event !== "file") {
          if (others.push(event) > OTHERS_CAP) throw foreign("other things than files");
          return;
        }
        const piece = bundleFileEvent.safeParse(event);
        if (!piece.success) throw foreign("a file of another name or form");
        await landing.take(piece.data);
      },
    });
    if (answer.status === 0) landing.insistWhole();
    return { ...answer, bundles: landing.bundles(), others };
  } finally {
    await landing.close();
  }
}

/** A file that is arriving. */
interface Arriving {
  readonly handle: FileHandle;
  readonly told: Pick<BundleFile, "run_id" | "bundle" | "name" | "sha256" | "size">;
  readonly hash: Hash;
  bytes: number;
}

// Files come one behind the other, each in pieces that are written as they come.
function landingIn(folder: string, runIds: readonly string[]) {
  const seen = new Set<string>();
  const bundles = new Map<string, ArrivedBundle>();
  let present: Arriving | undefined;
  let room = runIds.length * BUNDLES_AT_ONCE * BUNDLE_CAP;
  const begin = async (piece: BundleFile): Promise<Arriving> => {
    if (present) throw foreign(`${present.told.name} cut off`);
    const runId = piece.run_id ?? (runIds.length === 1 ? runIds[0] : undefined);
    if (runId === undefined || !runIds.includes(runId)) throw foreign("files of a run that was not asked for");
    const path = join(runId, piece.bundle, piece.name);
    if (seen.has(path)) throw foreign("the same file twice");
    room -= piece.size;
    if (room < 0) throw foreign("more than a request needs");
    seen.add(path);
    const place = join(runId, piece.bundle);
    if (!bundles.has(place)) await mkdir(join(folder, place), { recursive: true, mode: 0o700 });
    bundles.set(place, { runId, bundle: piece.bundle });
    const handle = await open(join(folder, path), "wx", 0o600);
    return { handle, told: piece, hash: createHash("sha256"), bytes: 0 };
  };
  return {
    take: async (piece: BundleFile): Promise<void> => {
      if (piece.offset === 0) present = await begin(piece);
      const file = present;
      if (!file || !continues(file, piece)) throw foreign("a piece that continues no file");
      const bytes = Buffer.from(piece.data, "base64");
      if (bytes.length === 0 && piece.size > 0) throw foreign("an empty piece");
      file.bytes += bytes.length;
      if (file.bytes > piece.size) throw foreign(`${piece.name} longer than announced`);
      file.hash.update(bytes);
      await file.handle.appendFile(bytes);
      if (file.bytes < piece.size) return;
      await file.handle.close();
      present = undefined;
      if (file.hash.digest("hex") !== piece.sha256) throw foreign(`${piece.name} with another digest than announced`);
    },
    insistWhole: (): void => {
      if (present) throw foreign(`${present.told.name} cut off`);
    },
    bundles: (): readonly ArrivedBundle[] => [...bundles.values()],
    close: async (): Promise<void> => {
      await present?.handle.close();
    },
  };
}

const continues = ({ told, bytes }: Arriving, piece: BundleFile): boolean =>
  piece.offset === bytes &&
  (["run_id", "bundle", "name", "sha256", "size"] as const).every((key) => piece[key] === told[key]);

function foreign(saw: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the host sends ${saw}`,
    wanted: "the bundles of this run",
    hint: "nothing was kept; look at the host before you ask it again",
  });
}
