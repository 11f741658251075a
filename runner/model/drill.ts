// A restore drill: what the operator's machine needs to restore a backup without the host, and the record it leaves.
import * as z from "zod";
import { contentDigestsSchema, extensionSchema, sourceRoleSchema } from "./backup-receipt.ts";
import { FINGERPRINT, RUN_ID } from "./ids.ts";
import { sha } from "./sha-schema.ts";

/** `inherited` is absent in packages that an older release fetched. */
const role = z.strictObject({ ...sourceRoleSchema.shape, inherited: z.array(z.string()).exactOptional() });

/**
 * The newest receipt of a run and the frame its dump is restored into: roles, schemas, locale and checksum statements, as the
 * source answers them. Kept beside the file, so that a drill works when the host is gone.
 */
export const drillPackageSchema = z.strictObject({
  run_id: z.string().regex(RUN_ID),
  attempt: z.int().min(1),
  file_sha: sha,
  size_bytes: z.int().min(1),
  recipient: z.string().regex(FINGERPRINT),
  content_digests: contentDigestsSchema,
  content_digests_sha: sha,
  rights_sha: sha,
  /** Server version of the source; absent in packages that an older release fetched. */
  source_version: z.string().optional(),
  frame: z.strictObject({
    encoding: z.string(),
    lc_collate: z.string(),
    lc_ctype: z.string(),
    schemas: z.array(z.string()),
    carried: z.array(z.string()),
    public_usage: z.boolean(),
    roles: z.array(role),
    checksum_statements: z.array(z.strictObject({ name: z.string(), statement: z.string() })),
    /** Absent in packages of releases that could not back up a database with extensions. */
    extensions: z.array(extensionSchema).default([]),
    parameters: z.array(z.string()).default([]),
  }),
});
export type DrillPackage = z.infer<typeof drillPackageSchema>;

/** One drill that went well. `kind` head: the key opens the file; whole: every row of the receipt was restored. */
export const drillRecordSchema = z.strictObject({
  schema_version: z.literal("1"),
  run_id: z.string().regex(RUN_ID),
  kind: z.enum(["head", "whole"]),
  at: z.iso.datetime(),
  file_sha: sha,
  recipient: z.string().regex(FINGERPRINT),
  tables: z.int().min(0),
  rows: z.int().min(0),
  actor: z.string(),
  machine: z.string(),
});
export type DrillRecord = z.infer<typeof drillRecordSchema>;

/** Name of a record's file below `backups/drills`. */
export const DRILL_FILE = /^\d{8}T\d{6}Z-(?:head|whole)-ictr-\d{8}T\d{6}Z-[0-9a-f]{8}\.json$/;

/** Days after which the newest whole drill no longer says anything about today's key and programs. */
export const DRILL_DAYS = 30;
