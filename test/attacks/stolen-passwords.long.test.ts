// Two thousand statements by whoever stole one password: every function and table the role can reach, with plausible words, before and
// inside the window of an admitted cut. Nothing of the text, the ledger, the verdict, the journal or the records of the run may change.
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoginRole } from "../support/cluster.ts";
import { GUARDED_TABLES } from "../support/governed-tables.ts";
import { admittedRun, begun, openPrincipals, type Principals } from "../support/principals.ts";
import {
  admit,
  answerOf,
  enact,
  PAYLOAD_SHAS,
  reachVerified,
  SG_2_SHA,
  sha,
  type RunByHand,
} from "../support/run-by-sql.ts";

const STATEMENTS = 400;
const KEY = "the key that lies on the host";
const SEED = Number(process.env["CUTTER_ATTACK_SEED"] ?? "20261129");

let world: Principals;
let run: RunByHand;

beforeEach(async () => {
  world = await openPrincipals();
  for (const client of [world.exec, world.verify])
    await client.query("SELECT set_config('cutter.run_key', $1, false)", [KEY]);
  run = await admittedRun(world);
});
afterEach(() => world.db.drop());

/** A number generator that a failing test can repeat: set CUTTER_ATTACK_SEED. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Reach {
  readonly functions: readonly { readonly name: string; readonly types: readonly string[] }[];
  readonly tables: readonly string[];
}

/** What the catalogs let the role call and write or read, in the schemas of the cut. */
async function reachOf(client: pg.Client): Promise<Reach> {
  const { rows: functions } = await client.query<{ name: string; types: string[] }>(
    `SELECT p.oid::regproc::text AS name, ARRAY(SELECT t::regtype::text FROM unnest(p.proargtypes) AS t) AS types
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname IN ('public', 'cutter_governance', 'cutter_runtime') AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
        AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1`,
  );
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('public', 'cutter_governance', 'cutter_runtime') AND c.relkind IN ('r', 'v')
        AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT, INSERT') ORDER BY 1`,
  );
  return { functions, tables: tables.map(({ name }) => name) };
}

/** Words an attacker who reads everything would try. */
function wordsFor(type: string, roll: (below: number) => number): string {
  const [unit] = run.units;
  const pick = (words: readonly string[]): string => words[roll(words.length)] ?? "NULL";
  const text = [
    run.runId,
    run.documentId,
    "ICX-CONST",
    String(unit?.canonical_address),
    "DIEU-28",
    "cut_leg_a",
    "leg_b_record",
    "write_verify",
    "lifecycle_enact",
    "revert",
    "structural_verify",
    "closeout",
    "torn",
    "ambiguous",
    "voided",
    "reverted",
    "SG_1_cut_authz",
    "EXECUTION",
    "SG_2_lifecycle_authz",
    "run",
    "nonce",
    "key",
    sha("a"),
    "0".repeat(64),
    "a".repeat(32),
    "F".repeat(40),
    "holder-1",
    "thief",
    "enacted",
    "superseded",
    "ictr-20260101T000000Z-00000001",
  ];
  switch (type) {
    case "text":
      return roll(12) === 0 ? "NULL" : `'${pick(text)}'`;
    case "bigint":
    case "integer":
      return pick(["0", "1", "2", "3", "60", "NULL"]);
    case "uuid":
      return pick([...Object.values(run.ledger).map((id) => `'${id}'`), "gen_random_uuid()", "NULL"]);
    case "jsonb":
      return pick([
        "'{}'",
        "'[]'",
        `'${JSON.stringify(PAYLOAD_SHAS)}'`,
        `'${JSON.stringify({ run_id: run.runId })}'`,
        `'${JSON.stringify(run.units)}'`,
      ]);
    case "boolean":
      return pick(["true", "false"]);
    case "timestamp with time zone":
      return pick(["now()", "now() + interval '1 hour'", "now() - interval '1 hour'"]);
    case "bytea":
      return "'s'";
    case "bigint[]":
      return pick(["'{1}'", "'{1,2}'", "'{}'"]);
    default:
      return "NULL";
  }
}

