// Files of the sandbox: private from the first byte, never half written.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";

/** Writes `content` with `mode` (default 0600) unless the file already holds it; returns whether it wrote. */
export function writeWhenChanged(path: string, content: string | Uint8Array, mode = 0o600): boolean {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content)) && (statSync(path).mode & 0o777) === mode)
    return false;
  const temporary = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
  chmodSync(temporary, mode);
  renameSync(temporary, path);
  return true;
}

/** Makes a folder and its parents with mode 0700. */
export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}
