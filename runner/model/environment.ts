// Facts of the database's definitions and rights, and what `sql/rights.json` calls relevant.
import * as z from "zod";

/** One fact of the catalogs: `kind` says what, `identity` which, `value` how it stands. Rows of `sql/read/environment/*.sql`. */
export interface EnvironmentFact {
  readonly kind: string;
  readonly identity: string;
  readonly value: string | null;
}

/** What `sql/rights.json` calls relevant; relations and functions schema-qualified, functions with or without arguments. */
export interface RelevantObjects {
  readonly roles: readonly string[];
  readonly schemas: readonly string[];
  readonly relations: readonly string[];
  readonly functions: readonly string[];
}

/** The one parameter of every environment statement. */
export interface EnvironmentScope extends RelevantObjects {
  /** Server settings that are facts; ordinary roles see only those PostgreSQL shows to everybody. */
  readonly settings: readonly string[];
  /** Beginnings of the dot_config keys that the write guard and fn_iu_enact obey. */
  readonly config_prefixes: readonly string[];
}

/** The members of `sql/rights.json` that name what is relevant. */
export interface RightsNames {
  readonly roles: readonly { readonly name: string }[];
  readonly schemas: readonly { readonly name: string }[];
  readonly tables: readonly { readonly name: string }[];
  readonly functions: readonly { readonly signature: string }[];
}

/** A kept list of facts, as phase 5 writes it beside its digest. */
export const environmentFactsSchema = z.array(
  z.strictObject({ kind: z.string(), identity: z.string(), value: z.string().nullable() }),
);
