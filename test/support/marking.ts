// Short ways to mark a text and look at what came out.
import { genericAtx1 } from "../../runner/grammar/generic-atx-1.ts";
import type { GenericOptions, Manifest, MarkResult, Refusal } from "../../runner/model/manifest.ts";

/** empty_body and caps default to what a host refuses and allows; the rest is the live mapping. */
export interface Marking {
  readonly empty_body?: GenericOptions["empty_body"];
  readonly units?: number;
  readonly hard?: number;
  readonly prefix?: string;
  readonly section_types?: readonly string[];
}

/** Marks a text or bytes. */
export function marking(source: string | Buffer, options: Marking = {}): MarkResult {
  const bytes = typeof source === "string" ? Buffer.from(source, "utf8") : source;
  return genericAtx1.mark(
    bytes,
    options.prefix ?? "TEST",
    {
      empty_body: options.empty_body ?? "refuse",
      section_types: options.section_types ?? ["section", "article", "principle"],
    },
    { units: options.units ?? 500, hard: options.hard ?? 1000 },
  );
}

/** The manifest, or a failing test that names the refusal. */
export function manifestOf(source: string | Buffer, options: Marking = {}): Manifest {
  const result = marking(source, options);
  if (result.refusal) throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
  return result.manifest;
}

/** The refusal, or a failing test. */
export function refusalOf(source: string | Buffer, options: Marking = {}): Refusal {
  const result = marking(source, options);
  if (!result.refusal) throw new Error(`not refused: ${result.manifest.units.length} units`);
  return result.refusal;
}

/** Title and body by address. */
export const texts = (source: string | Buffer, options: Marking = {}): Record<string, [string, string]> =>
  Object.fromEntries(manifestOf(source, options).units.map((unit) => [unit.address, [unit.title, unit.body]]));
