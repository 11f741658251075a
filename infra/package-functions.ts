// The functions a package creates, read from its own SQL: their definition to lay again, their body to compare.
import { sha256 } from "../runner/model/canonical.ts";

/** One function as its package defines it. `name` is schema.name; `searchPath` as PostgreSQL stores it, or undefined. */
export interface DefinedFunction {
  readonly name: string;
  /** CREATE OR REPLACE statement with its semicolon. */
  readonly statement: string;
  readonly bodySha: string;
  readonly searchPath: string | undefined;
  readonly securityDefiner: boolean;
  /** As PostgreSQL names it: sql, plpgsql. */
  readonly language: string;
  readonly volatility: "immutable" | "stable" | "volatile";
  readonly isStrict: boolean;
}

const DEFINITION =
  /^CREATE (?:OR REPLACE )?FUNCTION ([a-z_]+\.[a-z_0-9]+)(\([\s\S]*?)\bAS \$\$([\s\S]*?)\$\$([^;]*);/gm;

/**
 * Every function of a package's SQL. Our packages quote every body with `$$` and overload no name; a test holds the result
 * against the catalogs of a real database.
 */
export function definedFunctions(sql: string): readonly DefinedFunction[] {
  return [...sql.matchAll(DEFINITION)].map(([whole, name = "", head = "", body = ""]) => ({
    name,
    bodySha: sha256(body),
    statement: whole.replace(/^CREATE (?:OR REPLACE )?/, "CREATE OR REPLACE "),
    searchPath: /\bSET search_path = ([^\n]+?)\s*$/m.exec(head)?.[1]?.trim(),
    securityDefiner: /\bSECURITY DEFINER\b/.test(head),
    language: /\bLANGUAGE (\w+)/.exec(head)?.[1] ?? "",
    volatility: /\bIMMUTABLE\b/.test(head) ? "immutable" : /\bSTABLE\b/.test(head) ? "stable" : "volatile",
    isStrict: /\bSTRICT\b/.test(head),
  }));
}
