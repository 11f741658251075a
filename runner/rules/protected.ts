// Which documents nobody may touch, and whether they still stand as they stood.
import { Stopped, type Verdict } from "../model/stop.ts";

/** Row of `sql/read/protected-hash.sql`. */
export interface ProtectedReading {
  readonly protected_hash: string;
  readonly units: number;
  readonly versions: number;
  readonly time_zone: string;
}

/** True when a configured name covers the document: the exact name, or a name ending in `*` that the document begins with. */
export function isProtected(documentId: string, prefixes: readonly string[]): boolean {
  return prefixes.some((name) => (name.endsWith("*") ? documentId.startsWith(name.replace(/\*+$/, "")) : documentId === name));
}

/**
 * STOP_DRIFT unless every protected unit and version is byte-equal. STOP_COULD_NOT_LOOK (thrown) when a reading was not made
 * under UTC: row text shows times, so digests of two time zones say nothing about each other.
 */
export function judgeProtected(before: ProtectedReading, after: ProtectedReading): Verdict {
  for (const reading of [before, after]) {
    if (reading.time_zone !== "UTC") {
      throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `protected documents read under time zone ${reading.time_zone}`, wanted: "a reading under UTC" });
    }
  }
  if (before.protected_hash === after.protected_hash) return undefined;
  return {
    code: "STOP_DRIFT",
    facts: {
      saw: `protected documents changed: ${counted(before)} before, ${counted(after)} now, digest ${after.protected_hash}`,
      wanted: `digest ${before.protected_hash}`,
    },
  };
}

function counted(reading: ProtectedReading): string {
  return `${reading.units} units in ${reading.versions} versions`;
}
