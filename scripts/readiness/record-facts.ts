// What the database's records said, row by row, as values; a statement that failed, or whose tables are not there, is an answer too.
import * as z from "zod";
import { ROWS } from "../../runner/model/rows.ts";
import { jsonOf } from "../../runner/model/json-text.ts";
import { NO_PSQL } from "../../infra/render/readiness.ts";
import type { LookAnswer } from "../../infra/probe.ts";
import { unseen, type Told } from "./told.ts";

const count = z.int().min(0);
const registryRow = z.object({
  source_document_id: z.string(),
  source_document_ref: z.string(),
  authority_class: z.string(),
  status: z.string(),
  source_version_id: z.string().nullable(),
  version_label: z.string().nullable(),
  content_checksum: z.string().nullable(),
  captured_at: z.coerce.date().nullable(),
});
const rowSchema = z.discriminatedUnion("look", [
  z.object({ look: z.literal("present"), missing: z.array(z.string()) }),
  z.object({
    look: z.literal("counts"),
    information_unit: count,
    unit_version: count,
    iu_lifecycle_log: count,
    enacted: count,
    cut_change_set: count,
    review_decision: count,
    verify_result: count,
  }),
  z.object({ look: z.literal("document"), document_id: z.string(), registry: registryRow, units: count }),
  z.object({
    look: z.literal("run"),
    run_id: z.string(),
    document_id: z.string(),
    state: z.string(),
    open: z.boolean(),
    units: count,
    phases: z.array(z.string()),
  }),
  z.object({
    look: z.literal("receipt"),
    run_id: z.string(),
    attempt: z.int(),
    recipient: z.string(),
    file_sha: z.string(),
    proof: z.unknown(),
    proof_sha: z.string(),
    minutes: z.number(),
  }),
  z.object({
    look: z.literal("admission"),
    gate: z.string(),
    run_id: z.string(),
    person: z.string(),
    expired: z.boolean(),
    used: z.boolean(),
    revoked: z.boolean(),
  }),
  z.object({ look: z.literal("foreign_key"), key: z.string(), leads_to: z.string() }),
  z.object({
    look: z.literal("acting"),
    login: z.string(),
    superuser: z.boolean(),
    options: z.boolean(),
    barred: z.array(z.string()),
  }),
  z.object({
    look: z.literal("discovery"),
    role: z.string(),
    units: count,
    versions: count,
    enacted: count,
    writes: z.boolean(),
    ledger: z.boolean(),
  }),
  z.object({ look: z.literal("grant_matrix"), ...ROWS["read/grant-matrix"].shape }),
  z.object({
    look: z.literal("session"),
    read_only: z.string(),
    xid: z.string().nullable(),
    role: z.string(),
    database: z.string(),
  }),
  z.object({ look: z.literal("fault"), of: z.string(), said: z.string() }),
]);
type Row = z.infer<typeof rowSchema>;
type Kind = Row["look"];
/** One row of a kind. */
export type RowOf<K extends Kind> = Extract<Row, { look: K }>;

/** Every kind's rows, or why there are none. */
export interface Records {
  readonly counts: Told<RowOf<"counts">>;
  readonly documents: Told<readonly RowOf<"document">[]>;
  readonly runs: Told<readonly RowOf<"run">[]>;
  readonly receipts: Told<readonly RowOf<"receipt">[]>;
  readonly admissions: Told<readonly RowOf<"admission">[]>;
  readonly foreignKeys: Told<readonly RowOf<"foreign_key">[]>;
  readonly grantMatrix: Told<RowOf<"grant_matrix">>;
  readonly acting: Told<RowOf<"acting">>;
  readonly discovery: Told<RowOf<"discovery">>;
  readonly session: Told<RowOf<"session">>;
}

/** Names of a kind's tables, for the answer that they are not there. */
const TABLES: Partial<Record<Kind, RegExp>> = {
  counts: /^(?:public|cutter_governance)\.(?!source_)/,
  document: /source_document|information_unit/,
  run: /^cutter_runtime\./,
  receipt: /^cutter_runtime\./,
  admission: /^cutter_runtime\./,
};
const STATEMENT_OF: Partial<Record<Kind, string>> = {
  document: "documents",
  run: "runs",
  receipt: "receipts",
  admission: "admissions",
  foreign_key: "foreign_keys",
};

/** Reads the look `records`. Without psql nothing was looked into; a table that is not there is missing. */
export function recordsOf(look: LookAnswer): Records {
  const text = "fault" in look ? undefined : look.out.toString("utf8");
  const parsed = text === undefined || text === NO_PSQL ? [] : parseRows(text);
  const why =
    "fault" in look
      ? look.fault
      : text === NO_PSQL
        ? "no psql on the host"
        : parsed === undefined
          ? "a record of the database is not in its form"
          : undefined;
  const rows = parsed ?? [];
  const of = <K extends Kind>(kind: K): Told<readonly RowOf<K>[]> => {
    if (why !== undefined) return unseen(why);
    const fault = rows.find((row) => row.look === "fault" && row.of === (STATEMENT_OF[kind] ?? kind));
    if (fault?.look === "fault") return unseen(fault.said);
    const absent = rows
      .flatMap((row) => (row.look === "present" ? row.missing : []))
      .filter((name) => TABLES[kind]?.test(name));
    if (absent.length > 0)
      return {
        state: "missing",
        saw: `no table ${absent.slice(0, 3).join(", ")}${absent.length > 3 ? ` and ${absent.length - 3} more` : ""}`,
      };
    return { value: rows.filter((row): row is RowOf<K> => row.look === kind) };
  };
  const one = <K extends Kind>(kind: K): Told<RowOf<K>> => {
    const told = of(kind);
    if (!("value" in told)) return told;
    return told.value[0] === undefined ? unseen("no answer of the database") : { value: told.value[0] };
  };
  // Without its list of tables nothing is known about any of them.
  const seen = why !== undefined || rows.some((row) => row.look === "present");
  const many = <K extends Kind>(kind: K): Told<readonly RowOf<K>[]> =>
    seen ? of(kind) : unseen("the database did not say which tables it has");
  return {
    counts: one("counts"),
    documents: many("document"),
    runs: many("run"),
    receipts: many("receipt"),
    admissions: many("admission"),
    foreignKeys: many("foreign_key"),
    grantMatrix: one("grant_matrix"),
    acting: one("acting"),
    discovery: one("discovery"),
    session: one("session"),
  };
}

function parseRows(text: string): Row[] | undefined {
  const rows = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => rowSchema.safeParse(jsonOf(line)));
  return rows.every((row) => row.success) ? rows.flatMap((row) => row.data ?? []) : undefined;
}
