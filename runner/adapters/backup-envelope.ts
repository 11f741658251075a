// Seals a stream of clear text into an OpenPGP file, opens it again with the session key in memory, and judges what lies on disk.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { ReadableStream } from "node:stream/web";
import * as openpgp from "openpgp";
import { insist, Stopped } from "../model/stop.ts";
import { envelope } from "../rules/backup-proof.ts";
import type { BackupRecipient } from "./backup-key.ts";
import { readPackets } from "./envelope-packets.ts";
import { codeOf } from "../model/error-text.ts";

/** Key of one backup. It lives in memory until the restore proof is done and is never written, logged or put on a command line. */
export interface SessionKey {
  readonly data: Uint8Array;
  readonly algorithm: "aes256";
}

/** What was written: digest and size of the ciphertext, and the recipient packet as bytes. */
export interface SealedFile {
  readonly file_sha: string;
  readonly size_bytes: number;
  readonly recipientPacket: Uint8Array;
}

// Version 1 with a modification detection code, because GnuPG 2.2 reads nothing newer; the library takes no partial configuration.
const WRITING: openpgp.Config = { ...openpgp.config, aeadProtect: false, showVersion: false, showComment: false };
// The stream may be handed on before its end is authenticated: the reader here is a scratch server, and the end decides.
const READING: openpgp.Config = {
  ...openpgp.config,
  allowUnauthenticatedStream: true,
  ignoreUnsupportedPackets: false,
};

/** A fresh AES-256 session key. */
export function newSessionKey(): SessionKey {
  return { data: randomBytes(32), algorithm: "aes256" };
}

/**
 * Encrypts `clear` to exactly one recipient into `file`, which must not exist, and forces it to disk. No compression: clear text
 * only passes through memory. Throws STOP_BACKUP_FAILED when the disk refuses; an error of `clear` itself comes through unchanged.
 */
export async function sealToFile(
  clear: AsyncIterable<Uint8Array>,
  recipient: BackupRecipient,
  sessionKey: SessionKey,
  file: string,
): Promise<SealedFile> {
  const recipientPacket = await openpgp.encryptSessionKey({
    ...sessionKey,
    data: sessionKey.data,
    encryptionKeys: recipient.key,
    encryptionKeyIDs: [recipient.encryptionKeyId],
    format: "binary",
    config: WRITING,
  });
  // Without keys the library writes only the integrity-protected packet, so the recipient packet is known byte for byte.
  const message = await openpgp.createMessage({ binary: webStream(clear), format: "binary" });
  const body: unknown = await openpgp.encrypt({ message, sessionKey, format: "binary", config: WRITING });
  return writeDurably(file, recipientPacket, chunksOf(body));
}

async function writeDurably(
  file: string,
  recipientPacket: Uint8Array,
  body: AsyncIterable<Uint8Array>,
): Promise<SealedFile> {
  const handle = await open(file, "wx", 0o600).catch((error: unknown) => {
    throw diskRefused(error);
  });
  const hash = createHash("sha256");
  let size = 0;
  const write = async (chunk: Uint8Array): Promise<void> => {
    hash.update(chunk);
    size += chunk.length;
    await handle.writeFile(chunk).catch((error: unknown) => {
      throw diskRefused(error);
    });
  };
  try {
    await write(recipientPacket);
    for await (const chunk of body) await write(chunk);
    await handle.sync().catch((error: unknown) => {
      throw diskRefused(error);
    });
  } finally {
    await handle.close();
  }
  return { file_sha: hash.digest("hex"), size_bytes: size, recipientPacket };
}

/** The clear text of a sealed file. The stream ends with an error when its authentication code does not fit. */
export async function openSealed(file: string, sessionKey: SessionKey): Promise<AsyncIterable<Uint8Array>> {
  const message = await openpgp.readMessage({
    binaryMessage: webStream(createReadStream(file, { highWaterMark: 1 << 18 })),
    config: READING,
  });
  const opened: { data: unknown } = await openpgp.decrypt({
    message,
    sessionKeys: [{ ...sessionKey }],
    format: "binary",
    config: READING,
  });
  return chunksOf(opened.data);
}

/**
 * Reads the whole file: its digest and size, and that it is the envelope of this recipient and nothing else.
 * STOP_BACKUP_FAILED for any other packet, recipient or length; STOP_COULD_NOT_LOOK when it cannot be read.
 */
export async function inspectEnvelope(file: string, encryptionKeyId: string): Promise<SealedFile> {
  const { packets, firstPacket } = await readPackets(file);
  insist(envelope(packets, encryptionKeyId));
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const bytes: Uint8Array = chunk;
    hash.update(bytes);
    size += bytes.length;
  }
  return { file_sha: hash.digest("hex"), size_bytes: size, recipientPacket: firstPacket };
}

/** The bytes on disk are the bytes that were sealed; the recipient packet too, which no decryption with a session key would notice. */
export function insistUnchanged(written: SealedFile, onDisk: SealedFile): void {
  const same =
    written.file_sha === onDisk.file_sha &&
    written.size_bytes === onDisk.size_bytes &&
    Buffer.compare(written.recipientPacket, onDisk.recipientPacket) === 0;
  if (!same)
    throw new Stopped("STOP_BACKUP_FAILED", {
      saw: `the file on disk has sha256 ${onDisk.file_sha}`,
      wanted: written.file_sha,
    });
}

/** A pull stream over an iterable; ending it early ends the iterable, so that a producer behind it is told. */
function webStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

async function* chunksOf(stream: unknown): AsyncIterable<Uint8Array> {
  if (stream instanceof Uint8Array) {
    yield stream;
    return;
  }
  for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
}

function diskRefused(error: unknown): Stopped {
  return new Stopped(
    "STOP_BACKUP_FAILED",
    {
      saw: `the backup file could not be written (${codeOf(error)})`,
      wanted: "room and permission in the backups folder",
    },
    error,
  );
}
