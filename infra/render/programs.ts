// Refuses to provision a host whose PostgreSQL programs are older than its server, by both versions and the package to install: found out
// at the first backup it would be the first cut that fails. Programs that are missing are told by drift.
import { NEWEST_MAJOR, OLDEST_MAJOR, installHint } from "../../runner/rules/postgres-versions.ts";
import { psqlCommand, type PsqlPlace } from "./psql.ts";
import { PRELUDE, command } from "./shell-text.ts";

const READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=30s";

/** Text of the script; it changes nothing. `what`: whether the host also starts scratch servers of its own. */
export function renderPrograms(programs: readonly string[], place: PsqlPlace, what: "client" | "server"): string {
  const majors = Array.from({ length: NEWEST_MAJOR - OLDEST_MAJOR + 1 }, (_, index) => OLDEST_MAJOR + index);
  return `# PostgreSQL's programs: looks and installs nothing
${PRELUDE}
cd /
[ -x ${command(place.psql)} ] || { echo 'no psql: nothing to compare'; exit 0; }
version=$(${psqlCommand(place, READ_ONLY)} -c 'SHOW server_version_num' 2>/dev/null) || { echo 'no answer of the server: nothing to compare'; exit 0; }
server=$((version / 10000))
case $server in
${majors.map((major) => `  ${major}) hint=${command(installHint(major, what))} ;;`).join("\n")}
  *) printf 'error: a server of PostgreSQL %s: only PostgreSQL ${OLDEST_MAJOR} to ${NEWEST_MAJOR} were tested\\n' "$server" >&2; exit 1 ;;
esac
for program in ${command(...programs)}; do
  [ -x "$program" ] || continue
  major=$("$program" --version 2>/dev/null | sed -n 's/.*(PostgreSQL) \\([0-9][0-9]*\\).*/\\1/p')
  if [ -n "$major" ] && [ "$major" -lt "$server" ]; then
    printf 'error: %s is of PostgreSQL %s, for a server of PostgreSQL %s: %s\\n' "$program" "$major" "$server" "$hint" >&2; exit 1
  fi
done
echo 'only looked at; provisioning installs no program'
`;
}
