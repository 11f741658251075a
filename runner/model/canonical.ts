// How a value becomes a digest: RFC 8785 bytes and SHA-256 in lower-case hex. Streams are hashed where they flow.
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** A value that RFC 8785 can carry: no undefined, no NaN, no bigint. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Characters that JSON writes as escapes, and halves of surrogate pairs, which have no UTF-8 (whole pairs go the same way). */
const ESCAPED = /["\\\ud800-\udfff\u0000-\u001f]/;

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

/** A name of a member, and as it is written before its value. */
interface Name {
  readonly name: string;
  readonly written: string;
}

/** Sorted names of members. Objects of one list mostly have the same names in the same order, so these are sorted once. */
class Names {
  private last: readonly string[] = [];
  private sorted: readonly Name[] = [];
  of(object: object): readonly Name[] {
    const names = Object.keys(object);
    const { last } = this;
    if (names.length === last.length && names.every((name, index) => name === last[index])) return this.sorted;
    this.last = names;
    this.sorted = [...names].sort().map((name) => ({ name, written: `${JSON.stringify(name)}:` }));
    return this.sorted;
  }
}

/**
 * The text of a value, or undefined where a member of it is undefined. A plan of ten thousand units is digested several times, so
 * the common values are written here; the library writes all others, and a test holds the whole to the library.
 */
function textOf(value: Json | undefined, names: Names): string | undefined {
  if (typeof value === "string") return ESCAPED.test(value) ? canonicalize(value) : `"${value}"`;
  if (value === null || typeof value === "boolean" || Number.isSafeInteger(value)) return JSON.stringify(value);
  if (typeof value !== "object" || "toJSON" in value) return canonicalize(value);
  const inner = new Names();
  const parts: string[] = [];
  if (isList(value)) {
    for (const item of value) {
      const text = textOf(item, inner);
      if (text === undefined) return undefined;
      parts.push(text);
    }
    return `[${parts.join(",")}]`;
  }
  for (const { name, written } of names.of(value)) {
    const text = textOf(value[name], inner);
    if (text === undefined) return undefined;
    parts.push(written + text);
  }
  return `{${parts.join(",")}}`;
}

/** RFC 8785 text of a value. Throws TypeError (a bug, not a stop) when a member is undefined, so a lost field cannot be signed. */
export function canonicalText(value: Json): string {
  const text = textOf(value, new Names());
  if (text !== undefined) return text;
  refuseUndefined(value, "$");
  throw new TypeError("value has no canonical form");
}

/** UTF-8 bytes of {@link canonicalText}. */
export function canonicalBytes(value: Json): Buffer {
  return Buffer.from(canonicalText(value), "utf8");
}

/** SHA-256 of bytes or of a text's UTF-8 bytes, 64 lower-case hex digits. */
export function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of the RFC 8785 bytes of a value. */
export function digestOf(value: Json): string {
  return sha256(canonicalText(value));
}

// JSON.stringify and canonicalize drop undefined members silently; an approval that lost a field would bind less than it shows.
function refuseUndefined(value: unknown, path: string): void {
  if (value === undefined) throw new TypeError(`undefined at ${path}`);
  if (Array.isArray(value)) value.forEach((item, index) => refuseUndefined(item, `${path}[${index}]`));
  else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) refuseUndefined(item, `${path}.${key}`);
  }
}
