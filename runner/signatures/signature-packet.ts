// Frames a signature file by hand, because both OpenPGP programs read past things that must not be there.
import { SIGNATURE_CAP } from "../model/signature.ts";

const SIGNATURE_TAG = 2;
const BINARY_DOCUMENT = 0x00;
/** RSA and the old form of Ed25519: the two that both verifiers can check (decision 0040). */
export const SIGNING_ALGORITHMS: ReadonlySet<number> = new Set([1, 22]);
/** SHA-256, SHA-384, SHA-512. */
export const SIGNING_HASHES: ReadonlySet<number> = new Set([8, 9, 10]);

/**
 * Why a file is not exactly one binary v4 signature packet over a document, or undefined (RFC 4880 4.2 and 5.2.3). Only the frame and the
 * four fixed octets are read; everything behind them is the verifiers' matter. Constant time.
 */
export function signatureFrameFault(file: Uint8Array): string | undefined {
  if (file.length === 0) return "an empty signature file";
  if (file.length > SIGNATURE_CAP) return `a signature file of more than ${SIGNATURE_CAP} bytes`;
  const header = readHeader(file);
  if (header === undefined) return "not a binary OpenPGP packet of stated length";
  if (header.tag !== SIGNATURE_TAG) return "a packet that is not a signature";
  if (header.end !== file.length) return "more or less than one packet";
  const [version, type, algorithm, hash] = file.subarray(header.start, header.end);
  if (version !== 4) return "a signature that is not version 4";
  if (type !== BINARY_DOCUMENT) return "a signature that is not over a binary document";
  if (algorithm === undefined || !SIGNING_ALGORITHMS.has(algorithm))
    return "a signature by an algorithm that is not accepted";
  return hash !== undefined && SIGNING_HASHES.has(hash) ? undefined : "a signature over a hash that is not SHA-2";
}

interface Header {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

function readHeader(file: Uint8Array): Header | undefined {
  const first = file[0] ?? 0;
  if ((first & 0x80) === 0) return undefined;
  return (first & 0x40) === 0 ? oldHeader(file, first) : newHeader(file, first & 0x3f);
}

// Length type 3 means "until the end": a frame that says nothing.
function oldHeader(file: Uint8Array, first: number): Header | undefined {
  const size = [1, 2, 4][first & 0x03];
  if (size === undefined) return undefined;
  return framed((first >> 2) & 0x0f, 1 + size, bigEndian(file.subarray(1, 1 + size)));
}

// First octets 224-254 announce partial lengths, which only data packets may have.
function newHeader(file: Uint8Array, tag: number): Header | undefined {
  const one = file[1] ?? 0;
  if (one < 192) return framed(tag, 2, one);
  if (one < 224) return framed(tag, 3, ((one - 192) << 8) + (file[2] ?? 0) + 192);
  return one === 255 ? framed(tag, 6, bigEndian(file.subarray(2, 6))) : undefined;
}

const framed = (tag: number, start: number, length: number): Header => ({ tag, start, end: start + length });
const bigEndian = (octets: Uint8Array): number => octets.reduce((sum, octet) => sum * 256 + octet, 0);
