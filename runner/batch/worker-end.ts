// How a worker of batches ends: at rest, or crash-only. Whatever breaks off under it, its look for work as well as its scheduler, ends the
// process; one that stayed half alive would take legs and hand nobody's back.
import { Stopped } from "../model/stop.ts";

/** The exit status of a worker that came to rest, or in words why its process must end; never a rejection. */
export async function endOfWorker(
  resting: Promise<number>,
  broken: readonly Promise<string>[],
): Promise<number | string> {
  const why = resting.catch((error: unknown) => {
    if (error instanceof Stopped) return `its look for work broke off: ${error.code}: ${error.facts.saw}`;
    return `its look for work broke off: ${error instanceof Error ? error.message : String(error)}`;
  });
  return Promise.race([why, ...broken]);
}
