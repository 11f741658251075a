// Bytes of an env file: a plain file of at most 256 KiB, read once. A link is followed, because hosts keep such files elsewhere.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { codeOf } from "../model/error-text.ts";

const CAP = 256 * 1024;

/** The bytes; undefined when nothing stands there. Throws an Error whose message is a reason in words, without the file's name. */
export async function envBytes(file: string): Promise<Buffer | undefined> {
  let handle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error, "");
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Error(code === "EACCES" ? "cannot be read by this user" : `cannot be read (${code})`, { cause: error });
  }
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new Error("is no plain file");
    const buffer = Buffer.alloc(CAP + 1);
    const { bytesRead } = await handle.read(buffer, 0, CAP + 1, 0);
    if (bytesRead > CAP) throw new Error(`is larger than ${CAP} bytes`);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