function statementOf(reach: Reach, roll: (below: number) => number): string {
  const call = (): string => {
    const made = reach.functions[roll(reach.functions.length)];
    return made
      ? `SELECT ${made.name}(${made.types.map((type) => `${wordsFor(type, roll)}::${type}`).join(", ")})`
      : "SELECT 1";
  };
  const change = (): string => {
    const table = reach.tables[roll(reach.tables.length)] ?? "cutter_runtime.run";
    return (
      [
        "INSERT INTO # SELECT * FROM # LIMIT 1",
        "INSERT INTO # DEFAULT VALUES",
        "DELETE FROM #",
        "TRUNCATE #",
        "LOCK TABLE # IN EXCLUSIVE MODE",
        "UPDATE # SET ctid = ctid",
        "INSERT INTO # SELECT (jsonb_populate_record(x, jsonb_build_object(k, gen_random_uuid()))).* FROM # x, (SELECT key AS k FROM # y, jsonb_each_text(to_jsonb(y)) WHERE value ~ '^[0-9a-f]{8}-' LIMIT 1) z LIMIT 1",
      ][roll(7)]?.replaceAll("#", table) ?? "SELECT 1"
    );
  };
  const one = (): string => (roll(3) === 0 ? change() : call());
  // One in four is a transaction of several, as whoever wants to stand inside an effect would write it.
  return roll(4) === 0 ? `BEGIN; ${one()}; ${one()}; ${one()}; COMMIT` : one();
}

/** Everything that must be as it was; of journals and records those of runs that the thief did not open. */
async function guarded(): Promise<string> {
  const ofRun = [
    "run",
    "lease",
    "phase_done",
    "journal",
    "planned_unit",
    "planned_ledger",
    "admission_use",
    "backup_receipt",
  ].map((name) => `(SELECT * FROM cutter_runtime.${name} WHERE run_id = '${run.runId}')`);
  const parts = [...GUARDED_TABLES, ...ofRun].map(
    (from) => `SELECT coalesce(md5(string_agg(r::text, ',' ORDER BY r::text)), '') AS line FROM ${from} r`,
  );
  return (await world.db.rows<{ line: string }>(parts.join(" UNION ALL "))).map(({ line }) => line).join(" ");
}

async function attack(role: LoginRole): Promise<number> {
  const thief = await world.db.connect(role);
  const reach = await reachOf(thief);
  expect(reach.functions.length + reach.tables.length).toBeGreaterThan(4);
  const roll = dice(SEED + role.length);
  let accepted = 0;
  for (let n = 0; n < STATEMENTS; n += 1) {
    const sql = statementOf(reach, roll);
    const before = await guarded();
    await thief.query("SET statement_timeout = '15s'");
    const answer = await answerOf(thief.query(sql));
    await thief.query("ROLLBACK");
    if (answer === "accepted") accepted += 1;
    expect(await guarded(), `seed ${SEED}, no. ${n} as ${role} (${answer}): ${sql}`).toBe(before);
  }
  await thief.end();
  return accepted;
}

const toTheEnd = async (): Promise<void> => {
  await reachVerified(world.exec, world.verify, run);
  await admit(world.gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
  await enact(world.exec, run);
};

describe("400 statements with one stolen password, while a run waits to be cut", () => {
  it.each<[LoginRole]>([["cutter_exec"], ["cutter_verify"], ["cutter_backup"]])(
    "%s changes nothing, and the run is cut, verified and enacted afterwards",
    async (role) => {
      const other = role === "cutter_exec" ? world.exec : world.verify;
      await attack(role);
      expect((await other.query("SELECT 1 AS here")).rows).toEqual([{ here: 1 }]);
      await expect(toTheEnd()).resolves.toBeUndefined();
    },
  );

  it("cutter_gate and cutter_halt can hold the run up, which its refusal names, and change nothing", async () => {
    await attack("cutter_halt");
    expect(await begun(world.exec, run, "cut_leg_a")).toMatch(/^(?:STOP_HALTED|accepted)$/);
    await attack("cutter_gate");
    expect(await begun(world.exec, run, "cut_leg_a")).toMatch(
      /^(?:STOP_HALTED|STOP_APPROVAL_(?:REVOKED|INVALID)|accepted)$/,
    );
  });
});
