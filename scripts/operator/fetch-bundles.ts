// Brings request bundles to this machine. The host chooses no path here: names are words of a list, sizes are capped, digests are compared.
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../runner/model/canonical.ts";
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

/**
 * Writes the newest bundle of each gate to `<folder>/<gate>-<n>` and answers these folders; a bundle that was fetched before is
 * written anew. STOP_COULD_NOT_LOOK when the line breaks or a file is not what the host said it is; then nothing is replaced.
 */
export async function fetchBundles(target: Target, runId: string, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const landing = await mkdtemp(join(folder, ".arriving-"));
  try {
    const files = await receive(target, runId);
    const bundles = [...new Set(files.map((file) => file.bundle))];
    for (const bundle of bundles) await mkdir(join(landing, bundle), { mode: 0o700 });
    for (const file of files)
      await writeFile(join(landing, file.bundle, file.name), bytesOf(file), { flag: "wx", mode: 0o600 });
    for (const bundle of bundles) {
      await rm(join(folder, bundle), { recursive: true, force: true });
      await rename(join(landing, bundle), join(folder, bundle));
    }
    return bundles.map((bundle) => join(folder, bundle));
  } finally {
    await rm(landing, { recursive: true, force: true });
  }
}

async function receive(target: Target, runId: string): Promise<BundleFile[]> {
  const words = ["orchestrate", "requests", runId];
  const { status, stderr, files, others } = await askedAgain(() => receiveOnce(target, words));
  insistNoStop(others, target, runId);
  if (status === undefined) throw lineBroken(target, stderr);
  if (status !== 0) throw hostFailed(words, status, stderr);
  return files;
}

async function receiveOnce(
  target: Target,
  words: readonly string[],
): Promise<HostAnswer & { readonly files: BundleFile[]; readonly others: HostEvent[] }> {
  const files: BundleFile[] = [];
  const others: HostEvent[] = [];
  let room = BUNDLES_AT_ONCE * BUNDLE_CAP;
  const answer = await callHost(target, {
    words,
    onEvent: (event) => {
      if (event.event !== "file") return void others.push(event);
      const file = bundleFileEvent.safeParse(event);
      if (!file.success) throw foreign("a file of another name or form");
      room -= file.data.data.length * 0.75;
      if (room < 0) throw foreign("more than a request needs");
      if (files.some((known) => known.bundle === file.data.bundle && known.name === file.data.name))
        throw foreign("the same file twice");
      files.push(file.data);
    },
  });
  return { ...answer, files, others };
}

function bytesOf(file: BundleFile): Buffer {
  const bytes = Buffer.from(file.data, "base64");
  if (sha256(bytes) !== file.sha256) throw foreign(`${file.name} with another digest than announced`);
  return bytes;
}

function foreign(saw: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the host sends ${saw}`,
    wanted: "the bundles of this run",
    hint: "nothing was kept; look at the host before you ask it again",
  });
}
