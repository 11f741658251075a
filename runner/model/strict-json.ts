// Untrusted JSON becomes a value only when its bytes are exactly the one way to write it (RFC 8785).
import { canonicalText, type Json } from "./canonical.ts";

/** Bytes a statement or request may have; far above an honest one (about 2 KiB), far below what could slow a reader. */
export const STATEMENT_CAP = 64 * 1024;
const DEPTH_CAP = 16;

/** What reading gave: a value, or a reason that quotes nothing of the input. */
export type JsonReading = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly reason: string };

const refused = (reason: string): JsonReading => ({ ok: false, reason });

/**
 * Bytes to value, only if they are exactly its RFC 8785 form. That one comparison refuses duplicate keys, other spellings of a
 * number or string, white space and trailing bytes; what it cannot see (nesting, `__proto__`) is refused before it.
 * Linear in the size of the input. See docs/decisions/0040-approvals.md.
 */
export function readStrictJson(bytes: Uint8Array, cap: number = STATEMENT_CAP): JsonReading {
  if (bytes.length > cap) return refused(`more than ${cap} bytes`);
  const text = decode(bytes);
  if (text === undefined) return refused("not UTF-8");
  if (text.startsWith("\u{feff}")) return refused("a byte order mark");
  if (tooDeep(text)) return refused(`nested deeper than ${DEPTH_CAP}`);
  const value = parse(text);
  if (value === undefined) return refused("not JSON");
  if (hasPrototypeKey(value)) return refused("a key that is no field");
  return sameText(value, text) ? { ok: true, value } : refused("not the RFC 8785 form of its own value");
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

// JSON.parse survives 32,000 levels, the recursive canonicaliser behind it does not; so depth is counted first, outside strings.
function tooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") {
      depth += 1;
      if (depth > DEPTH_CAP) return true;
    } else if (char === "}" || char === "]") depth -= 1;
  }
  return false;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // parsing boundary: JSON.parse makes exactly the members of Json
  } catch {
    return undefined;
  }
}

function hasPrototypeKey(value: Json): boolean {
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.some(hasPrototypeKey);
  return Object.entries(value).some(([key, item]) => key === "__proto__" || hasPrototypeKey(item));
}

// The canonicaliser throws on lone surrogates and on numbers that became infinite (1e400): both have no canonical form.
function sameText(value: Json, text: string): boolean {
  try {
    return canonicalText(value) === text;
  } catch {
    return false;
  }
}
