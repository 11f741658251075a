// Drift as text: the line a resource shows, its way back into values, and the marker that makes the engine act.
import { sha256 } from "../runner/model/canonical.ts";
import { printable } from "../runner/rules/text-hygiene.ts";
import type { DriftLine, Facts } from "./drift.ts";

/** What the program of an `up` says when the host is not the one that was adopted; one difference a line follows. */
export const NOT_ADOPTED = "STOP_DRIFT: the host is not the one that was adopted";
/** Begins every message that carries one difference. */
const WORD = "drift ";
// The engine puts the severity before a message.
const FIELDS =
  /^(?:warning: )?drift ("(?:[^"\\]|\\.)*") want ("(?:[^"\\]|\\.)*") have ("(?:[^"\\]|\\.)*") up ("(?:[^"\\]|\\.)*")/;

/** One difference as one line: every field escaped, so that a name on the host can neither break a line nor hide. */
export function driftMessage({ path, want, have, up }: DriftLine): string {
  const field = (text: string): string => JSON.stringify(printable(text));
  return `${WORD}${field(path)} want ${field(want)} have ${field(have)} up ${field(up)}`;
}

/** The difference in a message of the engine, or undefined when it is another message. Texts come back as they were printed: escaped. */
export function readDriftMessage(message: string, component: string): DriftLine | undefined {
  const fields = FIELDS.exec(message.trim())
    ?.slice(1)
    .map((text) => JSON.parse(text) as string);
  if (fields === undefined) return undefined;
  const [path = "", want = "", have = "", up = ""] = fields;
  return { component, path, want, have, up };
}

/** Variable of the program's environment, `true` while the state holds no part of the host: every part will be made then, not mended. */
export const NOTHING_LAID_VARIABLE = "CUTTER_NOTHING_LAID";

/**
 * Digest of the differences of one component and of the change witnesses of what differs (or of what it lies in, when it is
 * gone). The same difference after a repair gives another digest; no time of asking is in it, so two looks at an unchanged
 * host give the same. Only hex digits: text of the host must never enter a script.
 */
export function driftMarker(
  lines: readonly DriftLine[],
  facts: Facts,
  witnesses: Readonly<Record<string, string>>,
): string {
  const nearest = (path: string): string => {
    const found = Object.hasOwn(facts, path) ? facts[path] : undefined;
    if (found?.witness !== undefined) return found.witness;
    const above = found?.parent ?? path.slice(0, Math.max(0, path.lastIndexOf("/")));
    return Object.hasOwn(witnesses, above)
      ? (witnesses[above] ?? "")
      : above === "" || above === path
        ? ""
        : nearest(above);
  };
  return sha256(JSON.stringify(lines.map(({ path, want, have }) => [path, want, have, nearest(path)])));
}
