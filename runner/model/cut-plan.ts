// The frozen list of rows a run will write: the thing people sign.

/** One row of fn_iu_create. `idempotency_key` is run-derived and outside writer_digest. */
export interface PlanRow {
  readonly ordinal: number;
  readonly canonical_address: string;
  readonly unit_kind: string;
  readonly section_type: string;
  readonly title: string;
  readonly title_sha: string;
  readonly body: string;
  readonly content_hash: string;
  readonly parent_address: string | null;
  readonly owner_ref: string;
  readonly publication_type: string;
  readonly idempotency_key: string;
  /** Only in the plan of a new version; inside writer_digest. */
  readonly supersedes?: SupersededRow;
}

/** The enacted unit that a row takes the place of; `address` and `content_hash` null where the new version has a new unit. */
export type SupersededRow = Readonly<{
  document_id: string;
  /** Digest of the whole enacted text that was compared with. */
  compared_sha: string;
  address: string | null;
  content_hash: string | null;
}>;

/** cut_plan.json: the exact rows with the digests that name them; RFC 8785 bytes in bundle and run folder. */
export interface CutPlan {
  readonly run_id: string;
  readonly document_id: string;
  readonly source_version_id: string;
  readonly region_sha: string;
  readonly manifest_digest: string;
  /** sha256 of RFC 8785 rows without text, run-derived ids and keys. */
  readonly writer_digest: string;
  readonly rows: readonly PlanRow[];
}
