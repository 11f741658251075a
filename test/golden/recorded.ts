// How a recorded run lies in this folder, and the reading of it: what the database kept comes back as the rows that the
// runner would read.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../runner/model/config.ts";
import type { RowOf } from "../../runner/model/rows.ts";
import type { DocumentId, RunId } from "../../runner/model/ids.ts";
import type { Here } from "../../runner/world.ts";

/** Stands in recorded texts for the runtime root of the host that was recorded. */
export const HOST_ROOT = "/srv/cutter";

/** Who signed what. */
export const SIGNERS = { SG_1_cut_authz: "linh", EXECUTION: "minh", SG_2_lifecycle_authz: "hoa" } as const;

/** What plans, payloads and reports take from the configuration. */
export type KeptConfig = Pick<Config, "host" | "plan" | "caps" | "protected_prefixes" | "target_policy"> & {
  readonly orchestrator: Pick<Config["orchestrator"], "expected_grant_matrix_sha">;
  readonly database: Pick<Config["database"], "name" | "system_identifier">;
  readonly backup: Pick<
    Config["backup"],
    "tables" | "context_tables" | "recipient_fingerprint" | "max_age_minutes" | "adapter"
  >;
};

/** outputs.json: everything the database kept of a run. */
export interface Outputs {
  readonly run: RowOf<"read/run"> & { readonly run_id: RunId; readonly document_id: DocumentId };
  readonly here: Pick<Here, "release_digest" | "approvers_sha" | "config_sha">;
  readonly config: KeptConfig;
  readonly phases: readonly RowOf<"read/phases-done">[];
  readonly receipts: readonly RowOf<"read/receipts">[];
  readonly admissions: readonly RowOf<"read/admissions">[];
}

/** texts.json: sha256 of what people read. */
export interface Texts {
  readonly rehearsal: string;
  readonly readings: Readonly<Record<keyof typeof SIGNERS, string>>;
  readonly reports: Readonly<Record<string, string>>;
}

/** rows.json: what the named statements answered before anything was written, before the enactment, and at the end. */
export type SeenRows = Readonly<Record<"planned" | "written" | "ended", Readonly<Record<string, readonly object[]>>>>;

// The driver gives times as Date; a recorded output keeps its own texts.
const TIMES = new Set([
  "at",
  "now",
  "opened",
  "closed",
  "expires_at",
  "valid_from",
  "use_by",
  "admitted_at",
  "used_at",
  "captured_at",
]);
const revived = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      TIMES.has(key) && typeof value === "string" ? new Date(value) : (value as unknown),
    ]),
  );

/** The rows.json of a recorded run in `folder`. */
export function readRows(folder: string): SeenRows {
  const read = JSON.parse(readFileSync(join(folder, "rows.json"), "utf8")) as SeenRows;
  const moment = (rows: SeenRows[keyof SeenRows]) =>
    Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, list.map(revived)]));
  return { planned: moment(read.planned), written: moment(read.written), ended: moment(read.ended) };
}

/** The outputs.json of a recorded run in `folder`. */
export function readOutputs(folder: string): Outputs {
  const read = JSON.parse(readFileSync(join(folder, "outputs.json"), "utf8")) as Outputs;
  const rows = <R extends object>(list: readonly R[]): R[] => list.map((row) => revived(row) as R);
  return {
    ...read,
    run: revived(read.run) as Outputs["run"],
    phases: rows(read.phases),
    receipts: rows(read.receipts),
    admissions: rows(read.admissions),
  };
}
