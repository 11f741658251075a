// Pieces of shell scripts: quoting, here-documents, and what every script of ours begins with.
import { shellWord } from "../../runner/rules/shell-word.ts";

/** Standard output's frame: what a login banner prints before is not ours. */
export const FACTS_BEGIN = "-----BEGIN CUTTER FACTS-----";
export const FACTS_END = "-----END CUTTER FACTS-----";

/** Messages in one language, programs from system folders only, private files from the first byte. */
export const PRELUDE = [
  "set -u",
  "LC_ALL=C; export LC_ALL",
  // What somebody put into /usr/local stands behind the system's own programs.
  "PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin; export PATH",
  "umask 077",
  "unset CDPATH ENV BASH_ENV PGOPTIONS PGSERVICE PGHOSTADDR PGPASSWORD GNUPGHOME",
].join("\n");

/** Words of one command. */
export const command = (...words: readonly string[]): string => words.map(shellWord).join(" ");

/** A quoted here-document: nothing in `text` is expanded. The end word is one that no line of the text is. */
export function hereDocument(text: string): string {
  let end = "END";
  while (text.split("\n").includes(end)) end += "_";
  return `<<'${end}'\n${text.endsWith("\n") ? text : `${text}\n`}${end}`;
}

/** Base64 in lines of 76 characters. */
export const base64Lines = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\n");
