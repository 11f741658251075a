// Puts the backup's public key into the host's keyring and proves that the host's gpg encrypts to it.
import { command, hereDocument } from "./shell-text.ts";

// No trust database, no options file, no agent: nothing but the keyring is written, and no process stays.
const GPG = (home: string): string =>
  command(
    "gpg",
    "--homedir",
    home,
    "--no-options",
    "--batch",
    "--quiet",
    "--no-autostart",
    "--no-permission-warning",
    "--trust-model",
    "always",
    "--no-auto-check-trustdb",
  );

/** Condition: the keyring holds the key, and a trial encryption to it succeeds. */
export function keyHolds(home: string, fingerprint: string): string {
  // Listing or encrypting would make a missing keyring.
  return `[ -f ${command(`${home}/pubring.kbx`)} ] && echo trial | ${GPG(home)} --no-encrypt-to --encrypt --recipient ${command(fingerprint)} --output - > /dev/null 2>&1`;
}

/** Step: imports the key; other keys stay. */
export function keyStep(home: string, armored: string): string {
  return `${GPG(home)} --import ${hereDocument(armored)}`;
}
