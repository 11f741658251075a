// Opens a sealed backup with the operator's own GnuPG; clear text goes into a stream, never onto a disk.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { quietChild } from "../../infra/ssh/environment.ts";

/** Whose key: the person's own keyring, or an armored secret key file (sandbox hosts only). */
export type DrillKey = { readonly kind: "person-gpg" } | { readonly kind: "key-file"; readonly path: string };

/** gpg's words for `work`; a key file is imported into a keyring that lives as long as it. */
export async function withKey<T>(key: DrillKey, work: (words: readonly string[]) => Promise<T>): Promise<T> {
  const words = ["--batch", "--no-tty", "--no-options", "--status-fd", "2"];
  if (key.kind === "person-gpg") return work(words);
  // Short and private: gpg-agent's socket lies in it.
  const home = await mkdtemp(join(tmpdir(), "g-"));
  try {
    const own = ["--homedir", home, ...words];
    const imported = await execa("gpg", [...own, "--quiet", "--import", key.path], {
      ...quietChild(),
      stdin: "ignore",
    });
    if (imported.failed) throw refused(imported.stderr);
    return await work(own);
  } finally {
    await execa("gpgconf", ["--homedir", home, "--kill", "all"], quietChild());
    await rm(home, { recursive: true, force: true });
  }
}

/** Reading limits of {@link opensWith}: enough of a dump to know it. */
const HEAD_BYTES = 16_384;
/** The schemas that a backup makes first stand before the words of pg_dump. */
const DUMP_BEGINS = /^(?:(?:CREATE SCHEMA IF NOT EXISTS|ALTER SCHEMA) "[^\n]*;\n)*--\n-- PostgreSQL database dump/;

/**
 * The key opens the file: its first clear bytes are those of a dump. STOP_PROOF_FAILED otherwise. The rest of the file
 * is not looked at.
 */
export async function opensWith(gpg: readonly string[], head: Buffer): Promise<void> {
  // Half a file: gpg opens it, writes what it has, and then complains about the missing end.
  const done = await execa("gpg", [...gpg, "--decrypt"], {
    ...quietChild(),
    input: head,
    encoding: "buffer",
    maxBuffer: 1 << 26,
  });
  const clear = Buffer.from(done.stdout).subarray(0, HEAD_BYTES).toString("latin1");
  if (!/^\[GNUPG:\] BEGIN_DECRYPTION$/m.test(Buffer.from(done.stderr).toString("utf8")) || !DUMP_BEGINS.test(clear))
    throw refused(Buffer.from(done.stderr).toString("utf8"));
}

/** A gpg that decrypts `file` to its standard output. */
export function decrypting(gpg: readonly string[], file: string) {
  return execa("gpg", [...gpg, "--decrypt", "--", file], {
    ...quietChild(),
    stdin: "ignore",
    buffer: { stdout: false, stderr: true },
  });
}

/** What gpg said, without the text it quotes. */
export function refused(stderr: string): Stopped {
  const words = [
    ...stderr.matchAll(/^\[GNUPG:\] (NO_SECKEY|DECRYPTION_FAILED|NODATA|BADMDC|ERROR|FAILURE)\b([^\n]{0,80})/gm),
  ].map((match) => `${match[1] ?? ""}${match[2] ?? ""}`);
  return new Stopped("STOP_PROOF_FAILED", {
    saw: `gpg does not open it: ${printable(words.join(", ") || (stderr.trim().split("\n").at(-1) ?? "no word")).slice(0, 300)}`,
    wanted: "the private key of the backup's recipient, and the file as it was proven",
  });
}
