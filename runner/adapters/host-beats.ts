// Says every two seconds that this process lives. Whoever was not heard of for ten seconds has lost its leases to whoever takes them, and a
// process that was not heard of itself learns it here, without a clock of another machine.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../model/config.ts";
import { credentialOf } from "./credentials.ts";
import { postgresDatabase } from "./postgres.ts";
import { ownHolder } from "./run-process.ts";

const BEAT_MILLISECONDS = 2_000;
/** After a beat that failed, as when every connection of the role was in use. */
const AGAIN_MILLISECONDS = 200;
/** As cutter_runtime.is_silent counts. */
const SILENT_MILLISECONDS = 10_000;

/** A process that beats. */
export interface HostBeats {
  /** Resolves when no beat was answered for so long that others may have taken over what this process holds. */
  readonly lost: Promise<string>;
  /** What it is at from the next beat on. */
  doing(what: string): void;
  end(): void;
}

/**
 * Begins; returns after the first beat was answered or failed. `doing`: a run id, or what else this process does. A beat takes a place of
 * cutter_exec for as long as one statement lasts.
 */
export async function startBeats(config: Config, release: string, doing: string): Promise<HostBeats> {
  const database = postgresDatabase(config, (role) => credentialOf(config, role), { single: true });
  let now = doing;
  const asked = { process: ownHolder(), release, key: randomBytes(32).toString("hex") };
  let heard = performance.now();
  let ended = false;
  const beat = async (): Promise<number> => {
    try {
      await database.transaction("exec", (tx) => tx.one("write/host-beat", { ...asked, doing: now }));
      heard = performance.now();
      return BEAT_MILLISECONDS;
    } catch {
      // The next one may get through; that none does is what `lost` tells.
      return AGAIN_MILLISECONDS;
    }
  };
  let wait = await beat();
  void (async () => {
    while (!ended) {
      await sleep(wait, undefined, { ref: false });
      if (!ended) wait = await beat();
    }
  })();
  const lost = (async (): Promise<string> => {
    while (!ended && performance.now() - heard < SILENT_MILLISECONDS) await sleep(500, undefined, { ref: false });
    return ended ? new Promise<string>(() => undefined) : "not heard of for ten seconds";
  })();
  return { lost, doing: (what) => void (now = what), end: () => void (ended = true) };
}
