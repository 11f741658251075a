// What a rehearsal found, in words that do not depend on the bytes of a dump: its digest is part of what EXECUTION signs.
import * as z from "zod";
import { DOCUMENT_ID, RUN_ID } from "./ids.ts";
import { sha } from "./sha-schema.ts";

const count = z.int().min(0);

/** Attempted row changes of one table (`schema.table`). */
const tableChanges = z.strictObject({ table: z.string(), ins: count, upd: count, del: count });

/** Effects by the name of their prediction: a revert after leg B writes one decision more than one before it. */
export const COUNTED = [
  "cut_leg_a",
  "leg_b_record",
  "write_verify",
  "lifecycle_enact",
  "revert",
  "revert_ledger",
] as const;
export type CountedEffect = (typeof COUNTED)[number];

/** Facts of one rehearsal: whose plan over which content, and exactly what each effect changed. `units` is N. */
export const rehearsalSchema = z.strictObject({
  version: z.literal("1"),
  run_id: z.string().regex(RUN_ID),
  writer_digest: sha,
  units: z.int().min(1),
  content_digests_sha: sha,
  proved: z.array(z.string()),
  /** The other documents of its wave that were carried through the same two copies, in the order of work. */
  together: z
    .array(
      z.strictObject({
        document_id: z.string().regex(DOCUMENT_ID),
        run_id: z.string().regex(RUN_ID),
        writer_digest: sha,
      }),
    )
    .min(1)
    .exactOptional(),
  counts: z.record(z.enum(COUNTED), z.array(tableChanges).readonly()),
});
export type Rehearsal = z.infer<typeof rehearsalSchema>;

/** Name of the journal entry that keeps a rehearsal's facts. */
export const REHEARSED = "rehearsed";
