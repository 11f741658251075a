// Which entries of a dump are restored: the table of contents of pg_restore --list without the objects that were set aside.
import type { SetAside } from "../model/backup-receipt.ts";

/** Catalog of schemas; the restored copy makes them itself, because extensions must lie in them before anything else comes. */
const PG_NAMESPACE = "2615";

/** Words that stand before the schema in an entry, longest first: `TEXT SEARCH DICTIONARY public name owner`. */
const KINDS = [
  "TEXT SEARCH CONFIGURATION",
  "TEXT SEARCH DICTIONARY",
  "TEXT SEARCH TEMPLATE",
  "TEXT SEARCH PARSER",
  "OPERATOR FAMILY",
  "OPERATOR CLASS",
  "SHELL TYPE",
  "FK CONSTRAINT",
  "STATISTICS",
  "CONVERSION",
  "CONSTRAINT",
  "COLLATION",
  "PROCEDURE",
  "AGGREGATE",
  "FUNCTION",
  "OPERATOR",
  "DOMAIN",
  "TYPE",
] as const;

/** Words under which rights and comments name a kind where they use another one. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  AGGREGATE: ["FUNCTION"],
  DOMAIN: ["TYPE"],
  "SHELL TYPE": ["TYPE"],
};

/**
 * The list that pg_restore --use-list takes: every line of `list` but those of schemas, of the objects set aside, and of their rights and
 * comments. An object is found by catalog and oid, never by its name.
 */
export function listWithout(list: string, setAside: readonly SetAside[]): string {
  const absent = new Map(setAside.map((object) => [`${object.catalog} ${object.oid}`, object]));
  const entries = list.split("\n").map((line) => ({ line, entry: /^\d+; (\d+) (\d+) (.*)$/.exec(line) }));
  const dropped = new Set<string>();
  for (const { entry } of entries) {
    const object = entry ? absent.get(`${entry[1]} ${entry[2]}`) : undefined;
    if (object) for (const hanging of hangingOn(entry?.[3] ?? "", object)) dropped.add(hanging);
  }
  return entries
    .filter(({ entry }) => {
      const [, catalog = "", oid = "", rest = ""] = entry ?? [];
      return (
        entry === null ||
        !(catalog === PG_NAMESPACE || absent.has(`${catalog} ${oid}`) || (oid === "0" && dropped.has(rest)))
      );
    })
    .map(({ line }) => line)
    .join("\n");
}

/**
 * How the entries of an object's rights, comments and shell read. There a name that needs quotes has them, and the arguments of a function
 * have their names; in the object's own entry neither.
 */
function hangingOn(entry: string, { schema, what }: SetAside): string[] {
  const kind = KINDS.find((word) => entry.startsWith(`${word} ${schema} `));
  if (kind === undefined) return [];
  const tag = entry.slice(`${kind} ${schema} `.length);
  const owner = tag.slice(tag.lastIndexOf(" ") + 1);
  const names = [
    tag.slice(0, tag.lastIndexOf(" ")),
    ...(what.startsWith("function ") ? [what.slice(`function ${schema}.`.length)] : []),
  ];
  const named = names.flatMap((name) => [name, quoted(name)]).map((name) => `${name} ${owner}`);
  const words = [kind, ...(ALSO[kind] ?? [])];
  return [
    `SHELL TYPE ${schema} ${tag}`,
    ...["ACL", "COMMENT"].flatMap((entryOf) =>
      words.flatMap((word) => named.map((name) => `${entryOf} ${schema} ${word} ${name}`)),
    ),
  ];
}

/** The name in quotes, without the arguments that may follow it. */
function quoted(name: string): string {
  const end = name.endsWith(")") ? name.indexOf("(") : name.length;
  return `"${name.slice(0, end).replaceAll('"', '""')}"${name.slice(end)}`;
}
