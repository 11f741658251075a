// Identifiers and the patterns they must match before they become a path, a row or a word of a command.
import { v5 as uuidV5 } from "uuid";
import { Stopped, type StopFacts } from "./stop.ts";

/** One attempt to cut one document, `ictr-<UTC>-<8 hex>`; form fixed by the requirements. */
export type RunId = string & { readonly __brand: "RunId" };
/** `source_document_registry.address_docprefix`; 3-32 of A-Z 0-9 -, no dash at an edge. */
export type DocumentId = string & { readonly __brand: "DocumentId" };
/** `source_document_version_registry.source_version_id`; safe as a file name. */
export type SourceVersionId = string & { readonly __brand: "SourceVersionId" };

/** Patterns of the ids, whole text each; digests and fingerprints as the project writes them. */
export const RUN_ID = /^ictr-\d{8}T\d{6}Z-[0-9a-f]{8}$/;
export const DOCUMENT_ID = /^[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]$/;
export const SOURCE_VERSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
export const SHA256 = /^[0-9a-f]{64}$/;
export const FINGERPRINT = /^[0-9A-F]{40}$/;
export const NONCE = /^[0-9a-f]{32}$/;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text has the form of its id. */
export const isRunId = (text: string): text is RunId => RUN_ID.test(text);
export const isDocumentId = (text: string): text is DocumentId => DOCUMENT_ID.test(text);
export const isSourceVersionId = (text: string): text is SourceVersionId =>
  SOURCE_VERSION_ID.test(text) && !text.includes("..");

/** A word that a person typed, as a run id: it becomes a path. STOP_REFUSED_INPUT when it is none. `more`: where to look for one. */
export function runIdOf(text: string, more: Pick<StopFacts, "hint" | "next"> = {}): RunId {
  if (isRunId(text)) return text;
  throw new Stopped("STOP_REFUSED_INPUT", { saw: "not a valid run id", wanted: "ictr-<UTC>-<8 hex>", ...more });
}

/** The same for a document id. */
export function documentIdOf(text: string): DocumentId {
  if (isDocumentId(text)) return text;
  const wanted = "3-32 of A-Z 0-9 -, no dash at an edge";
  throw new Stopped("STOP_REFUSED_INPUT", { saw: "not a valid document id", wanted });
}

/** `ictr-<UTC to the second>-<8 hex>`. */
export function newRunId(now: Date, eightHex: string): RunId {
  const id = `ictr-${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${eightHex}`;
  if (!isRunId(id)) throw new Error("not a valid run id");
  return id;
}

/** Name space of every UUIDv5 the cutter mints; random once, never changed. */
const NAMESPACE = "7b1f6f0e-6a0f-4d0e-9f53-7f6f2b6f9c11";

/** Deterministic row id: the same run, document, digest and role give the same UUID, so a resumed run recognises its own rows. */
export function derivedId(runId: RunId, documentId: DocumentId, writerDigest: string, role: string): string {
  return uuidV5([runId, documentId, writerDigest, role].join("\n"), NAMESPACE);
}

/** The document a unit belongs to: what stands before the first `/` of its address. */
export function documentOfAddress(address: string): string {
  const slash = address.indexOf("/");
  return slash < 0 ? address : address.slice(0, slash);
}
