// Walks the OpenPGP packets of a file without reading their bodies. The library merges and forgives; an envelope may hold nothing extra.
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { EnvelopePacket } from "../model/backup-receipt.ts";
import { Stopped } from "../model/stop.ts";

/** More packets than this are never an envelope of ours; the walk ends there. */
const MOST_PACKETS = 8;
const FIRST_PACKET_MOST = 4096;

/** Packets in order and the first one's bytes. STOP_BACKUP_FAILED when the framing is broken or ends early; RFC 9580 section 4.2. */
export async function readPackets(file: string): Promise<{ packets: EnvelopePacket[]; firstPacket: Uint8Array }> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `${file} cannot be read`, wanted: "the backup file" }, error);
  }
  try {
    const status = await handle.stat();
    if (!status.isFile())
      throw new Stopped("STOP_COULD_NOT_LOOK", { saw: `${file} is not a plain file`, wanted: "the backup file" });
    const { size } = status;
    const packets: EnvelopePacket[] = [];
    let end = 0;
    let firstEnd = 0;
    while (end < size && packets.length < MOST_PACKETS) {
      const packet = await readPacket(handle, end, size);
      packets.push(packet);
      end += packet.bytes;
      if (packets.length === 1) firstEnd = end;
    }
    return { packets, firstPacket: await bytesAt(handle, 0, Math.min(firstEnd, FIRST_PACKET_MOST)) };
  } finally {
    await handle.close();
  }
}

async function readPacket(handle: FileHandle, start: number, size: number): Promise<EnvelopePacket> {
  const [first = 0] = await bytesAt(handle, start, 1);
  // Bit 7 is always set, bit 6 says the modern form; the old form is legal OpenPGP but nothing we write.
  if ((first & 0xc0) !== 0xc0) throw broken(start, "no packet header of the modern form");
  let at = start + 1;
  let body: Buffer | undefined;
  for (;;) {
    const { length, header, partial } = await bodyLength(handle, at);
    at += header;
    if (at + length > size) throw broken(start, "a packet that ends after the file");
    body ??= await bytesAt(handle, at, Math.min(length, 9));
    at += length;
    if (!partial) break;
  }
  return { tag: first & 0x3f, ...contents(first & 0x3f, body), bytes: at - start };
}

async function bodyLength(
  handle: FileHandle,
  at: number,
): Promise<{ length: number; header: number; partial: boolean }> {
  const [first, second] = await bytesAt(handle, at, 2);
  if (first === undefined) throw broken(at, "a packet without a length");
  if (first < 192) return { length: first, header: 1, partial: false };
  if (first < 224 && second !== undefined)
    return { length: ((first - 192) << 8) + second + 192, header: 2, partial: false };
  if (first === 255) {
    const bytes = await bytesAt(handle, at + 1, 4);
    if (bytes.length === 4) return { length: bytes.readUInt32BE(0), header: 5, partial: false };
  }
  if (first < 224 || first === 255) throw broken(at, "a packet with half a length");
  return { length: 2 ** (first & 0x1f), header: 1, partial: true };
}

function contents(tag: number, body: Buffer): Pick<EnvelopePacket, "version" | "key_id"> {
  const version = body[0] ?? null;
  if (tag === 1) return { version, key_id: body.subarray(1, 9).toString("hex").toUpperCase() };
  return { version: tag === 18 ? version : null, key_id: null };
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function broken(at: number, what: string): Stopped {
  return new Stopped("STOP_BACKUP_FAILED", {
    saw: `${what} at byte ${at}`,
    wanted: "one recipient packet and one encrypted packet",
  });
}
