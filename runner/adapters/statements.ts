// Loads SQL statements by name, one per file under sql/. The header's role and parameter count are data.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

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
