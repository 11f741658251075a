// Shell functions that put folders and files in place: they look first, write beside and rename, and look again.
import { base64Lines, command, hereDocument } from "./shell-text.ts";

/** Who owns a thing and with which mode; `mode` as `0640`. */
export interface Ownership {
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
}

/**
 * `fail` ends with words on stderr. `put_directory` never replaces what is no folder. `put_file` takes base64 on standard input, with a
 * fifth word `raw` the bytes themselves; a full disk or a kill leaves at most a folder named `.new`, never half of the wanted file. Root
 * writes in folders of service users, who may turn a name there into a link at any moment: a folder is entered and then proven to be the
 * one that stands there, the bytes are written in a folder nobody else may enter, and everything else is done by names seen from inside.
 */
export const FILE_FUNCTIONS = `
fail() { printf '%s\\n' "$*" >&2; exit 1; }
entry_is() { [ "$(find -P "$1" -maxdepth 0 -printf '%y %u:%g %m' 2>/dev/null)" = "$2" ]; }
file_is() { entry_is "$1" "f $2 $3" && [ "$(sha256sum < "$1")" = "$4  -" ]; }
link_is() { [ -L "$1" ] && [ "$(readlink -- "$1")" = "$2" ]; }
me=$(id -u)
enter() {
  cd -P -- "$1" 2>/dev/null && { set -- $(find -P "$1" . -maxdepth 0 -type d -printf '%D:%i ' 2>/dev/null); [ "$#" = 2 ] && [ "$1" = "$2" ]; }
}
put_directory() {
  entry_is "$1" "d $2 $3" && return 0
  if [ -L "$1" ]; then fail "$1 is a link; provisioning does not replace it: look where it leads, then remove it by hand"; fi
  if [ -e "$1" ] && [ ! -d "$1" ]; then fail "$1 is no folder; provisioning does not replace it: look at it, then move it away by hand"; fi
  # Folders above it that are missing are made for everybody to pass through: a service user has to reach what is his below them.
  (umask 022 && mkdir -p -- "$(dirname -- "$1")") && { [ -d "$1" ] || mkdir -m "$3" -- "$1"; } && (enter "$1" && chown -- "$2" . && chmod -- "$3" .) && entry_is "$1" "d $2 $3" || fail "$1 could not be made a folder of $2 with mode $3"
}
write_new() {
  name=\${1##*/} above=\${1%/*} && enter "\${above:-/}" && rm -rf -- "./$name.new" && mkdir -m 700 -- "./$name.new" && cd -P -- "./$name.new" \\
    && [ -n "$(find . -maxdepth 0 -user "$me" ! -perm /077 -empty)" ] \\
    && { if [ "\${5-}" = raw ]; then cat; else base64 -d; fi; } > whole && chown -- "$2" whole && chmod -- "$3" whole \\
    && file_is whole "$2" "$3" "$4" && sync whole && mv -fT -- whole "../$name" && sync .. && cd .. && rmdir -- "./$name.new"
}
put_file() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then fail "$1 is a folder; provisioning does not replace it"; fi
  if [ -L "\${1%/*}" ]; then fail "\${1%/*} is a link; provisioning does not write through it: look where it leads, then remove it by hand"; fi
  (write_new "$@") || { rm -rf -- "$1.new"; fail "$1 could not be written whole; the file that was there is unchanged"; }
}`;

/** A mode as `find` prints it. */
export const modeWord = (mode: string): string => mode.replace(/^0+(?=.)/, "");
/** Owner and group as `find` prints them. */
export const ownerWord = ({ owner, group }: Omit<Ownership, "mode">): string => `${owner}:${group}`;

/** Step: the folder stands with owner and mode. */
export const directoryStep = (path: string, owned: Ownership): string =>
  command("put_directory", path, ownerWord(owned), modeWord(owned.mode));

/** Condition: the folder stands with owner and mode. */
export const directoryHolds = (path: string, owned: Ownership): string =>
  command("entry_is", path, `d ${ownerWord(owned)} ${modeWord(owned.mode)}`);

/** Condition: the file stands with owner, mode and bytes. */
export const fileHolds = (path: string, owned: Ownership, sha: string): string =>
  command("file_is", path, ownerWord(owned), modeWord(owned.mode), sha);

/** Step: the file stands; written only when it does not. */
export function fileStep(path: string, owned: Ownership, sha: string, bytes: Uint8Array): string {
  return `${fileHolds(path, owned, sha)} || ${command("put_file", path, ownerWord(owned), modeWord(owned.mode), sha)} ${hereDocument(base64Lines(bytes))}`;
}

/** State of a folder, as the probe words it. */
export const directoryState = ({ owner, group, mode }: Ownership): string => `directory ${owner}:${group} ${mode}`;

/** State of a file with known bytes. */
export const fileState = ({ owner, group, mode }: Ownership, sha?: string): string =>
  `file ${owner}:${group} ${mode}${sha === undefined ? "" : ` sha256:${sha}`}`;
