// One preview of a stack, read as drift.
import { preview } from "./pulumi.ts";
import type { Engine } from "./pulumi.ts";
import { readPreview } from "./engine-answer.ts";
import type { PreviewLines } from "./engine-answer.ts";

/** Seconds after which a host that hangs is given up: dial, probe and engine together. */
const LIMIT_SECONDS = 180;

/**
 * Asks the engine once. Changes nothing, on the host or in the state. `savePlan`: absolute path of a file that then holds
 * exactly what was looked at, for `up --plan`; the differences are read the same way, because the engine does not answer 7 then.
 */
export async function lookWithEngine(engine: Engine, savePlan?: string): Promise<PreviewLines> {
  const what = savePlan === undefined ? { expectNoChanges: true } : { savePlan };
  return readPreview(await preview(engine, { ...what, json: true, limitSeconds: LIMIT_SECONDS }));
}
