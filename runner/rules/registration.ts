// The two registry rows a new source needs, as statements a database administrator applies; the runner never does.
import { sourceDocumentId, sourceVersionId } from "../model/source-ids.ts";

/** document_id: the prefix. region_sha: becomes content_checksum. document_ref: human name of the document, unique in the registry. */
export interface Registration {
  readonly document_id: string;
  readonly region_sha: string;
  readonly document_ref: string;
  readonly version_label: string;
  readonly authority_class: string;
}

/** One statement with bound parameters. A check must answer one row whose column `ok` is true. */
export interface RegistrationStatement {
  readonly purpose: string;
  readonly statement: string;
  readonly params: readonly string[];
}

/** apply and undo run in one transaction each, in order; check proves the rows, and that this version is the newest. */
export interface RegistrationPackage {
  readonly source_document_id: string;
  readonly source_version_id: string;
  readonly apply: readonly RegistrationStatement[];
  readonly check: readonly RegistrationStatement[];
  readonly undo: readonly RegistrationStatement[];
}

const DOCUMENTS = "cutter_governance.source_document_registry";
const VERSIONS = "cutter_governance.source_document_version_registry";

const INSERT_DOCUMENT = `INSERT INTO ${DOCUMENTS} (source_document_id, source_document_ref, address_docprefix, authority_class, status)
VALUES ($1::uuid, $2, $3, $4, 'active')
ON CONFLICT (address_docprefix) DO NOTHING`;
const INSERT_VERSION = `INSERT INTO ${VERSIONS} (source_version_id, source_document_id, version_label, content_checksum, status, captured_at)
SELECT $1, d.source_document_id, $2, $3, 'snapshot_captured', pg_catalog.clock_timestamp()
  FROM ${DOCUMENTS} d
 WHERE d.address_docprefix = $4
ON CONFLICT (source_version_id) DO NOTHING`;
const CHECK_DOCUMENT = `SELECT pg_catalog.count(*) = 1 AS ok
  FROM ${DOCUMENTS}
 WHERE address_docprefix = $1 AND source_document_ref = $2 AND authority_class = $3 AND status = 'active'`;
const CHECK_VERSION = `SELECT coalesce((
       SELECT v.source_version_id = $2 AND v.content_checksum = $3
         FROM ${VERSIONS} v JOIN ${DOCUMENTS} d USING (source_document_id)
        WHERE d.address_docprefix = $1
        ORDER BY v.captured_at DESC, v.source_version_id DESC
        LIMIT 1), false) AS ok`;
const DELETE_VERSION = `DELETE FROM ${VERSIONS} WHERE source_version_id = $1 AND content_checksum = $2`;
const DELETE_DOCUMENT = `DELETE FROM ${DOCUMENTS} d
 WHERE d.source_document_id = $1::uuid
   AND NOT EXISTS (SELECT FROM ${VERSIONS} v WHERE v.source_document_id = d.source_document_id)`;

/**
 * The registration of one version. Applying it twice changes nothing; a prefix that another document holds fails the check
 * instead of being overwritten. Undo takes the version away, and the document when no other version remains.
 */
export function registrationPackage(registration: Registration): RegistrationPackage {
  const { document_id, region_sha, document_ref, version_label, authority_class } = registration;
  const source_document_id = sourceDocumentId(document_id);
  const source_version_id = sourceVersionId(document_id, region_sha);
  const step = (purpose: string, statement: string, ...params: string[]): RegistrationStatement => ({
    purpose,
    statement,
    params,
  });
  return {
    source_document_id,
    source_version_id,
    apply: [
      step(
        "register the document unless its prefix is registered",
        INSERT_DOCUMENT,
        source_document_id,
        document_ref,
        document_id,
        authority_class,
      ),
      step(
        "register the version unless it is registered",
        INSERT_VERSION,
        source_version_id,
        version_label,
        region_sha,
        document_id,
      ),
    ],
    check: [
      step("the document stands as registered", CHECK_DOCUMENT, document_id, document_ref, authority_class),
      step(
        "this version is the newest and has this checksum",
        CHECK_VERSION,
        document_id,
        source_version_id,
        region_sha,
      ),
    ],
    undo: [
      step("take the version away", DELETE_VERSION, source_version_id, region_sha),
      step("take the document away when no version remains", DELETE_DOCUMENT, source_document_id),
    ],
  };
}
