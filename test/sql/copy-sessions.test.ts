// Sessions of a copy that nobody else works in stay for the whole rehearsal; the environment of each database is read in full once.
import { afterAll, beforeAll, expect, test } from "vitest";
import { credentialOf } from "../../runner/adapters/credentials.ts";
import { postgresDatabase, type PortOptions } from "../../runner/adapters/postgres.ts";
import { relevantObjects } from "../../runner/adapters/rights.ts";
import { canonicalText } from "../../runner/model/canonical.ts";
import { environmentLooks } from "../../runner/looks/facts.ts";
import { environmentScope } from "../../runner/rules/environment-hash.ts";
import type { EnvironmentLook } from "../../runner/world/environment-look.ts";
import type { Database, Reader } from "../../runner/world/database.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { runnerConfig, type RunnerConfig } from "../support/runner-config.ts";

interface Ground {
  readonly db: FreshDatabase;
  readonly runner: RunnerConfig;
}
const grounds: Ground[] = [];
beforeAll(async () => {
  for (let n = 0; n < 2; n += 1) {
    const db = await freshDatabase();
    grounds.push({ db, runner: await runnerConfig(db.cluster, db.name) });
  }
});
afterAll(async () => {
  for (const { db, runner } of grounds) {
    runner.remove();
    await db.drop();
  }
});

const BEAT = { process: "a process", doing: "batch", release: "r1", key: "k" };

const portTo = ({ runner: { config } }: Ground, options: PortOptions) =>
  postgresDatabase(config, (role) => credentialOf(config, role), options);

const ground = (): Ground => {
  const [first] = grounds;
  if (!first) throw new Error("no database");
  return first;
};

/** Sessions of a role that the server holds now. */
const sessionsOf = async ({ db }: Ground, role: string): Promise<number[]> =>
  (
    await db.rows<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = $1 ORDER BY 1",
      [role],
    )
  ).map(({ pid }) => pid);

/** As a trigger of somebody else may leave a session: another search path, a lock of the session. */
const LEAVES_BEHIND = `
  CREATE FUNCTION public.leaves_behind() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('search_path', 'public', false), pg_advisory_lock(4711);
    RETURN NULL;
  END $$;
  CREATE TRIGGER leaves_behind AFTER INSERT ON cutter_runtime.host_beat FOR EACH ROW EXECUTE FUNCTION public.leaves_behind()`;

test("an effect in a copy finds a session as it began, whatever the work before it left there, and none stays after the rehearsal", async () => {
  const place = ground();
  const port = portTo(place, { copy: true });
  const looked = async (reader: Reader): Promise<unknown> => {
    const seen = await reader.query("read/environment/server", {
      scope: canonicalText({ ...environmentScope(relevantObjects()) }),
    });
    return seen.find(({ kind }) => kind === "reading")?.value;
  };
  const locks = async (): Promise<number> =>
    (await place.db.rows("SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711")).length;
  await place.db.rows(LEAVES_BEHIND);
  try {
    await port.effect("exec", (tx) => tx.query("write/host-beat", { ...BEAT }));
    const [held] = await sessionsOf(place, "cutter_exec");
    expect([await port.read("exec", looked), await locks()]).toEqual(["public", 1]);
    await port.effect("exec", async (tx) => {
      expect([await looked(tx), await locks(), await sessionsOf(place, "cutter_exec")]).toEqual([
        "pg_catalog",
        0,
        [held],
      ]);
    });
  } finally {
    await port.end();
  }
  await expect.poll(() => sessionsOf(place, "cutter_exec")).toEqual([]);
});

test("an effect on a host gets a session made for it", async () => {
  const place = ground();
  const port = portTo(place, {});
  const own = (): Promise<readonly number[]> => port.effect("exec", () => sessionsOf(place, "cutter_exec"));
  expect(await own()).not.toEqual(await own());
  await port.end();
});

test("both ways of a rehearsal, asked in turn, read the environment of their copy in full once, and again when it was written to", async () => {
  const looks = environmentLooks(environmentScope(relevantObjects()));
  const read: string[] = [];
  const ports = grounds.map((place) => portTo(place, { copy: true }));
  const look = (of: Database, name: string): Promise<EnvironmentLook> =>
    of.effect("exec", (tx) => {
      const watched: Reader = {
        role: tx.role,
        one: (...asked) => tx.one(...asked),
        query: (...asked) => {
          if (asked[0] === "read/environment/functions") read.push(name);
          return tx.query(...asked);
        },
      };
      return looks(watched);
    });
  const [ahead, back] = ports;
  if (!ahead || !back) throw new Error("no two databases");
  const first = await look(ahead, "ahead");
  await look(back, "back");
  expect(await look(ahead, "ahead")).toEqual(first);
  await look(back, "back");
  expect(read).toEqual(["ahead", "back"]);
  await ground().db.rows("REVOKE SELECT ON public.information_unit FROM cutter_verify");
  expect((await look(ahead, "ahead")).hash).not.toBe(first.hash);
  await look(back, "back");
  expect(read).toEqual(["ahead", "back", "ahead"]);
  for (const port of ports) await port.end();
});
