// Ids of a registered source: made from what they name, so registering the same text twice names the same rows.
import { v5 as uuidV5 } from "uuid";

/** Name space of registered documents; random once, never changed. */
const NAMESPACE = "0d3c5a52-7b0b-4f38-9a2e-6f4a1f0c8e57";

/** UUIDv5 of `source_document_registry.source_document_id`, from the document's prefix alone. */
export const sourceDocumentId = (documentId: string): string => uuidV5(documentId, NAMESPACE);

/** `source_version_id`: the prefix in lower case, a dash, the first 32 hex digits of the region's sha256. */
export const sourceVersionId = (documentId: string, regionSha: string): string =>
  `${documentId.toLowerCase()}-${regionSha.slice(0, 32)}`;
