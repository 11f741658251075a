// The one read-only look at the host: a shell script that prints names, modes, hashes and fingerprints as one JSON document.
import type { DatabaseScope } from "../database-spec.ts";
import { renderEnvironment, renderServer, renderSurroundings, type SurroundingsRequest } from "./surroundings.ts";
import { RECORDED_SET } from "./recorded-set.ts";
import { POOLED, READ_ONLY_SESSION, psqlCommand, psqlVariable, type PsqlPlace } from "./psql.ts";
import type { EnvQuestion } from "../../runner/rules/env-login.ts";
import { CONFIG_LEAVES_PROGRAM } from "./config-leaves.ts";
import { renderEnvLook } from "./env-file.ts";
import { FACTS_BEGIN, FACTS_END, PRELUDE, command, hereDocument } from "./shell-text.ts";

/** What to look at; paths are the declared ones. */
export interface ProbeRequest {
  /** Looked at themselves: type, owner, mode, change time, target of a link. */
  readonly paths: readonly string[];
  /** Those of `paths` whose bytes are hashed when they are regular files. */
  readonly hashed: readonly string[];
  /** Folders listed in full, every file hashed. */
  readonly trees: readonly string[];
  /** Files or folders of which only one digest over everything leaves the host. */
  readonly digests: readonly string[];
  readonly users: readonly string[];
  readonly node: string;
  /** What env files are asked, and the release's program that reads them (absent: a release that has none). */
  readonly envFiles: { readonly program: string | undefined; readonly questions: readonly EnvQuestion[] };
  /** PostgreSQL's programs that a backup needs, each asked its version beside the server's. */
  readonly postgres: readonly string[];
  /** The configuration file and what each declared leaf is compared with. */
  readonly config: { readonly file: string; readonly declared: Readonly<Record<string, string>> };
  readonly keyring: string;
  /** The scheduler's own database and the body of the look at it; null on a host that does no batches. */
  readonly engine: { readonly database: string; readonly look: string } | null;
  readonly database: PsqlPlace & { readonly scope: DatabaseScope; readonly statement: string };
  /** What no declaration mentions. */
  readonly surroundings: SurroundingsRequest;
}

/** The looks of the probe, in the order they are taken. */
export const LOOKS = [
  "paths",
  "hashes",
  "trees",
  "tree_hashes",
  "digests",
  "users",
  "node",
  "postgres",
  "config",
  "env_files",
  "keyring",
  "engine",
  "database",
  "environment",
  "server",
  "surroundings",
] as const;
export type LookName = (typeof LOOKS)[number];

const ENTRY = "%y\\t%u\\t%g\\t%m\\t%C@\\t%i\\t%n\\t%l\\0%p\\0";

// Standard output of a look goes out as base64, so no name on the host can break the document; its messages and status follow.
const LOOK = `
exec 4>&1
look() {
  name=$1; shift
  printf ',\\n"%s":{"out":"' "$name"
  messages=$( { { "$@"; printf '\\nstatus %s' "$?" >&2; } | base64 -w0 >&4; } 2>&1 )
  printf '","messages":"%s"}' "$(printf %s "$messages" | base64 -w0)"
}`;

/**
 * One shell script of looks: a name each and the function `look_at_<name>` that takes it, in this order. It prints one JSON
 * document. `parts`: functions that looks share.
 */
export function renderLooks(looks: Readonly<Record<string, string>>, parts: readonly string[] = []): string {
  return [
    "# Looks at a cutter host. Changes nothing.",
    PRELUDE,
    LOOK,
    ...parts,
    ...Object.values(looks),
    `echo '${FACTS_BEGIN}'`,
    `printf '{"version":"1"'`,
    ...Object.keys(looks).map((name) => `look ${name} look_at_${name}`),
    "printf '}\\n'",
    `echo '${FACTS_END}'`,
    "",
  ].join("\n");
}

/** Text of the probe. It writes nothing on the host, not even a temporary file, and opens one database session that is read-only. */
export const renderProbe = (request: ProbeRequest): string => renderLooks(probeLooks(request));

