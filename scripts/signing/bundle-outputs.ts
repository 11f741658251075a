// What the run recorded, as far as a bundle shows it: every output must have the digest that the run's journal holds, so that nobody
// between the host and this machine can empty a list of findings or write another verdict.
import * as z from "zod";
import { digestOf, type Json } from "../../runner/model/canonical.ts";
import {
  grantProbeOutput,
  legBOutput,
  sourcePinOutput,
  structuralOutput,
  writeVerifyOutput,
} from "../../runner/model/outputs.ts";
import type { JournalEntry } from "../../runner/rules/journal.ts";
import type { Request } from "../../runner/model/statement.ts";

const outputsSchema = z.strictObject({
  source_pin: sourcePinOutput,
  grant_probe: grantProbeOutput,
  structural_verify: structuralOutput.exactOptional(),
  leg_b_record: legBOutput.exactOptional(),
  write_verify: writeVerifyOutput.exactOptional(),
});
type Outputs = z.infer<typeof outputsSchema>;

/** A verdict as people read it; `checks` are the names of what holds. */
export interface Verdict {
  readonly units: number;
  readonly bytes: number;
  readonly ledger_rows: number;
  readonly checks: readonly string[];
  readonly observed_digest: string;
}

/** Outputs that hold, or the sentence that says what does not. */
export function judgedOutputs(
  value: unknown,
  journal: readonly JournalEntry[],
): { readonly outputs: Outputs; readonly fault?: never } | { readonly outputs?: never; readonly fault: string } {
  const parsed = outputsSchema.safeParse(value);
  if (!parsed.success) return { fault: "not in its form" };
  const recorded = recordedDigests(journal);
  for (const [phase, output] of Object.entries(parsed.data))
    if (recorded.get(phase) !== digestOf(output as Json))
      return { fault: `the output of ${phase} is not the one the journal records` };
  return { outputs: parsed.data };
}

const phaseEntry = z.looseObject({ event: z.literal("phase"), phase: z.string(), output_sha: z.string() });

function recordedDigests(journal: readonly JournalEntry[]): ReadonlyMap<string, string> {
  return new Map(
    journal.flatMap(({ entry }) => {
      const { data } = phaseEntry.safeParse(entry);
      return data ? [[data.phase, data.output_sha] as const] : [];
    }),
  );
}

/** What the second principal saw, for an SG_2 request that names exactly it; undefined where it is missing or another. */
export function verdictOf(request: Request, outputs: Outputs): Verdict | undefined {
  const { structural_verify, leg_b_record, write_verify } = outputs;
  if (request.gate !== "SG_2_lifecycle_authz" || !structural_verify || !leg_b_record || !write_verify) return undefined;
  if (write_verify.observed_digest !== request.payload.observed_digest) return undefined;
  return {
    units: structural_verify.units,
    bytes: structural_verify.lossless_bytes,
    ledger_rows: leg_b_record.total_rows,
    checks: Object.keys(write_verify.checks),
    observed_digest: write_verify.observed_digest,
  };
}
