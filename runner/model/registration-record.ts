// What registration records beside a snapshot: by which grammar the version is cut, and which enacted text it follows.
import * as z from "zod";
import { grammarRequest } from "./grammar-request.ts";
import { DOCUMENT_ID } from "./ids.ts";
import { sha } from "./sha-schema.ts";

const supersededUnit = z.strictObject({ address: z.string(), title_sha: sha, content_hash: sha });
/** One unit of the enacted text: `content_hash` is that of its body. */
export type SupersededUnit = z.infer<typeof supersededUnit>;

/**
 * The enacted document that a version follows. `source_version_id` is the version it was cut from, null where no run of this
 * database cut it; `compared_sha` the digest of the text compared with, ../rules/supersession.ts; `units` its units by address.
 */
export const supersedesSchema = z.strictObject({
  document_id: z.string().regex(DOCUMENT_ID),
  source_version_id: z.string().nullable(),
  compared_sha: sha,
  units: z.array(supersededUnit).min(1),
});
export type Supersedes = z.infer<typeof supersedesSchema>;

/** `artifacts/<source_version_id>.registration.json`: RFC 8785 bytes (docs/decisions/0028-new-versions.md). */
export const registrationRecord = z.strictObject({
  source_version_id: z.string(),
  region_sha: sha,
  grammar: grammarRequest,
  supersedes: supersedesSchema.exactOptional(),
});
export type RegistrationRecord = z.infer<typeof registrationRecord>;
