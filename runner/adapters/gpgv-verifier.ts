// The second of the two verifiers: gpgv, another program of another origin, over the same buffers.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import * as openpgp from "openpgp";
import type { SignatureAnswer, SignatureVerifier } from "../world/signature.ts";
import { hasEndedSince, readGpgvStatus } from "../signatures/gpgv-status.ts";
import { Stopped } from "../model/stop.ts";
import { writeWhole } from "./run-files.ts";

const TIME_LIMIT_MS = 20_000;
const OUTPUT_CAP = 64 * 1024;

// Absolute, because the environment is empty and a folder early in somebody's PATH must not decide who verifies.
const PROGRAMS = ["/usr/bin/gpgv", "/usr/local/bin/gpgv", "/opt/homebrew/bin/gpgv"];
const installed = (): string => PROGRAMS.find((path) => existsSync(path)) ?? "/usr/bin/gpgv";

/** Where gpgv is (absolute) and a short folder for the private one it works in. */
export interface GpgvPlace {
  readonly program?: string;
  readonly temporaryRoot?: string;
}

/**
 * Verifier on gpgv: a keyring of only the pinned key, signature and data from memory, an empty environment, a private folder that is
 * removed afterwards. Expiry of the key at the time that counts is the strict verifier's: gpgv has no other time than today's.
 */
export function gpgvVerifier({ program = installed(), temporaryRoot = "/tmp" }: GpgvPlace = {}): SignatureVerifier {
  return {
    name: "gpgv",
    async verify({ bytes, signature, publicKeyArmored, fingerprint, now }) {
      const keyring = await dearmored(publicKeyArmored);
      if (keyring === undefined) return { ok: false, reason: "not a readable armored key" };
      return inPrivateFolder(temporaryRoot, async (folder) => {
        const ring = join(folder, "pinned.gpg");
        await writeWhole(ring, keyring, 0o600);
        const outcome = await ask(program, { folder, ring, bytes, signature });
        return judge(outcome, fingerprint, now);
      });
    },
  };
}

function judge({ exitCode, status }: Outcome, fingerprint: string, now: Date): SignatureAnswer {
  const answer = readGpgvStatus(status, fingerprint, now);
  // Today's gpgv ends with 1 over a good signature whose own term has passed since; whether it ran when it counted is judged above.
  const wanted = hasEndedSince(status) ? 1 : 0;
  return answer.ok && exitCode !== wanted ? { ok: false, reason: `gpgv ended with status ${exitCode}` } : answer;
}

interface Outcome {
  readonly exitCode: number;
  readonly status: string;
}
interface Work {
  readonly folder: string;
  readonly ring: string;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

// Signature on descriptor 4, data on standard input, status words on 3: what was read once is what is verified.
async function ask(program: string, { folder, ring, bytes, signature }: Work): Promise<Outcome> {
  const words = [
    "--homedir",
    folder,
    "--keyring",
    ring,
    "--status-fd",
    "3",
    "--enable-special-filenames",
    "--",
    "-&4",
    "-",
  ];
  const result = await execa(program, words, {
    env: {},
    extendEnv: false,
    cwd: folder,
    reject: false,
    timeout: TIME_LIMIT_MS,
    forceKillAfterDelay: 1000,
    maxBuffer: OUTPUT_CAP,
    encoding: "latin1",
    stripFinalNewline: false,
    stdio: [bytes, "ignore", "ignore", "pipe", signature],
  });
  if (result.timedOut || result.isMaxBuffer) return { exitCode: 1, status: "" };
  if (result.exitCode === undefined) {
    throw new Stopped(
      "STOP_COULD_NOT_LOOK",
      { saw: "gpgv could not be run", wanted: `a working ${program}`, hint: "install gpgv on this host" },
      result.code,
    );
  }
  const status = result.stdio[3];
  return { exitCode: result.exitCode, status: typeof status === "string" ? status : "" };
}

async function dearmored(armored: string): Promise<Uint8Array | undefined> {
  try {
    const { data } = await openpgp.unarmor(armored);
    return data instanceof Uint8Array && data.length > 0 ? data : undefined;
  } catch {
    return undefined;
  }
}

async function inPrivateFolder<T>(root: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(root, "cv-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
