// The documents the grammar is tried on: our own fixtures, and the corpus beside the project where it is there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const OWN = new URL("../fixtures/documents/", import.meta.url);
const CORPUS = new URL("../../../shared/data/documents/", import.meta.url);

/** Bytes of one of our own documents. */
export const ownDocument = (name: string): Buffer => readFileSync(new URL(name, OWN));

const isDocument = (name: string): boolean => /\.(?:md|txt)$/.test(name);

/** Names of our own documents. */
export const ownDocuments = (): string[] => readdirSync(fileURLToPath(OWN)).filter(isDocument);

/** Whether the corpus lies beside the project; a clone elsewhere has only its own documents. */
export const corpusIsThere = existsSync(CORPUS);

/** Names of the corpus, none where it is absent. */
export const corpusDocuments = (): string[] =>
  corpusIsThere ? readdirSync(fileURLToPath(CORPUS)).filter(isDocument) : [];

/** Bytes of one document of the corpus. */
export const corpusDocument = (name: string): Buffer => readFileSync(new URL(name, CORPUS));
