// The file locks/HALT or locks/HALT.<run_id>: it stops this host before any database is asked.
import * as z from "zod";

/** Who halted and why; halt_id is null until the halt has its row, and for ever when the database could not be reached. */
export const haltFileSchema = z.strictObject({
  halt_id: z
    .string()
    .regex(/^\d{1,18}$/)
    .nullable(),
  reason: z.string(),
  actor: z.string(),
  at: z.iso.datetime(),
});
export type HaltFile = z.infer<typeof haltFileSchema>;
