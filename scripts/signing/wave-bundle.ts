// A wave bundle: the request bundles of one gate of the documents of a wave, and a list of them. It is made on this side from what was
// fetched, so it says nothing that the bundles do not say.
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { BATCH_ID, MOST_DOCUMENTS } from "../../runner/model/batch.ts";
import { DOCUMENT_ID, RUN_ID } from "../../runner/model/ids.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { GATES } from "../../runner/model/run.ts";
import { Stopped } from "../../runner/model/stop.ts";

/** Name of the list in its folder. */
export const WAVE_FILE = "wave.json";
const CAP = 256 * 1024;

/** `bundle` is the folder of a request below the wave's own. */
const waveSchema = z.strictObject({
  batch_id: z.string().regex(BATCH_ID),
  wave: z.int().min(0),
  gate: z.enum(GATES),
  members: z
    .array(
      z.strictObject({
        document_id: z.string().regex(DOCUMENT_ID),
        run_id: z.string().regex(RUN_ID),
        bundle: z.string().regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/),
      }),
    )
    .min(1)
    .max(MOST_DOCUMENTS),
});
export type WaveBundle = z.infer<typeof waveSchema>;

/** Whether a folder is a wave's and not one request's. */
export const isWaveBundle = (folder: string): boolean => existsSync(join(folder, WAVE_FILE));

/** STOP_APPROVAL_INVALID for a list of another form. */
export async function readWaveBundle(folder: string): Promise<WaveBundle> {
  const read = await readSafely(join(folder, WAVE_FILE), CAP);
  const parsed = waveSchema.safeParse(read.ok ? jsonOf(read.bytes.toString("utf8")) : undefined);
  if (parsed.success) return parsed.data;
  throw new Stopped("STOP_APPROVAL_INVALID", {
    saw: `${WAVE_FILE} is ${read.ok ? "of another form" : read.reason}`,
    wanted: "a wave bundle as `npm run batch -- fetch <batch-id>` writes it",
  });
}
