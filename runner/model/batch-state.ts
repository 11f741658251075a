// batches/<batch_id>/state.json: where a batch stood when somebody last looked, for whoever cannot ask the database. A projection; it
// decides nothing.
import * as z from "zod";
import { BATCH_ID } from "./batch.ts";
import { canonicalText } from "./canonical.ts";
import { DOCUMENT_ID, RUN_ID } from "./ids.ts";

const text = z.string().max(4_000);
const batchStateSchema = z.strictObject({
  schema_version: z.literal("1"),
  batch_id: z.string().regex(BATCH_ID),
  state: text,
  wave: z.int(),
  documents: z.int(),
  enacted: z.int(),
  quarantined: z.int(),
  stopped: text.nullable(),
  close_kind: text.nullable(),
  close_reason: text.nullable(),
  /** Whether nothing goes on without people. A file of an earlier release does not say it. */
  rests: z.boolean().default(false),
  members: z.array(
    z.strictObject({
      document_id: z.string().regex(DOCUMENT_ID),
      run_id: z.string().regex(RUN_ID).nullable(),
      wave: z.int(),
      standing: text,
      reason: text.nullable(),
    }),
  ),
});
export type BatchStateJson = z.infer<typeof batchStateSchema>;

/** Name of the file in the batch's folder. */
export const BATCH_STATE_FILE = "state.json";
export const batchStateText = (state: BatchStateJson): string => canonicalText(state);

/** Undefined for text of another form. */
export const parseBatchState = (value: unknown): BatchStateJson | undefined => batchStateSchema.safeParse(value).data;