/** The looks of the probe, each the function that takes it. */
export function probeLooks(request: ProbeRequest): Record<LookName, string> {
  const { node, config, database } = request;
  return {
    paths: `look_at_paths() { ${find(request.paths, `-maxdepth 0 -printf ${quoted(ENTRY)}`)}; }`,
    hashes: `look_at_hashes() { ${find(request.hashed, "-maxdepth 0 -type f -print0")} | xargs -0 -r sha256sum -z --; }`,
    trees: `look_at_trees() { ${find(request.trees, `-printf ${quoted(ENTRY)}`)}; }`,
    tree_hashes: `look_at_tree_hashes() { ${find(request.trees, "-type f -print0")} | xargs -0 -r sha256sum -z --; }`,
    digests: renderDigests(request.digests),
    users: `look_at_users() { for user in ${command(...request.users)}; do getent passwd "$user" | cut -d: -f1,6,7; done; }`,
    node: `look_at_node() { if [ -x ${command(node)} ]; then ${command(node, "--version")}; else echo absent; fi; }`,
    postgres: renderPostgres(request.postgres, database),
    config: `look_at_config() {\n  if [ ! -x ${command(node)} ]; then echo '"no node"'\n  elif [ -L ${command(config.file)} ] || [ ! -f ${command(config.file)} ]; then echo '"no file"'\n  else ${command(node, "-e", CONFIG_LEAVES_PROGRAM, "--", config.file, JSON.stringify(config.declared))}; fi\n}`,
    env_files: renderEnvLook(node, request.envFiles.program, request.envFiles.questions),
    keyring: renderKeyring(request.keyring),
    engine: `look_at_engine() {\n${request.engine?.look ?? "  true"}\n}`,
    database: renderDatabase(database),
    environment: renderEnvironment(request.surroundings, database),
    server: renderServer(request.surroundings, database),
    surroundings: renderSurroundings(request.surroundings),
  };
}

// Asked in /: a program cannot start in a folder that its user may not enter. Without an answer of the server only the programs are told.
function renderPostgres(programs: readonly string[], place: PsqlPlace): string {
  const ask = `${psqlCommand(place, READ_ONLY_SESSION)} -c 'SHOW server_version_num'`;
  return `look_at_postgres() {
  cd /
  for program in ${command(...programs)}; do
    if [ -x "$program" ]; then printf '%s\\t%s\\n' "$program" "$( { "$program" --version; } 2>&1 | head -n 1)"; fi
  done
  if [ -x ${command(place.psql)} ]; then printf 'server\\t%s\\n' "$(${ask} 2>/dev/null)"; fi
}`;
}

const quoted = (text: string): string => `'${text}'`;

// -P and the paths first: a link is looked at, never followed, and no path is taken for an option.
function find(paths: readonly string[], what: string): string {
  return paths.length === 0 ? "true" : `find -P ${command(...paths)} ${what}`;
}

// Owner, mode and bytes of everything in a tree, in an order of their own, as one digest; names of strangers' files stay there.
function renderDigests(paths: readonly string[]): string {
  return `look_at_digests() {\n  for tree in ${command(...paths)}; do
    if [ -e "$tree" ] || [ -L "$tree" ]; then
      digest=$( { find -P "$tree" -printf '%y %u %g %m %l %P\\0' && find -P "$tree" -type f -print0 | xargs -0 -r sha256sum -z --; } | sort -z | sha256sum ) || return 1
      printf '%s %s\\n' "\${digest%% *}" "$tree"
    fi
  done\n}`;
}

// Flags keep gpg from writing: no trust database, no lock, no agent, no random seed.
function renderKeyring(home: string): string {
  const list = command(
    "gpg",
    "--homedir",
    home,
    "--no-options",
    "--batch",
    "--no-autostart",
    "--no-auto-check-trustdb",
    "--trust-model",
    "always",
    "--lock-never",
    "--no-random-seed-file",
    "--no-permission-warning",
    "--with-colons",
    "--fixed-list-mode",
    "--with-subkey-fingerprint",
    "--list-keys",
  );
  return `look_at_keyring() {
  if ! command -v gpg > /dev/null; then echo 'no gpg'
  elif [ -f ${command(`${home}/pubring.kbx`)} ]; then
    # gpg's own status counts, not that of the programs behind it: a keyring that cannot be read is not an empty one.
    listed=$(${list}) || return 2
    printf '%s\\n' "$listed" | grep -E '^(pub|sub|fpr):' | cut -d: -f1,2,5,7,10,12
    find -P ${command(`${home}/private-keys-v1.d`)} -maxdepth 1 -name '*.key' -printf 'secret:\\n' 2>/dev/null
    true
  fi
}`;
}

// Our settings go out with the start of a session; a pooler that drops them in silence is known by their absence.
const PAST_A_POOLER = `SELECT pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.<>) 'pg_catalog' AS pooled \\gset
\\if :pooled
\\warn '${POOLED}'
\\q
\\endif
`;

function renderDatabase({ scope, statement, ...place }: ProbeRequest["database"]): string {
  const scoped = psqlVariable("scope", JSON.stringify(scope));
  const sql = [PAST_A_POOLER, scoped, `${statement.trim().replace(/;$/, "")};\n`, RECORDED_SET].join("");
  return `look_at_database() {
  if [ ! -x ${command(place.psql)} ]; then printf 'no psql'; return 0; fi
  ${psqlCommand(place, READ_ONLY_SESSION)} -z -0 ${hereDocument(sql)}
}`;
}
