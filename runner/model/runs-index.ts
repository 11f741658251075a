// runs-index.jsonl: one hash-chained line a closed run.
import * as z from "zod";
import type { Json } from "./canonical.ts";
import { sha } from "./sha-schema.ts";

/** One line; `line_sha` covers `prev_sha` and the record. */
export interface IndexLine {
  readonly prev_sha: string;
  readonly line_sha: string;
  readonly record: Json;
}

const json: z.ZodType<Json> = z.json();
/** Form of one line. */
export const indexLineSchema: z.ZodType<IndexLine> = z.strictObject({ prev_sha: sha, line_sha: sha, record: json });
