// The looks at what no declaration mentions: the environment of a run as the administrator reads it, how the server lets people in, and
// the keys, rights and programs of the host's users. Every fact is three fields: kind, identity, value.
import { READ_ONLY_SESSION, psqlCommand, psqlVariable, type PsqlPlace } from "./psql.ts";
import { command, hereDocument } from "./shell-text.ts";

/** What is asked beyond the declaration. */
export interface SurroundingsRequest {
  /** The statements of the environment hash, each over `$1`, and their scope as JSON text. */
  readonly environment: { readonly statements: readonly string[]; readonly scope: string };
  /** The statement about the server, and the settings whose values are facts. */
  readonly server: { readonly statement: string; readonly settings: readonly string[] };
  /** Users whose keys and groups are facts. */
  readonly users: readonly string[];
  /** Programs by absolute path, beside those that our own scripts call. */
  readonly programs: readonly string[];
  /** Further files whose owner, mode and bytes are facts. */
  readonly watched: readonly string[];
}

/** Programs of the host that our scripts and the runner call by name. */
const CALLED = ["sh", "env", "find", "xargs", "sha256sum", "sort", "cut", "base64", "getent", "gpg", "gpgv", "sudo"];

/** Files that decide who may log in, act as root, or load code into every program. */
const SYSTEM_FILES = ["/etc/ssh/sshd_config", "/etc/sudoers", "/etc/ld.so.preload"];
const SYSTEM_FOLDERS = ["/etc/ssh/sshd_config.d", "/etc/sudoers.d"];

/** The function `look_at_environment`: facts of the runner's own statements, all of one snapshot. */
export function renderEnvironment({ environment }: SurroundingsRequest, place: PsqlPlace): string {
  const statements = environment.statements.map(
    (text) => `${text.replaceAll("$1", ":'scope'").trim().replace(/;$/, "")};\n`,
  );
  return asking("environment", place, [psqlVariable("scope", environment.scope), ...statements]);
}

/** The function `look_at_server`. */
export function renderServer({ server }: SurroundingsRequest, place: PsqlPlace): string {
  const settings = psqlVariable("settings", JSON.stringify(server.settings));
  return asking("server", place, [settings, `${server.statement.trim().replace(/;$/, "")};\n`]);
}

function asking(look: string, place: PsqlPlace, parts: readonly string[]): string {
  const sql = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n", ...parts, "COMMIT;\n"].join("");
  return `look_at_${look}() {
  if [ ! -x ${command(place.psql)} ]; then return 0; fi
  ${psqlCommand(place, READ_ONLY_SESSION)} -z -0 ${hereDocument(sql)}
}`;
}

/**
 * The function `look_at_surroundings`. What this login may not read is a fact too: an unread file is not an absent one. A key is told by
 * the digest of its line and its last word, never whole.
 */
export function renderSurroundings({ users, programs, watched }: SurroundingsRequest): string {
  return `fact() { printf '%s\\0%s\\0%s\\0' "$1" "$2" "$3"; }
file_fact() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  if [ -r "$1" ]; then fact file "$1" "$(find -P "$1" -maxdepth 0 -printf '%y %u:%g %m') sha256:$(sha256sum < "$1" | cut -c1-64)"
  else fact 'not readable for this login' "$1" "$(find -P "$1" -maxdepth 0 -printf '%y %u:%g %m')"; fi
}
keys_fact() {
  file_fact "$1"
  [ -f "$1" ] && [ -r "$1" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in ''|'#'*) continue ;; esac
    fact 'authorized key' "$1 \${line##* } sha256:$(printf %s "$line" | sha256sum | cut -c1-16)" there
  done < "$1"
}
program_fact() {
  real=$(readlink -f -- "$1")
  fact program "$1" "$real $(find -P "$real" -maxdepth 0 -printf '%u:%g %m') sha256:$(sha256sum < "$real" | cut -c1-64)"
}
look_at_surroundings() {
  for user in ${command(...users)}; do
    entry=$(getent passwd "$user") || continue
    home=$(printf %s "$entry" | cut -d: -f6)
    fact 'groups of user' "$user" "$(id -Gn "$user" | tr ' ' '\\n' | sort | tr '\\n' ' ')"
    if [ -d "$home/.ssh" ] && [ ! -x "$home/.ssh" ] || [ -d "$home" ] && [ ! -x "$home" ]; then fact 'not readable for this login' "$home/.ssh" there
    else keys_fact "$home/.ssh/authorized_keys"; keys_fact "$home/.ssh/authorized_keys2"; fi
  done
  for file in ${command(...watched)}; do keys_fact "$file"; done
  for file in ${command(...SYSTEM_FILES)}; do file_fact "$file"; done
  for folder in ${command(...SYSTEM_FOLDERS)}; do
    [ -d "$folder" ] || continue
    if [ -r "$folder" ] && [ -x "$folder" ]; then for file in "$folder"/* "$folder"/.[!.]*; do file_fact "$file"; done
    else fact 'not readable for this login' "$folder" there; fi
  done
  getent passwd | while IFS=: read -r user _ id _; do if [ "$id" = 0 ]; then fact 'user that is root' "$user" 'uid 0'; fi; done
  for name in ${command(...CALLED)}; do
    path=$(command -v "$name") || continue
    case $path in /*) program_fact "$path" ;; esac
    for folder in /usr/local/sbin /usr/local/bin; do
      if [ -e "$folder/$name" ] && [ "$folder/$name" != "$path" ]; then fact 'program beside that of the system' "$folder/$name" "$(find -P "$folder/$name" -maxdepth 0 -printf '%y %u:%g %m')"; fi
    done
  done
  for path in ${command(...programs)}; do if [ -f "$path" ]; then program_fact "$path"; fi; done
}`;
}
