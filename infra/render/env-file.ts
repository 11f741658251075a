// Runs the release's env-file.cjs on the host: its text goes over standard input, so it works before a release is laid.
import type { EnvQuestion } from "../../runner/rules/env-login.ts";
import { FILE_FUNCTIONS, modeWord, ownerWord, type Ownership } from "./file-steps.ts";
import { PRELUDE, command, hereDocument } from "./shell-text.ts";

/** What the host says when this checkout's release cannot read env files. */
const NO_PROGRAM = "the release has no env-file.cjs: build it here again (npm run build)";

/**
 * Shell function `env_file <file> <verb> <question>`: the program's answer. Root gives itself up for the user that owns the file, so
 * that a service user's file is never read with more rights than its own.
 */
export function envFileFunction(node: string, program: string | undefined): string {
  if (program === undefined) return `env_file() { echo ${command(NO_PROGRAM)} >&2; return 1; }`;
  return `env_file() (
  cd / || exit 1
  file=$1; shift; set -- ${command("env", "-i", node, "-")} "$@"
  if [ "$(id -u)" = 0 ] && owner=$(stat -L -c %u -- "$file" 2>/dev/null) && [ "$owner" != 0 ]; then
    set -- setpriv --reuid="$owner" --regid="$(stat -L -c %g -- "$file")" --clear-groups -- "$@"
  fi
  "$@" ${hereDocument(program)}
)`;
}

/**
 * Text of the script that gives env files their owner and mode: a new user's group exists only after `up` made the user. What is in them
 * is never read or written here, and one that is not there, or is a link, is left to drift. Only in a folder of root or of ours: in
 * another one a name may become a link between two steps.
 */
export function renderEnvFiles(files: readonly (readonly [string, Ownership])[]): string {
  return [
    "# Owner and mode of env files",
    PRELUDE,
    FILE_FUNCTIONS,
    `own_file() {
  [ -f "$1" ] && [ ! -L "$1" ] || return 0
  entry_is "$1" "f $2 $3" && return 0
  (above=\${1%/*} && enter "\${above:-/}" && [ -n "$(find . -maxdepth 0 '(' -user 0 -o -user "$me" ')')" ] && chown -h -- "$2" "./\${1##*/}" && [ ! -L "./\${1##*/}" ] && chmod -- "$3" "./\${1##*/}") \\
    && entry_is "$1" "f $2 $3" || fail "$1 could not be given to $2 with mode $3"
}`,
    ...files.map(([file, owned]) => command("own_file", file, ownerWord(owned), modeWord(owned.mode))),
    "echo 'env files: owner and mode stand as declared; nothing is written into them'",
    "",
  ].join("\n");
}

/** Look `env_files`: one JSON object a file, or the words that say why there is none. */
export function renderEnvLook(node: string, program: string | undefined, questions: readonly EnvQuestion[]): string {
  const files = [...new Set(questions.map(({ file }) => file))];
  if (files.length === 0) return "look_at_env_files() { true; }";
  const asked = files.map((file) => {
    const text = JSON.stringify(questions.filter((one) => one.file === file));
    return `  ${command("env_file", file, "look", text)} && echo || return 1`;
  });
  return `${envFileFunction(node, program)}
look_at_env_files() {
  if [ ! -x ${command(node)} ]; then echo 'no node'; return 0; fi
${asked.join("\n")}
}`;
}
