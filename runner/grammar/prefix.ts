// Which prefixes a new document may have.
import { DOCUMENT_ID } from "../model/ids.ts";

/** The Constitution and everything numbered by article: never a target of the generic grammar. */
const RESERVED = (prefix: string): boolean => prefix === "ICX-CONST" || prefix.startsWith("DIEU");

/** Why a prefix cannot head new addresses, or undefined. The given text is not repeated: it may be anything. */
export function prefixFault(prefix: string): string | undefined {
  if (!DOCUMENT_ID.test(prefix)) return "the prefix must be 3 to 32 of A-Z, 0-9 and -, with no dash at an edge";
  return RESERVED(prefix) ? "the prefix is reserved: ICX-CONST and every prefix that begins with DIEU" : undefined;
}
