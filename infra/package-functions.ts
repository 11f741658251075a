// The functions a package creates, read from its own SQL: their definition to lay again, their body to compare.
import { sha256 } from "../runner/model/canonical.ts";

/** One function as its package defines it. `name` is schema.name; `settings` as PostgreSQL stores them, name=value. */
export interface DefinedFunction {
  readonly name: string;
  /** CREATE OR REPLACE statement with its semicolon. */
  readonly statement: string;
  readonly bodySha: string;
  readonly settings: readonly string[];
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
    settings: [...head.matchAll(/\bSET (search_path|plan_cache_mode) = ([^\n]+?)\s*$/gm)].map(
      ([, setting = "", value = ""]) => `${setting}=${value}`,
    ),
    securityDefiner: /\bSECURITY DEFINER\b/.test(head),
    language: /\bLANGUAGE (\w+)/.exec(head)?.[1] ?? "",
    volatility: /\bIMMUTABLE\b/.test(head) ? "immutable" : /\bSTABLE\b/.test(head) ? "stable" : "volatile",
    isStrict: /\bSTRICT\b/.test(head),
  }));
}
