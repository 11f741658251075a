// What a backup is: which rows it holds, where it lies, and the proof that it was restored.
import * as z from "zod";
import { FINGERPRINT } from "./ids.ts";
import { sha } from "./sha-schema.ts";

/** Rows and the SHA-256 of all rows as text in primary key order, by `schema.table`. */
export const contentDigestsSchema = z.record(z.string(), z.strictObject({ rows: z.int().min(0), sha }));
export type ContentDigests = z.infer<typeof contentDigestsSchema>;

/** What the restored copy showed. `tables` was read from the scratch server, never copied from the source's reading. */
export const backupProofSchema = z.strictObject({
  adapter: z.string(),
  server_version: z.string(),
  source_version: z.string(),
  restored_at: z.iso.datetime(),
  file_sha: sha,
  encryption_subkey: z.string().regex(FINGERPRINT),
  /** Digest of owners and rights of every dumped object, equal in source and copy. */
  rights_sha: sha,
  tables: contentDigestsSchema,
});
export type BackupProof = z.infer<typeof backupProofSchema>;

/**
 * One accepted backup. Only `content_digests_sha` enters the output of phase 4, so that a second attempt over equal rows keeps
 * every later hash; file, recipient and proof are bound by the EXECUTION authorization. `file` is relative to the runtime root.
 */
export const backupReceiptSchema = z.strictObject({
  file: z.string(),
  content_digests: contentDigestsSchema,
  content_digests_sha: sha,
  file_sha: sha,
  size_bytes: z.int().min(1),
  /** Full fingerprint of the recipient's primary key. */
  recipient: z.string().regex(FINGERPRINT),
  proof: backupProofSchema,
  proof_sha: sha,
});
export type BackupReceipt = z.infer<typeof backupReceiptSchema>;

/** A role of the source as the scratch server makes it again; `inherited`: those of `member_of` whose rights it inherits. */
export const sourceRoleSchema = z.object({
  role: z.string(),
  inherit: z.boolean(),
  login: z.boolean(),
  bypass_rls: z.boolean(),
  connection_limit: z.int(),
  member_of: z.array(z.string()),
  inherited: z.array(z.string()),
  owner: z.boolean(),
});

/** Owner and sorted rights of one dumped object, as sql/read/backup/rights.sql answers. */
export interface ObjectRights {
  readonly what: string;
  readonly owner: string;
  readonly rights: readonly string[];
}

/** A relation of the dumped schemas; `carried` ones go into the dump, the others are excluded by name. */
export interface DumpableRelation {
  readonly name: string;
  readonly schema: string;
  readonly relation: string;
  readonly kind: string;
  readonly carried: boolean;
}

/** Something a carried relation needs and the dump would not hold; `key` is the constraint's name where it is a foreign key. */
export interface LeftOut {
  readonly missing: string;
  readonly needed_by: string;
  readonly reason: string;
  readonly key: string;
}

/** An object that the dump leaves out, by its place in the catalogs; `what` in the words of sql/read/backup/rights.sql. */
export interface SetAside {
  readonly catalog: string;
  readonly oid: string;
  readonly schema: string;
  readonly what: string;
}

/** An extension that a restored copy has, as the source has it. */
export const extensionSchema = z.strictObject({
  extension: z.string(),
  version: z.string(),
  schema: z.string(),
  owner: z.string(),
});
export type Extension = z.infer<typeof extensionSchema>;

/** One OpenPGP packet as it lies in a file; `version`, `key_id` (upper-case hex) and `algorithm` only where the packet has them. */
export interface EnvelopePacket {
  readonly tag: number;
  readonly version: number | null;
  readonly key_id: string | null;
  readonly bytes: number;
}

/** Output of phase 4. */
export const backupOutput = z.strictObject({ content_digests: contentDigestsSchema, content_digests_sha: sha });
export type BackupOutput = z.infer<typeof backupOutput>;
