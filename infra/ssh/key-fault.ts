// Why a login by key failed, in the words of one of six faults: what stands at the key's place is looked at after ssh was refused.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { readPlainSync } from "../../runner/adapters/plain-file.ts";
import { sshEnvironment } from "./environment.ts";

const PERMISSIONS = 0o077;

/** The fault, undefined when ssh did not speak of the login. Nothing of the key is told. */
export function keyFault(file: string, stderr: string): string | undefined {
  if (!/Permission denied|Load key|UNPROTECTED PRIVATE KEY|bad permissions/.test(stderr)) return undefined;
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return `the key file ${file} is not there`;
  let text: string;
  try {
    text = readPlainSync(file).toString("latin1");
  } catch {
    return `the key file ${file} cannot be read by this user as a file`;
  }
  if (status.uid === process.getuid?.() && (status.mode & PERMISSIONS) !== 0)
    return `the key file ${file} is open to others (mode ${(status.mode & 0o777).toString(8)}), and ssh does not use it: chmod 600`;
  const none = `the key file ${file} holds no private key that ssh can use`;
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----$/m.test(text)) return none;
  const said = withoutPassphrase(file);
  if (said === undefined) return "the host refuses this key: it is not among the authorized keys of that user";
  if (/passphrase|bcrypt|decrypt/i.test(said))
    return `the key file ${file} has a passphrase, and no agent holds the key: ssh-add it, then give the same command again`;
  return none;
}

/** Whether only an agent can use this key: the file is there and opens with no empty passphrase. */
export const needsAgent = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true && withoutPassphrase(file) !== undefined;

/** The key's `SHA256:…`, which is told without its passphrase; undefined when the file is no key. */
export function fingerprintOfKey(file: string): string | undefined {
  try {
    const said = execFileSync("ssh-keygen", ["-l", "-E", "sha256", "-f", file], {
      stdio: ["ignore", "pipe", "ignore"],
      env: sshEnvironment(),
      timeout: 10_000,
    });
    return said.toString("utf8").split(" ")[1];
  } catch {
    return undefined;
  }
}

/** What ssh-keygen says when it opens the key with an empty passphrase; undefined when it opens. */
function withoutPassphrase(file: string): string | undefined {
  try {
    execFileSync("ssh-keygen", ["-y", "-P", "", "-f", file], {
      stdio: ["ignore", "ignore", "pipe"],
      env: sshEnvironment(),
      timeout: 10_000,
    });
    return undefined;
  } catch (error) {
    const { stderr } = error as { readonly stderr?: Buffer };
    return stderr?.toString("utf8") ?? "";
  }
}
