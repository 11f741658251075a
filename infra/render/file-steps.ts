// Shell functions that put folders and files in place: they look first, write beside and rename, and look again.
import { base64Lines, command, hereDocument } from "./shell-text.ts";

/** Who owns a thing and with which mode; `mode` as `0640`. */
export interface Ownership { readonly owner: string; readonly group: string; readonly mode: string }

/**
 * `fail` ends with words on stderr. `put_directory` never replaces what is no folder. `put_file` takes base64 on standard
 * input; a full disk or a kill leaves at most a file named `.new`, never half of the wanted one.
 */
export const FILE_FUNCTIONS = `
fail() { printf '%s\\n' "$*" >&2; exit 1; }
entry_is() { [ "$(find -P "$1" -maxdepth 0 -printf '%y %u:%g %m' 2>/dev/null)" = "$2" ]; }
file_is() { entry_is "$1" "f $2 $3" && [ "$(sha256sum < "$1")" = "$4  -" ]; }
link_is() { [ -L "$1" ] && [ "$(readlink -- "$1")" = "$2" ]; }
put_directory() {
  entry_is "$1" "d $2 $3" && return 0
  if [ -L "$1" ]; then fail "$1 is a link; provisioning does not replace it: look where it leads, then remove it by hand"; fi
  if [ -e "$1" ] && [ ! -d "$1" ]; then fail "$1 is no folder; provisioning does not replace it: look at it, then move it away by hand"; fi
  # Folders above it that are missing are made for everybody to pass through: a service user has to reach what is his below them.
  (umask 022 && mkdir -p -- "$(dirname -- "$1")") && { [ -d "$1" ] || mkdir -m "$3" -- "$1"; } && chown -- "$2" "$1" && chmod -- "$3" "$1" && entry_is "$1" "d $2 $3" || fail "$1 could not be made a folder of $2 with mode $3"
}
put_file() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then fail "$1 is a folder; provisioning does not replace it"; fi
  temporary="$1.new"
  rm -f -- "$temporary"
  if { if [ "\${5-}" = gzip ]; then base64 -d | gunzip; else base64 -d; fi; } > "$temporary" && chown -- "$2" "$temporary" && chmod -- "$3" "$temporary" \\
    && file_is "$temporary" "$2" "$3" "$4" && sync -- "$temporary" && mv -fT -- "$temporary" "$1"; then
    sync -- "$(dirname -- "$1")"
  else
    rm -f -- "$temporary"
    fail "$1 could not be written whole; the file that was there is unchanged"
  fi
}`;

const modeWord = (mode: string): string => mode.replace(/^0+(?=.)/, "");
const ownerWord = ({ owner, group }: Ownership): string => `${owner}:${group}`;

/** Step: the folder stands with owner and mode. */
export const directoryStep = (path: string, owned: Ownership): string => command("put_directory", path, ownerWord(owned), modeWord(owned.mode));

/** Condition: the folder stands with owner and mode. */
export const directoryHolds = (path: string, owned: Ownership): string => command("entry_is", path, `d ${ownerWord(owned)} ${modeWord(owned.mode)}`);

/** Condition: the file stands with owner, mode and bytes. */
export const fileHolds = (path: string, owned: Ownership, sha: string): string => command("file_is", path, ownerWord(owned), modeWord(owned.mode), sha);

/** Step: the file stands; written only when it does not. `form` gzip: `bytes` are compressed, `sha` is of what they hold. */
export function fileStep(path: string, owned: Ownership, sha: string, bytes: Uint8Array, form: "plain" | "gzip" = "plain"): string {
  return `${fileHolds(path, owned, sha)} || ${command("put_file", path, ownerWord(owned), modeWord(owned.mode), sha, ...(form === "gzip" ? ["gzip"] : []))} ${hereDocument(base64Lines(bytes))}`;
}

/** State of a folder, as the probe words it. */
export const directoryState = ({ owner, group, mode }: Ownership): string => `directory ${owner}:${group} ${mode}`;

/** State of a file with known bytes. */
export const fileState = ({ owner, group, mode }: Ownership, sha?: string): string => `file ${owner}:${group} ${mode}${sha === undefined ? "" : ` sha256:${sha}`}`;
