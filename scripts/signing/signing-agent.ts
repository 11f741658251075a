// Drives the person's own gpg: makes the signature, and checks that no cached passphrase signs in their absence.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { execa } from "execa";
import { Stopped } from "../../runner/model/stop.ts";
import { shellWord } from "../../runner/rules/shell-word.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { readPlain } from "../../runner/adapters/plain-file.ts";

/** A signature and gpg's words about it are short. */
const WORDS_CAP = 256 * 1024;

/**
 * Who signs: the person's own gpg and agent (or token), or, for sandbox targets only, an armored secret key without passphrase.
 * `passphrase`: typed for a sitting; without it the agent asks.
 */
export type Signer =
  | {
      readonly kind: "person-gpg";
      readonly program?: string;
      readonly homedir?: string;
      readonly passphrase?: Uint8Array;
    }
  | { readonly kind: "key-file"; readonly path: string; readonly temporaryRoot?: string };

/** A detached binary signature over `bytes` by the key of this primary fingerprint. STOP_APPROVAL_INVALID when gpg does not sign. */
export async function signBytes(signer: Signer, fingerprint: string, bytes: Uint8Array): Promise<Buffer> {
  if (signer.kind === "key-file") return signWithKeyFile(signer, fingerprint, bytes);
  const place = placeOf(signer);
  await refuseCachingAgent(place);
  return gpg(await withKeyrings(place), signWords(fingerprint), bytes, signer.passphrase);
}

/** gpg's own words for a passphrase that is not the key's. */
export const isBadPassphrase = (error: unknown): boolean =>
  error instanceof Stopped && (error.facts.details ?? []).some((line) => line.includes("Bad passphrase"));

/** What would stop the signature, said before anybody reads for hours: STOP_PRECHECK_FAILED for an agent that signs unasked. */
export async function insistAskingAgent(signer: Signer): Promise<void> {
  if (signer.kind === "person-gpg") await refuseCachingAgent(placeOf(signer));
}

/** How the person's own gpg is run. */
export const placeOf = ({ program = "gpg", homedir }: Extract<Signer, { kind: "person-gpg" }>): Place => ({
  program,
  env: childEnvironment(),
  words: homedir === undefined ? [] : ["--homedir", homedir],
});

/** Program, environment and the words that come first. */
export interface Place {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly words: readonly string[];
}

// --no-options: a line in a person's gpg.conf could add a second signer, a note, a text mode or an expiry.
const signWords = (fingerprint: string): string[] => [
  "--no-armor",
  "--no-textmode",
  "--digest-algo",
  "SHA512",
  "--local-user",
  fingerprint,
  "--output",
  "-",
  "--detach-sign",
];

/** Neither an argument nor the environment, which others on the machine may read: a pipe of its own. */
const BY_PIPE = ["--pinentry-mode", "loopback", "--passphrase-fd", "3"];

async function gpg(
  place: Place,
  words: readonly string[],
  input: Uint8Array,
  passphrase?: Uint8Array,
): Promise<Buffer> {
  const typed = passphrase === undefined ? [] : BY_PIPE;
  const all = [...place.words, "--no-options", "--no-greeting", "--batch", ...typed, ...words];
  const child = execa(place.program, all, {
    // In its own words, so that a wrong passphrase is known as one.
    env: passphrase === undefined ? place.env : { ...place.env, LC_ALL: "C" },
    extendEnv: false,
    reject: false,
    input,
    stdio: ["pipe", "pipe", "pipe", ...(passphrase === undefined ? [] : (["pipe"] as const))],
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: WORDS_CAP,
  });
  const pipe = child.stdio[3] as Writable | null | undefined;
  // A gpg that ends before it has read it says why by itself.
  pipe?.on("error", () => undefined).end(passphrase);
  const result = await child;
  if (result.exitCode === undefined)
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: "gpg could not be run", wanted: "GnuPG 2.2 or newer", hint: "install gnupg" },
      result.code,
    );
  if (result.exitCode !== 0) {
    throw new Stopped("STOP_APPROVAL_INVALID", {
      saw: `gpg did not sign (status ${result.exitCode})`,
      wanted: "a signature by the key the statement names",
      details: Buffer.from(result.stderr).toString("utf8").trim().split("\n").slice(-5).map(printable),
      hint:
        "check with `gpg --list-secret-keys` that your gpg holds this key, that it has not " +
        "expired, and answer its question for the passphrase or token",
    });
  }
  return Buffer.from(result.stdout);
}

/** The same, with the public keys where the home keeps them. */
export async function withKeyrings(place: Place): Promise<Place> {
  return (await keepsKeysInKeyboxd(place)) ? { ...place, words: [...place.words, "--use-keyboxd"] } : place;
}

/** Since GnuPG 2.4 a home may leave its public keys to keyboxd; its common.conf says so. */
async function keepsKeysInKeyboxd({ env, words }: Place): Promise<boolean> {
  const { stdout = "" } = await execa("gpgconf", [...words, "--list-dirs", "homedir"], {
    env,
    extendEnv: false,
    reject: false,
  });
  const settings = await readFile(join(stdout.trim(), "common.conf"), "utf8").catch(() => "");
  return /^\s*use-keyboxd\s*$/m.test(settings);
}

/** With a caching agent whoever sits at the keyboard later can sign without the person: refused, STOP_PRECHECK_FAILED. */
async function refuseCachingAgent({ env, words }: Place): Promise<void> {
  const result = await execa("gpgconf", [...words, "--list-options", "gpg-agent"], {
    env,
    extendEnv: false,
    reject: false,
  });
  if (result.exitCode !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "gpgconf does not tell the agent's settings",
      wanted: "gpgconf of GnuPG 2.2 or newer",
    });
  // Ten fields divided by colons; the last is the value in force, empty when the option is off.
  const value =
    result.stdout
      .split("\n")
      .find((line) => line.startsWith("ignore-cache-for-signing:"))
      ?.split(":")[9] ?? "";
  if (value !== "") return;
  throw new Stopped("STOP_PRECHECK_FAILED", {
    saw: "your gpg-agent may sign with a remembered passphrase",
    wanted: "a question at every signature",
    hint:
      `add the line ignore-cache-for-signing to gpg-agent.conf of your GnuPG home${words[1] === undefined ? "" : ` ${words[1]}`}, ` +
      "then run the next command and sign again",
    next: ["gpgconf", ...words.map(shellWord), "--kill gpg-agent"].join(" "),
  });
}

// A home of its own: the key never enters the person's keyring. Sockets need a short path; the agent ends with the folder.
async function signWithKeyFile(
  { path, temporaryRoot = "/tmp" }: Signer & { kind: "key-file" },
  fingerprint: string,
  bytes: Uint8Array,
): Promise<Buffer> {
  const secret = await readPlain(path).catch((error: unknown) => {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: "the key file cannot be read", wanted: "an armored secret key" },
      error,
    );
  });
  const home = await mkdtemp(join(temporaryRoot, "cs-"));
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home };
  const place: Place = {
    program: "gpg",
    env,
    words: ["--homedir", home, "--pinentry-mode", "loopback", "--passphrase", ""],
  };
  try {
    await gpg(place, ["--quiet", "--import"], secret);
    return await gpg(place, signWords(fingerprint), bytes);
  } finally {
    await execa("gpgconf", ["--homedir", home, "--kill", "all"], { env, extendEnv: false, reject: false });
    await rm(home, { recursive: true, force: true });
  }
}
