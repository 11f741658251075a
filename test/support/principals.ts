// The four connections a test of the runtime needs, and the small acts of people on them.
import type pg from "pg";
import { freshDatabase } from "./database.ts";
import type { FreshDatabase } from "./database.ts";
import { GUARDED_TABLES } from "./governed-tables.ts";
import { admitCut, answerOf, beginEffect, one, openRun, reachGate } from "./run-by-sql.ts";
import type { RunByHand } from "./run-by-sql.ts";

export interface Principals {
  readonly db: FreshDatabase;
  readonly exec: pg.Client;
  readonly verify: pg.Client;
  readonly gate: pg.Client;
  readonly halt: pg.Client;
  readonly superuser: pg.Client;
}

/** A fresh database with every package and one connection for each principal; `db.drop()` ends all. */
export async function openPrincipals(): Promise<Principals> {
  const db = await freshDatabase();
  const [exec, verify, gate, halt, superuser] = await Promise.all([
    db.connect("cutter_exec"),
    db.connect("cutter_verify"),
    db.connect("cutter_gate"),
    db.connect("cutter_halt"),
    db.connect(),
  ]);
  return { db, exec, verify, gate, halt, superuser };
}

/** A run of SAMPLE with SG_1 and EXECUTION admitted. */
export async function admittedRun({ exec, gate }: Principals, documentId = "SAMPLE", count = 3): Promise<RunByHand> {
  const run = await openRun(exec, documentId, count);
  await reachGate(exec, run);
  await admitCut(gate, run);
  return run;
}

/** Answer to beginning an effect, in a transaction that is rolled back. */
export async function begun(
  client: pg.Client,
  run: RunByHand,
  phase: string,
  shas?: object,
  cap?: number,
): Promise<string> {
  await client.query("BEGIN");
  const answer = await answerOf(beginEffect(client, run, phase, shas, cap));
  await client.query("ROLLBACK");
  return answer;
}

export const stateOf = ({ superuser }: Principals, run: RunByHand): Promise<string> =>
  one(superuser, "SELECT state FROM cutter_runtime.run WHERE run_id = $1", [run.runId]);

export const lift = ({ gate }: Principals, ids: number[]): Promise<unknown> =>
  gate.query("SELECT cutter_runtime.lift_halt($1, 's', 'g', 'an')", [ids]);

export const revoke = ({ gate }: Principals, kind: string, value: string): Promise<unknown> =>
  gate.query("SELECT cutter_runtime.revoke($1, $2, 'an', $3, 's', 'g')", [kind, value, "F".repeat(40)]);

/** Resolves when the backend of this connection waits for a lock; the test's own timeout ends a wait that never comes. */
export async function waitsForLock({ superuser }: Principals, client: pg.Client): Promise<void> {
  const pid = (client as pg.Client & { readonly processID: number }).processID;
  for (;;) {
    const waiting = await one(
      superuser,
      "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'",
      [pid],
    );
    if (waiting === "1") return;
    await superuser.query("SELECT pg_sleep(0.02)");
  }
}

/** Resolves when the server has ended this connection. */
export const ended = (client: pg.Client): Promise<void> =>
  new Promise((resolve) => {
    client.once("end", () => resolve());
  });

/** Every row an attack could leave, in one comparable text. */
export async function everyRow(db: FreshDatabase): Promise<string> {
  const tables = [
    ...GUARDED_TABLES,
    ...[
      "run",
      "lease",
      "admission",
      "planned_unit",
      "admission_use",
      "revocation",
      "halt",
      "phase_done",
      "backup_receipt",
      "journal",
      "planned_ledger",
      "revert_order",
    ].map((t) => `cutter_runtime.${t}`),
  ];
  const parts = tables.map(
    (t) =>
      `SELECT '${t} ' || count(*) || ' ' || coalesce(md5(string_agg(r::text, ',' ORDER BY r::text)), '') AS line FROM ${t} r`,
  );
  return (await db.rows<{ line: string }>(parts.join(" UNION ALL "))).map((row) => row.line).join("\n");
}

/** The whole answer of a refusal: code and, for a stop of ours, what it saw. */
export const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "accepted";
  } catch (error) {
    const { message, detail } = error as { message: string; detail?: string };
    return `${message} ${detail ?? ""}`;
  }
};
