// Brings the requests of a batch that waits to this machine: each run's bundles as they are fetched one by one, and one list a gate.
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isBatchId, MOST_DOCUMENTS } from "../../runner/model/batch.ts";
import { canonicalText } from "../../runner/model/canonical.ts";
import { batchEvent, batchMemberEvent, type BatchAnswer } from "../../runner/model/events.ts";
import { isDocumentId, isRunId, type DocumentId, type RunId } from "../../runner/model/ids.ts";
import { GATES, type Gate } from "../../runner/model/run.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { WAITS_FOR } from "../../runner/rules/batch-progress.ts";
import { WAVE_FILE, type WaveBundle } from "../signing/wave-bundle.ts";
import { fetchBundlesOfRuns } from "./fetch-bundles.ts";
import { answersOf, eventsLike } from "./host-call.ts";
import type { Target } from "./target.ts";

/** One wave bundle that was written: the gate it asks for, its folder, and how many documents stand in it. */
export interface FetchedWave {
  readonly gate: Gate;
  readonly folder: string;
  readonly members: number;
}

/** What was brought, and the requests that a document could not be asked for now, as words for people. */
export interface Fetched {
  readonly waves: readonly FetchedWave[];
  readonly lacking: readonly string[];
}

/** By the standing that a host tells, which may be any word. */
const ASKED: Readonly<Record<string, readonly Gate[]>> = WAITS_FOR;

/** A document as a host tells it: its name and its run become folders here. */
interface Waiting {
  readonly document_id: DocumentId;
  readonly run_id: RunId;
  readonly standing: string;
}

/** What a host says of this batch. STOP_COULD_NOT_LOOK when it is no batch that one could have opened. */
function waitingOf(
  id: string,
  events: Parameters<typeof eventsLike>[1],
): { readonly batch: BatchAnswer | undefined; readonly waiting: readonly Waiting[] } {
  const batch = eventsLike(batchEvent, events).find(({ batch_id }) => batch_id === id);
  const members = eventsLike(batchMemberEvent, events).filter(({ batch_id }) => batch_id === id);
  const waiting = members.flatMap(({ document_id, run_id, standing }): Waiting[] => {
    if (!Object.hasOwn(ASKED, standing) || run_id === null) return [];
    if (isDocumentId(document_id) && isRunId(run_id)) return [{ document_id, run_id, standing }];
    throw strangeBatch("a document or a run of another form");
  });
  if (members.length > MOST_DOCUMENTS) throw strangeBatch(`${members.length} documents`);
  if (new Set(waiting.map(({ document_id }) => document_id)).size < waiting.length)
    throw strangeBatch("one document twice");
  if (new Set(waiting.map(({ run_id }) => run_id)).size < waiting.length) throw strangeBatch("one run twice");
  return { batch, waiting };
}

const strangeBatch = (what: string): Stopped =>
  new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the host tells of a batch with ${what}`,
    wanted: `at most ${MOST_DOCUMENTS} documents, each once and with a run of its own`,
    hint: "nothing was written here; look whether this is the host that you meant",
  });

/**
 * Writes `<folder>/<gate>/<document>` for every document that waits for signatures, and `<folder>/<gate>/wave.json` for each gate.
 * STOP_REFUSED_INPUT when nobody is waited for.
 */
export async function fetchWave(target: Target, id: string, folder: string): Promise<Fetched> {
  if (!isBatchId(id))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "not a valid batch id", wanted: "ictb-<UTC>-<8 hex>" });
  const { batch, waiting } = waitingOf(id, await answersOf(target, ["orchestrate", "batch", "status", id]));
  if (!batch || waiting.length === 0)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `no document of ${id} waits for signatures`,
      wanted: "a batch that waits for people",
      next: `npm run batch -- status ${id}`,
    });
  const lists = new Map<Gate, WaveBundle["members"]>();
  const lacking: string[] = [];
  const arrived = await fetchBundlesOfRuns(
    target,
    waiting.map(({ run_id, document_id }) => ({ runId: run_id, folder: join(folder, "arrived", document_id) })),
  );
  for (const { document_id, run_id, standing } of waiting) {
    const awaited = new Set(ASKED[standing]);
    for (const { path } of arrived.filter(({ runId }) => runId === run_id)) {
      const gate = GATES.find((known) => basename(path).startsWith(`${known}-`));
      if (gate === undefined || !awaited.delete(gate)) continue;
      const place = join(folder, gate, document_id);
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      await rm(place, { recursive: true, force: true });
      await rename(path, place);
      lists.set(gate, [...(lists.get(gate) ?? []), { document_id, run_id, bundle: document_id }]);
    }
    lacking.push(...[...awaited].map((gate) => `${document_id}: no ${gate} can be signed now`));
  }
  await rm(join(folder, "arrived"), { recursive: true, force: true });
  const fetched: FetchedWave[] = [];
  for (const [gate, members] of lists) {
    const wave: WaveBundle = { batch_id: id, wave: batch.wave, gate, members };
    const place = join(folder, gate);
    await writeFile(join(place, WAVE_FILE), canonicalText(wave), { mode: 0o600 });
    fetched.push({ gate, folder: place, members: members.length });
  }
  return { waves: fetched, lacking };
}
