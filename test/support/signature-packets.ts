// Builds OpenPGP signature packets octet by octet, so that a test can hold what no program would write. RFC 4880 4.2, 5.2.
import { createHash, createPrivateKey, sign } from "node:crypto";

/** The secret of an Ed25519 key in its old form, as octets. */
export interface Ed25519Secret {
  readonly seed: Uint8Array;
  readonly point: Uint8Array;
  readonly keyId: Uint8Array;
  readonly fingerprint: Uint8Array;
}

/** Everything a packet can say; defaults make an honest one. Times in seconds since 1970. */
export interface Recipe {
  readonly version?: 3 | 4;
  readonly type?: number;
  readonly hash?: "sha1" | "sha256" | "sha512";
  readonly time: number;
  readonly hashed?: readonly Buffer[];
  readonly unhashed?: readonly Buffer[];
}

const HASH_IDS = { sha1: 2, sha256: 8, sha512: 10 } as const;
const EDDSA = 22;

export const be = (value: number, octets: number): Buffer =>
  Buffer.from(value.toString(16).padStart(octets * 2, "0"), "hex");
const counted = (body: Uint8Array): Buffer => Buffer.concat([be(body.length, 2), body]);

/** One packet with a new-format header. */
export function packet(tag: number, body: Uint8Array): Buffer {
  const length = body.length < 192 ? be(body.length, 1) : Buffer.concat([Buffer.from([255]), be(body.length, 4)]);
  return Buffer.concat([Buffer.from([0xc0 | tag]), length, body]);
}

/** One subpacket of a v4 signature. */
export function subpacket(type: number, body: Uint8Array, critical = false): Buffer {
  return Buffer.concat([be(body.length + 1, 1), Buffer.from([type | (critical ? 0x80 : 0)]), body]);
}

/** Notation subpacket (human readable). */
export function notation(name: string, value: string, critical = false): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  return subpacket(
    20,
    Buffer.concat([
      Buffer.from([0x80, 0, 0, 0]),
      be(nameBytes.length, 2),
      be(valueBytes.length, 2),
      nameBytes,
      valueBytes,
    ]),
    critical,
  );
}

function mpi(octets: Uint8Array): Buffer {
  const first = octets.findIndex((octet) => octet !== 0);
  const rest = first < 0 ? Buffer.alloc(0) : Buffer.from(octets.subarray(first));
  const bits = rest.length === 0 ? 0 : (rest.length - 1) * 8 + (32 - Math.clz32(rest[0] ?? 0));
  return Buffer.concat([be(bits, 2), rest]);
}

function numbers(secret: Ed25519Secret, digest: Buffer): Buffer {
  const jwk = {
    kty: "OKP",
    crv: "Ed25519",
    d: Buffer.from(secret.seed).toString("base64url"),
    x: Buffer.from(secret.point).toString("base64url"),
  };
  const signature = sign(null, digest, createPrivateKey({ key: jwk, format: "jwk" }));
  return Buffer.concat([mpi(signature.subarray(0, 32)), mpi(signature.subarray(32))]);
}

/** A cryptographically true signature packet of any form over `bytes`. */
export function craft(secret: Ed25519Secret, bytes: Uint8Array, recipe: Recipe): Buffer {
  return packet(2, (recipe.version ?? 4) === 3 ? bodyV3(secret, bytes, recipe) : bodyV4(secret, bytes, recipe));
}

function bodyV3(secret: Ed25519Secret, bytes: Uint8Array, { type = 0, hash = "sha256", time }: Recipe): Buffer {
  const signed = Buffer.concat([Buffer.from([type]), be(time, 4)]);
  const digest = createHash(hash).update(bytes).update(signed).digest();
  return Buffer.concat([
    Buffer.from([3, 5]),
    signed,
    secret.keyId,
    Buffer.from([EDDSA, HASH_IDS[hash]]),
    digest.subarray(0, 2),
    numbers(secret, digest),
  ]);
}

function bodyV4(
  secret: Ed25519Secret,
  bytes: Uint8Array,
  { type = 0, hash = "sha512", time, hashed = [], unhashed = [] }: Recipe,
): Buffer {
  const issuer = subpacket(33, Buffer.concat([Buffer.from([4]), secret.fingerprint]));
  const area = counted(Buffer.concat([issuer, subpacket(2, be(time, 4)), ...hashed]));
  const head = Buffer.concat([Buffer.from([4, type, EDDSA, HASH_IDS[hash]]), area]);
  const digest = createHash(hash)
    .update(bytes)
    .update(head)
    .update(Buffer.from([4, 0xff]))
    .update(be(head.length, 4))
    .digest();
  const outside = counted(Buffer.concat([subpacket(16, secret.keyId), ...unhashed]));
  return Buffer.concat([head, outside, digest.subarray(0, 2), numbers(secret, digest)]);
}
