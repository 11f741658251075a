// Brings the page of a closed batch to this machine.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isBatchId } from "../../runner/model/batch.ts";
import { batchEvent } from "../../runner/model/events.ts";
import { answersOf, askedAgain, eventsLike, hostFailed, lineBroken, wordsOfHost } from "./host-call.ts";
import type { Target } from "./target.ts";

/** Writes `<folder>/batch-report.html` and answers its path; undefined while the batch is open, or for an id of another form. */
export async function fetchBatchPage(target: Target, id: string, folder: string): Promise<string | undefined> {
  if (!isBatchId(id)) return undefined;
  const [batch] = eventsLike(batchEvent, await answersOf(target, ["orchestrate", "batch", "status", id]));
  if (batch === undefined || batch.close_kind === null) return undefined;
  const words = ["orchestrate", "batch", "page", id];
  const { status, stdout, stderr } = await askedAgain(() => wordsOfHost(target, words));
  if (status === undefined) throw lineBroken(target, stderr);
  if (status !== 0) throw hostFailed(words, status, stderr);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "batch-report.html");
  await writeFile(file, stdout, { mode: 0o600 });
  return file;
}
