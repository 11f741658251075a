// What `npm run init` sees of a host before anything is declared about it: system, Node, PostgreSQL, users and tables. Changes nothing.
import * as z from "zod";
import { shell } from "../frame/shell.ts";
import type { Connection } from "../../infra/config.ts";
import { PRELUDE, command, hereDocument } from "../../infra/render/shell-text.ts";
import { runOnHost } from "../../infra/ssh/script.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import type { Answers, Suggested } from "./questions.ts";

const LIMIT_SECONDS = 60;
const MARK = "cutter-look";
const LINES_READ = 200;

/** One thing seen, by its name; a name may stand several times. */
export type Seen = readonly (readonly [name: string, value: string])[];

const SAY = `say() { printf '${MARK}\\t%s\\t%s\\n' "$1" "$(printf '%s' "$2" | tr '\\n\\t' '  ')"; }`;

const HOST_SCRIPT = `${PRELUDE}
${SAY}
say system "$(. /etc/os-release 2>/dev/null && printf '%s' "$PRETTY_NAME")"
say hostname "$(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)"
for node in /usr/bin/node /usr/local/bin/node /opt/node/bin/node; do
  if [ -x "$node" ]; then say node "$node $("$node" --version 2>/dev/null)"; fi
done
for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
  if [ -x "$folder/pg_dump" ]; then say postgres_bin "$folder $("$folder/pg_dump" --version 2>/dev/null | tr -dc '0-9.' )"; fi
done
for socket in /var/run/postgresql/.s.PGSQL.*; do
  case "$socket" in *.lock|*'*') ;; *) say postgres_port "\${socket##*.s.PGSQL.}" ;; esac
done
for program in psql gpgv gpg systemctl docker; do
  found=$(command -v "$program") && say "$program" "$found"
done
for name in cutter cutter-gate directus; do
  getent passwd "$name" > /dev/null 2>&1 && say user "$name"
done
for path in /opt/incomex/dot/* /var/lib/cutter/* /etc/cutter/*; do
  [ -e "$path" ] && say there "$path"
done
exit 0
`;

/** Looks at the host. STOP_COULD_NOT_LOOK as {@link runOnHost}. */
export async function lookAtNewHost(connection: Connection): Promise<Seen> {
  return seenIn((await runOnHost(connection, HOST_SCRIPT, LIMIT_SECONDS)).stdout);
}

/** The lines of a look, whatever a login shell printed before. */
const seenIn = (stdout: string): Seen =>
  stdout
    .split("\n")
    .slice(0, LINES_READ)
    .flatMap((line): [string, string][] => {
      const [mark, name, value = ""] = line.split("\t");
      return mark === MARK && name !== undefined && value.trim() !== ""
        ? [[name, printable(value.trim()).slice(0, 300)]]
        : [];
    });

const all = (seen: Seen, name: string): string[] => seen.flatMap(([one, value]) => (one === name ? [value] : []));

/** What the host calls itself. */
export const machineName = (seen: Seen): string | undefined => all(seen, "hostname")[0];

/** Answers the look suggests: the newest PostgreSQL, the one running server, the host's own name. */
export function suggestedBy(seen: Seen): Suggested {
  const [node] = all(seen, "node").map((text) => text.split(" ")[0] ?? "");
  const bins = all(seen, "postgres_bin").map((text) => text.split(" ")[0] ?? "");
  const newest = [...bins].sort((a, b) => major(a) - major(b)).at(-1);
  const ports = all(seen, "postgres_port").filter((port) => /^\d+$/.test(port));
  const psql = all(seen, "psql")[0]?.replace(/\/psql$/, "");
  const name = all(seen, "hostname")[0]?.toLowerCase();
  const found = { node, "postgres-bin": newest, "db-port": ports.length === 1 ? ports[0] : undefined, psql, name };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

const major = (folder: string): number => Number(/(\d+)\/bin$/.exec(folder)?.[1] ?? "0");

type DatabasePlace = Pick<Answers, "psql" | "db-host" | "db-port" | "db-name" | "db-admin" | "db-pass-file">;

const DATABASE_FACTS = `SELECT 'server' AS name, current_setting('server_version')
UNION ALL SELECT 'system_identifier', system_identifier::text FROM pg_control_system()
UNION ALL SELECT 'table', n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND (n.nspname = 'cutter_governance' OR n.nspname = 'public'
    AND c.relname IN ('information_unit', 'unit_version', 'iu_lifecycle_log', 'birth_registry', 'dot_config'))
UNION ALL SELECT 'role', rolname FROM pg_roles WHERE rolname LIKE 'cutter%' OR rolname IN ('workflow_admin', 'directus');
`;

/** Looks at the database as its administrator; where that role cannot log in yet, as the server's own user, when the login may. */
export async function lookAtDatabase(connection: Connection, place: DatabasePlace): Promise<Seen> {
  const psql = (...words: string[]): string => command(`${place.psql}/psql`, "-X", "-w", "-At", "-F", "\t", ...words);
  const asAdmin = psql(
    "-h",
    place["db-host"],
    "-p",
    String(place["db-port"]),
    "-U",
    place["db-admin"],
    "-d",
    place["db-name"],
  );
  const asServer = psql("-p", String(place["db-port"]), "-d", place["db-name"]);
  const script = `${PRELUDE}
cd /
PGPASSFILE=${command(place["db-pass-file"])}; PGOPTIONS='-c default_transaction_read_only=on'; export PGPASSFILE PGOPTIONS
facts() { cat ${hereDocument(DATABASE_FACTS)}
}
out=$(facts | ${asAdmin} 2>/dev/null) ||
  out=$(facts | setpriv --reuid=postgres --regid=postgres --init-groups ${asServer} 2>/dev/null) || exit 0
printf '%s\\n' "$out" | sed 's/^/${MARK}\\t/'
`;
  return seenIn((await runOnHost(connection, script, LIMIT_SECONDS)).stdout);
}

/** What a look of the database suggests. */
export const suggestedByDatabase = (seen: Seen): Suggested => {
  const [id] = all(seen, "system_identifier");
  return id === undefined ? {} : { "db-system-identifier": id };
};

/** The look as lines for people: every kind of thing once, with what was found. */
export function lookLines(seen: Seen): string[] {
  const names = [...new Set(seen.map(([name]) => name))];
  return names.map((name) => `  ${name.replaceAll("_", " ").padEnd(18)} ${all(seen, name).join(", ").slice(0, 110)}`);
}

const scanned = z.string().regex(/^\S+ (?:ssh-ed25519|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+$/);

/** Keys the host shows now, which prove nothing until a person has compared them with its console. Empty when it does not answer. */
export async function shownHostKeys(host: string, port: number): Promise<string[]> {
  const done = await shell({ timeout: 15_000 })`ssh-keyscan -T 5 -p ${port} -t ed25519,ecdsa ${host}`;
  return done.stdout.split("\n").flatMap((line) => {
    const parsed = scanned.safeParse(line.trim());
    return parsed.success ? [parsed.data.split(" ").slice(1).join(" ")] : [];
  });
}

/** Why there is no look, in one line; anything but a stop is a bug and goes on. */
export function reasonOfNoLook(error: unknown): string {
  if (error instanceof Stopped) return error.facts.saw;
  throw error;
}
