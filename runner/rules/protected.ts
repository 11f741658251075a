// Which documents nobody may touch.

/** True when a configured name covers the document: the exact name, or a name ending in `*` that the document begins with. */
export function isProtected(documentId: string, prefixes: readonly string[]): boolean {
  return prefixes.some((name) =>
    name.endsWith("*") ? documentId.startsWith(name.replace(/\*+$/, "")) : documentId === name,
  );
}
