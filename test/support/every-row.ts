// Everything the database holds, row by row, so that "nothing else changed" can be seen and not only said.
import { asAdministrator } from "../../scripts/sandbox/admin-connection.ts";
import type { GovernedHost } from "./governed-host.ts";

export type EveryRow = ReadonlyMap<string, readonly string[]>;

/** New rows by table after leg A of a plan of three units was written and reverted. */
export const ROWS_OF_LEG_A = {
  "public.birth_registry": 3,
  "public.information_unit": 3,
  "public.iu_lifecycle_log": 3,
  "public.unit_version": 3,
};

/** The same of its ledger: leg B's signature and decision, the verifier's signature and verdict, and the decision that answers the first one. */
export const ROWS_OF_LEG_B = {
  "cutter_governance.cut_change_set": 1,
  "cutter_governance.cut_change_set_affected_row": 3,
  "cutter_governance.decision_backlog_entry": 1,
  "cutter_governance.decision_backlog_history": 1,
  "cutter_governance.manifest_envelope": 1,
  "cutter_governance.manifest_unit_block": 3,
  "cutter_governance.dot_pair_signature": 2,
  "cutter_governance.review_decision": 2,
  "cutter_governance.verify_result": 1,
};

/** Rows of every table of the given schemas as text, by table, in a stable order. */
export async function everyRow(host: GovernedHost, schemas: readonly string[]): Promise<EveryRow> {
  return asAdministrator(host.sandbox, async (client) => {
    const tables = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_catalog.pg_tables WHERE schemaname = ANY ($1) ORDER BY 1",
      [[...schemas]],
    );
    const found = new Map<string, readonly string[]>();
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM ${name} t ORDER BY t::text COLLATE "C"`,
      );
      found.set(
        name,
        rows.map(({ row }) => row),
      );
    }
    return found;
  });
}

/** What the law and the ledger are kept in. */
export const GOVERNED = ["public", "cutter_governance"] as const;

/** Rows that stood before and do not stand now, by table: gone or changed. */
export function lost(before: EveryRow, after: EveryRow): Record<string, readonly string[]> {
  return difference(before, after);
}

/** How many rows of each table are new; tables without one are left out. */
export function grown(before: EveryRow, after: EveryRow): Record<string, number> {
  return Object.fromEntries(Object.entries(difference(after, before)).map(([table, rows]) => [table, rows.length]));
}

function difference(from: EveryRow, to: EveryRow): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const [table, rows] of from) {
    const others = new Set(to.get(table) ?? []);
    const only = rows.filter((row) => !others.has(row));
    if (only.length > 0) found[table] = only;
  }
  return found;
}
