// Two thousand statements by whoever stole one password: every function and table the role can reach, with plausible words, a thousand
// while an admitted run waits and a thousand while its writer stands inside an effect, between its rows and its COMMIT. Nothing of the
// text, the ledger, the verdict, the journal or the records of the run may change, and what holds the run up has a name.
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoginRole } from "../support/cluster.ts";
import { GUARDED_TABLES } from "../support/governed-tables.ts";
import { writeLegB, writeVerdict } from "../support/ledger-by-sql.ts";
import { admittedRun, begun, openPrincipals, type Principals } from "../support/principals.ts";
import {
  admit,
  answerOf,
  beginEffect,
  createUnits,
  cutLegA,
  effect,
  enact,
  endEffect,
  PAYLOAD_SHAS,
  recordPhase,
  SG_2_SHA,
  sha,
  type RunByHand,
} from "../support/run-by-sql.ts";

/** Of one password outside, and again inside, the window. */
const STATEMENTS = 1_000;
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
  const { rows } = await world.superuser.query<{ line: string }>(parts.join(" UNION ALL "));
  return rows.map(({ line }) => line).join(" ");
}

/** A thousand statements, each looked at; answers how many were accepted and what the others were refused with. */
async function attack(role: LoginRole, where: "outside" | "inside"): Promise<Map<string, number>> {
  const thief = await world.db.connect(role);
  const reach = await reachOf(thief);
  expect(reach.functions.length + reach.tables.length).toBeGreaterThan(4);
  const roll = dice(SEED + role.length + where.length);
  const answers = new Map<string, number>();
  const before = await guarded();
  for (let n = 0; n < STATEMENTS; n += 1) {
    const sql = statementOf(reach, roll);
    // Beside an open effect a statement waits for what the writer holds; how long it waits is no part of the attack.
    await thief.query(`SET statement_timeout = '15s'; SET lock_timeout = '${where === "inside" ? "20ms" : "5s"}'`);
    const answer = await answerOf(thief.query(sql));
    await thief.query("ROLLBACK");
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    expect(await guarded(), `seed ${SEED}, no. ${n} as ${role} (${answer}): ${sql}`).toBe(before);
  }
  await thief.end();
  return answers;
}

/** Every refusal has a code of ours or of SQL, none is a fault of the server, and the thief was refused as well as heard. */
function expectNamed(answers: ReadonlyMap<string, number>): void {
  const codes = [...answers.keys()];
  expect(codes.filter((code) => !/^(?:accepted|STOP_[A-Z0-9_]+|[0-9A-Z]{5})$/.test(code))).toEqual([]);
  expect(codes.filter((code) => /^(?:XX|58|53)/.test(code))).toEqual([]);
  expect(codes).toEqual(expect.arrayContaining(["accepted", "42501"]));
}

/** From leg A to the enactment, as far as it is still to be done. */
async function toTheEnd(cut: boolean): Promise<void> {
  if (!cut) await cutLegA(world.exec, run);
  await recordPhase(world.exec, run, "structural_verify");
  await effect(world.exec, run, "leg_b_record", () => writeLegB(world.exec, run));
  await effect(world.verify, run, "write_verify", () => writeVerdict(world.verify, run));
  await admit(world.gate, run, { gate: "SG_2_lifecycle_authz", person: "chi", payload_sha: SG_2_SHA });
  await enact(world.exec, run);
}

const HELD = /^(?:STOP_HALTED|STOP_APPROVAL_(?:REVOKED|INVALID)|accepted)$/;

describe("a thousand statements with one stolen password, while a run waits to be cut", () => {
  it.each<[LoginRole]>([["cutter_exec"], ["cutter_verify"], ["cutter_backup"]])(
    "%s changes nothing, and the run is cut, verified and enacted afterwards",
    async (role) => {
      expectNamed(await attack(role, "outside"));
      await expect(toTheEnd(false)).resolves.toBeUndefined();
    },
  );

  it.each<[LoginRole]>([["cutter_gate"], ["cutter_halt"]])(
    "%s can hold the run up, which its refusal names, and changes nothing",
    async (role) => {
      expectNamed(await attack(role, "outside"));
      expect(await begun(world.exec, run, "cut_leg_a")).toMatch(HELD);
    },
  );
});

describe("a thousand statements with one stolen password, while the writer stands between its rows and its COMMIT", () => {
  const standInside = async (): Promise<void> => {
    await world.exec.query("BEGIN");
    await beginEffect(world.exec, run, "cut_leg_a", PAYLOAD_SHAS, 600);
    await createUnits(world.exec, run);
  };

  it.each<[LoginRole]>([["cutter_exec"], ["cutter_verify"], ["cutter_backup"]])(
    "%s changes nothing, and what the writer commits is its own plan, verified and enacted",
    async (role) => {
      await standInside();
      expectNamed(await attack(role, "inside"));
      await endEffect(world.exec, run, "cut_leg_a");
      expect((await world.exec.query("COMMIT")).command).toBe("COMMIT");
      await expect(toTheEnd(true)).resolves.toBeUndefined();
    },
  );

  it.each<[LoginRole]>([["cutter_gate"], ["cutter_halt"]])(
    "%s can end the writer, and the next one is told why",
    async (role) => {
      await standInside();
      expectNamed(await attack(role, "inside"));
      await world.exec.end().catch(() => undefined);
      world = { ...world, exec: await world.db.connect("cutter_exec") };
      await world.exec.query("SELECT set_config('cutter.run_key', $1, false)", [KEY]);
      expect(await begun(world.exec, run, "cut_leg_a")).toMatch(HELD);
      const units = await world.superuser.query("SELECT 1 FROM public.information_unit WHERE canonical_address = $1", [
        run.units[0]?.canonical_address,
      ]);
      expect(units.rows).toEqual([]);
    },
  );
});
