// A throw-away GnuPG home of its own, in a short folder, whose agent ends with it.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** A home with one key made by gpg itself. */
export interface GpgHome {
  readonly home: string;
  gpg(words: readonly string[], input?: Uint8Array): Promise<Buffer>;
  /** Ed25519 (old form) primary that signs; the full fingerprint. `at` is what gpg believes the time to be. */
  generate(name: string, at: Date, expire?: string): Promise<string>;
  /** Public key, armored. */
  exported(fingerprint: string): Promise<string>;
  /** Secret key, armored, without passphrase. */
  secret(fingerprint: string): Promise<string>;
  /** Detached binary signature, or whatever `words` ask for instead. */
  sign(fingerprint: string, bytes: Uint8Array, at: Date, words?: readonly string[]): Promise<Buffer>;
  /** gpg's words that make it believe in this time. */
  faked(at: Date): string[];
  close(): Promise<void>;
}

const clock = (at: Date): string => at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");

/** Makes the folder; nothing of the person's own GnuPG is read. */
export async function gpgHome(): Promise<GpgHome> {
  const home = await mkdtemp(join("/tmp", "ck-"));
  const env = { PATH: "/usr/bin:/bin", HOME: home, GNUPGHOME: home };
  const gpg = async (words: readonly string[], input?: Uint8Array): Promise<Buffer> => {
    const all = [
      "--homedir",
      home,
      "--batch",
      "--no-options",
      "--pinentry-mode",
      "loopback",
      "--passphrase",
      "",
      ...words,
    ];
    const { stdout } = await execa("gpg", all, {
      env,
      extendEnv: false,
      encoding: "buffer",
      stripFinalNewline: false,
      input: input ?? Buffer.alloc(0),
    });
    return Buffer.from(stdout);
  };
  const faked = (at: Date): string[] => ["--faked-system-time", `${clock(at)}!`];
  return {
    home,
    gpg,
    faked,
    async generate(name, at, expire = "never") {
      await gpg([...faked(at), "--quick-generate-key", name, "ed25519", "sign", expire]);
      const listing = (await gpg(["--with-colons", "--list-keys", name])).toString();
      return /^fpr:{9}([0-9A-F]{40}):/m.exec(listing)?.[1] ?? "";
    },
    exported: async (fingerprint) => (await gpg(["--armor", "--export", fingerprint])).toString(),
    secret: async (fingerprint) => (await gpg(["--armor", "--export-secret-keys", fingerprint])).toString(),
    sign: async (fingerprint, bytes, at, words = ["--detach-sign"]) =>
      gpg([...faked(at), "--local-user", fingerprint, "--output", "-", ...words], bytes),
    async close() {
      await execa("gpgconf", ["--homedir", home, "--kill", "all"], { env, extendEnv: false, reject: false });
      await rm(home, { recursive: true, force: true });
    },
  };
}
