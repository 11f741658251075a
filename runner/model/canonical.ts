// How a value becomes a digest: RFC 8785 bytes and SHA-256 in lower-case hex. Streams are hashed where they flow.
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** A value that RFC 8785 can carry: no undefined, no NaN, no bigint. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** RFC 8785 text of a value. Throws TypeError (a bug, not a stop) when a member is undefined, so a lost field cannot be signed. */
export function canonicalText(value: Json): string {
  refuseUndefined(value, "$");
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("value has no canonical form");
  return text;
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
  return sha256(canonicalBytes(value));
}

// JSON.stringify and canonicalize drop undefined members silently; an approval that lost a field would bind less than it shows.
function refuseUndefined(value: unknown, path: string): void {
  if (value === undefined) throw new TypeError(`undefined at ${path}`);
  if (Array.isArray(value)) value.forEach((item, index) => refuseUndefined(item, `${path}[${index}]`));
  else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) refuseUndefined(item, `${path}.${key}`);
  }
}
