// One preview of a stack, read as drift.
import { preview } from "./pulumi.ts";
import type { Engine } from "./pulumi.ts";
import { readPreview } from "./engine-answer.ts";
import type { PreviewLines } from "./engine-answer.ts";

/** Seconds after which a host that hangs is given up: dial, probe and engine together. */
const LIMIT_SECONDS = 180;

/** Asks the engine once. Changes nothing, on the host or in the state. */
export async function lookWithEngine(engine: Engine): Promise<PreviewLines> {
  return readPreview(await preview(engine, { expectNoChanges: true, json: true, limitSeconds: LIMIT_SECONDS }));
}
