// Loads SQL statements by name, one per file under sql/, and puts named parameters into the order of their placeholders.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PARAMS, type ArgumentsOf, type StatementFile } from "../model/params.ts";

/** One file under sql/: its name without ending, its bytes as text, and the `role` word of its header (roles divided by `|`). */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly role: string;
}

const cache = new Map<string, Statement>();

/** Folder `sql/` beside the bundle, or above the sources when tests run them directly. */
export function sqlFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, "sql");
    if (existsSync(join(candidate, "rights.json"))) return candidate;
    const parent = dirname(folder);
    if (parent === folder) throw new Error("sql/rights.json not found beside the program");
    folder = parent;
  }
}

/** Statement `name`, for example `read/run`; the file's bytes are the statement. */
export function statement(name: string): Statement {
  const known = cache.get(name);
  if (known) return known;
  const text = readFileSync(join(sqlFolder(), `${name}.sql`), "utf8");
  const role = /^-- role:\s*(\S+)/m.exec(text)?.[1];
  if (!role) throw new Error(`sql/${name}.sql has no role header`);
  const loaded = { name, text, role };
  cache.set(name, loaded);
  return loaded;
}

/** Statement `name` as node-postgres runs it: the file's text, and the named values in the order of $1 to $n. */
export function bound<N extends StatementFile>(
  name: N,
  ...[params]: ArgumentsOf<N>
): { readonly text: string; readonly values: unknown[] } {
  const named: Readonly<Record<string, unknown>> = params ?? {};
  return { text: statement(name).text, values: Object.keys(PARAMS[name]).map((key) => named[key]) };
}
