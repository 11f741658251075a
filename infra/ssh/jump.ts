// Why a login failed, in one line: by the key, by the host key, or at the jump host, whose words are marked on standard error.
import { printable } from "../../runner/rules/text-hygiene.ts";
import { keyFault } from "./key-fault.ts";

/** Stands before every line the jump host's ssh says. */
export const JUMP_MARK = "jump host: ";

const OTHER_KEY = /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|no matching host key type/;
const NOT_FORWARDED = /^stdio forwarding failed/m;
/** What ssh says of a host it could not dial at all, at the jump host or behind it. */
const NOT_DIALLED = /^(?:jump host: )?(?:ssh: (?:connect to host|Could not resolve)|stdio forwarding failed)/m;
const AT_THE_LOGIN = /Host key verification failed|Permission denied|Load key|timed out during banner exchange/;

/** Who was dialled, as far as a fault is told about it. */
interface Dialled {
  readonly host: string;
  readonly port: number;
  readonly privateKeyFile: string;
  readonly jump?: { readonly host: string; readonly port: number; readonly privateKeyFile: string };
}

/** Whether another try in some minutes is of no use: the line never stood. */
export const neverStood = (stderr: string): boolean => NOT_DIALLED.test(stderr) || AT_THE_LOGIN.test(stderr);

/** Why there is no connection, from what ssh said; empty when it said nothing. Nothing of a key is told. */
export function dialFault({ privateKeyFile, jump }: Dialled, stderr: string): string {
  const lines = stderr.split("\n");
  const own = lines.filter((line) => !line.startsWith(JUMP_MARK)).join("\n");
  const ofJump = lines.flatMap((line) => (line.startsWith(JUMP_MARK) ? [line.slice(JUMP_MARK.length)] : [])).join("\n");
  const known = keyOrHost(privateKeyFile, own);
  if (known !== undefined || jump === undefined || ofJump.trim() === "") return known ?? lastOf(own);
  const place = `jump host ${jump.host}:${jump.port}`;
  // ssh gives no reason of its own for this one.
  if (NOT_FORWARDED.test(ofJump))
    return `the ${place} took the login and does not reach the host: nothing answers there, or its sshd forwards no connections`;
  return `${place}: ${keyOrHost(jump.privateKeyFile, ofJump) ?? lastOf(ofJump)}`;
}

const keyOrHost = (file: string, said: string): string | undefined =>
  keyFault(file, said) ?? (OTHER_KEY.test(said) ? "its host key is not the pinned one; nothing was sent" : undefined);

const lastOf = (text: string): string => printable(text.trim().split("\n").at(-1) ?? "").slice(0, 200);
