// The denials that SECURITY.md accepts, each tried: what a password can still do, that nothing of a run changes by it, and what names it.
import { afterEach, beforeEach, expect, it } from "vitest";
import { everyRow, openPrincipals, admittedRun, type Principals } from "../support/principals.ts";
import { answerOf, anyReviewDecision, cutLegA, one, type RunByHand } from "../support/run-by-sql.ts";

let world: Principals;
let run: RunByHand;
beforeEach(async () => {
  world = await openPrincipals();
  run = await admittedRun(world);
});
afterEach(() => world.db.drop());

const PASSWORDS = ["cutter_exec", "cutter_verify", "cutter_gate", "cutter_halt", "cutter_backup"] as const;

it.each(PASSWORDS)("%s can fill the disk with large objects, reads and writes no file of the server", async (role) => {
  const thief = await world.db.connect(role);
  const before = await everyRow(world.db);
  expect(await answerOf(thief.query("SELECT lo_from_bytea(0, decode(repeat('41', 100000), 'hex'))"))).toBe("accepted");
  for (const call of ["lo_export(1, '/tmp/x')", "lo_import('/etc/passwd')", "pg_read_file('/etc/passwd')"])
    expect(await answerOf(thief.query(`SELECT ${call}`)), call).toBe("42501");
  expect(await everyRow(world.db)).toEqual(before);
  // Whose it is can be read and taken away by the administrator.
  const owner = "SELECT lomowner::regrole::text FROM pg_largeobject_metadata";
  expect(await one(world.superuser, owner)).toBe(role);
});

it.each(PASSWORDS)(
  "%s can change its own password and settings, and no marker, no limit and no other role",
  async (role) => {
    const thief = await world.db.connect(role);
    // Roles belong to the whole server, so nothing of this is committed.
    await thief.query("BEGIN");
    for (const sql of [
      `ALTER ROLE ${role} PASSWORD 'stolen'`,
      `ALTER ROLE ${role} SET search_path = pg_temp`,
      `ALTER ROLE ${role} SET default_transaction_read_only = on`,
    ])
      expect(await answerOf(thief.query(sql)), sql).toBe("accepted");
    await thief.query("ROLLBACK");
    for (const sql of [
      `ALTER ROLE ${role} SET app.canonical_writer = 'fn_iu_create'`,
      `ALTER ROLE ${role} SET session_replication_role = replica`,
      `ALTER ROLE ${role} CONNECTION LIMIT 50`,
      `ALTER ROLE ${role} SUPERUSER`,
      "ALTER ROLE cutter_owner PASSWORD 'stolen'",
      "ALTER ROLE directus SET statement_timeout = 1",
    ])
      expect(await answerOf(thief.query(sql)), sql).toBe("42501");
  },
);

it("a dry run of an enactment locks a document's rows while its session lasts, and ends with it", async () => {
  const [thief, colleague] = [await world.db.connect("cutter_exec"), await world.db.connect("directus")];
  await cutLegA(world.exec, run);
  const address = run.units[0]?.canonical_address;
  const minted = await anyReviewDecision(world.db);
  await thief.query("BEGIN");
  await thief.query("SELECT public.fn_iu_enact($1, 'x', $2, p_dry_run => true)", [address, minted]);
  await colleague.query("SET lock_timeout = 300");
  const read = "SELECT count(*) FROM public.information_unit WHERE canonical_address = $1";
  const lock = "SELECT FROM public.information_unit WHERE canonical_address = $1 FOR UPDATE";
  expect(await answerOf(colleague.query(lock, [address]))).toBe("55P03");
  expect(await one(colleague, read, [address])).toBe("1");
  // Who holds it is named by the server to whoever may look.
  const holder =
    "SELECT usename FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND query LIKE '%fn_iu_enact%'";
  expect(await one(world.superuser, holder)).toBe("cutter_exec");
  await thief.query("ROLLBACK");
  expect(await answerOf(colleague.query(lock, [address]))).toBe("accepted");
});
