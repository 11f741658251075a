// How a worker of batches ends: at rest, or crash-only. Whatever breaks off under it, its look for work as well as its scheduler, ends the
// process; one that stayed half alive would take legs and hand nobody's back.
import { messageOf } from "../model/error-text.ts";

/** The exit status of a worker that came to rest, or in words why its process must end; never a rejection. */
export async function endOfWorker(
  resting: Promise<number>,
  broken: readonly Promise<string>[],
): Promise<number | string> {
  const rested = resting.catch((error: unknown) => `its look for work broke off: ${messageOf(error)}`);
  return Promise.race([rested, ...broken]);
}
