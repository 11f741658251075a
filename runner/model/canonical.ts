// How a value becomes a digest: RFC 8785 bytes and SHA-256 in lower-case hex. Streams are hashed where they flow.
import * as crypto from "node:crypto";
import { createHash, type Hash } from "node:crypto";
import canonicalize from "canonicalize";

/** Since Node 20.12; a law has tens of thousands of short texts to hash, and an object for each costs more than its digest. */
const { hash: hashAtOnce }: { readonly hash?: typeof crypto.hash } = crypto;

/** A value that RFC 8785 can carry: no undefined, no NaN, no bigint. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Characters that JSON writes as escapes, and halves of surrogate pairs, which have no UTF-8 (whole pairs go the same way). */
const ESCAPED = /["\\\ud800-\udfff\u0000-\u001f]/;

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

/** A name of a member as it is written before its value: as the first one of an object, and behind another. */
interface Name {
  readonly name: string;
  readonly first: string;
  readonly next: string;
}

/** Sorted names of members. Objects of one list mostly have the same names in the same order, so these are sorted once. */
class Names {
  private last: readonly string[] = [];
  private sorted: readonly Name[] = [];
  of(object: object): readonly Name[] {
    const names = Object.keys(object);
    const { last } = this;
    let same = names.length === last.length;
    for (let index = 0; same && index < names.length; index += 1) same = names[index] === last[index];
    if (same) return this.sorted;
    this.last = names;
    this.sorted = [...names].sort().map((name) => {
      const first = `${JSON.stringify(name)}:`;
      return { name, first, next: `,${first}` };
    });
    return this.sorted;
  }
}

/** Characters of a text that are digested at once. */
const CHUNK = 65_536;

/** Where the text of a value goes: with a digest piece by piece into that, so that no plan is held as one text only to be digested. */
class Text {
  written = "";
  private readonly digest: Hash | undefined;
  constructor(digest?: Hash) {
    this.digest = digest;
  }
  add(piece: string): void {
    this.written += piece;
    if (this.digest !== undefined && this.written.length > CHUNK) this.flush();
  }
  flush(): void {
    this.digest?.update(this.written);
    this.written = "";
  }
}

/**
 * Writes the text of a value, or answers false where a member of it is undefined. A plan of ten thousand units is digested several
 * times, so the common values are written here; the library writes all others, and a test holds the whole to the library.
 */
function write(value: Json | undefined, names: Names, text: Text): boolean {
  if (typeof value === "string" && !ESCAPED.test(value)) text.add(`"${value}"`);
  else if (value === null || typeof value === "boolean" || (typeof value === "number" && Number.isSafeInteger(value)))
    text.add(`${value}`);
  else if (typeof value !== "object" || "toJSON" in value) {
    const written = canonicalize(value);
    if (written === undefined) return false;
    text.add(written);
  } else return isList(value) ? writeList(value, text) : writeObject(value, names, text);
  return true;
}

function writeList(list: readonly Json[], text: Text): boolean {
  const names = new Names();
  text.add("[");
  for (let index = 0; index < list.length; index += 1) {
    if (index > 0) text.add(",");
    if (!write(list[index], names, text)) return false;
  }
  text.add("]");
  return true;
}

function writeObject(object: { readonly [key: string]: Json }, names: Names, text: Text): boolean {
  let inner: Names | undefined;
  let opened = false;
  text.add("{");
  for (const { name, first, next } of names.of(object)) {
    const value = object[name];
    text.add(opened ? next : first);
    opened = true;
    if (typeof value === "object" && value !== null) inner ??= new Names();
    if (!write(value, inner ?? names, text)) return false;
  }
  text.add("}");
  return true;
}

const undefinedInside = (value: Json): never => {
  refuseUndefined(value, "$");
  throw new TypeError("value has no canonical form");
};

/** RFC 8785 text of a value. Throws TypeError (a bug, not a stop) when a member is undefined, so a lost field cannot be signed. */
export function canonicalText(value: Json): string {
  const text = new Text();
  return write(value, new Names(), text) ? text.written : undefinedInside(value);
}

/** UTF-8 bytes of {@link canonicalText}. */
export function canonicalBytes(value: Json): Buffer {
  return Buffer.from(canonicalText(value), "utf8");
}

/** SHA-256 of bytes or of a text's UTF-8 bytes, 64 lower-case hex digits. */
export function sha256(data: Uint8Array | string): string {
  return hashAtOnce === undefined ? createHash("sha256").update(data).digest("hex") : hashAtOnce("sha256", data, "hex");
}

/** SHA-256 of the RFC 8785 bytes of a value. */
export function digestOf(value: Json): string {
  const digest = createHash("sha256");
  const text = new Text(digest);
  if (!write(value, new Names(), text)) return undefinedInside(value);
  text.flush();
  return digest.digest("hex");
}

// JSON.stringify and canonicalize drop undefined members silently; an approval that lost a field would bind less than it shows.
function refuseUndefined(value: unknown, path: string): void {
  if (value === undefined) throw new TypeError(`undefined at ${path}`);
  if (Array.isArray(value)) value.forEach((item, index) => refuseUndefined(item, `${path}[${index}]`));
  else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) refuseUndefined(item, `${path}.${key}`);
  }
}
