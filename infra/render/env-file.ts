// Runs the release's env-file.cjs on the host: its text goes over standard input, so it works before a release is laid.
import type { EnvQuestion } from "../../runner/rules/env-login.ts";
import { command, hereDocument } from "./shell-text.ts";

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
