// What every scratch server adapter promises, whatever makes it.
import { stat } from "node:fs/promises";
import pg from "pg";
import { describe, expect, test } from "vitest";
import type { RunningScratch, ScratchServer } from "../../runner/world/backup.ts";

async function asSuperuser<T>(
  scratch: RunningScratch,
  work: (client: pg.Client) => Promise<T>,
  password = scratch.password,
): Promise<T> {
  const client = new pg.Client({
    host: scratch.socketDir,
    port: scratch.port,
    user: scratch.superuser,
    password,
    database: scratch.maintenance,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The contract; `make` returns the adapter under test. */
export function scratchServerContract(name: string, make: () => ScratchServer): void {
  describe(`scratch server ${name}`, () => {
    const using = async (work: (scratch: RunningScratch) => Promise<void>): Promise<void> => {
      const scratch = await make().start(0);
      try {
        await work(scratch);
      } finally {
        await scratch.stop();
      }
    };
    const setting = (scratch: RunningScratch, key: string): Promise<string> =>
      asSuperuser(scratch, async (client) =>
        String((await client.query("SELECT current_setting($1) AS value", [key])).rows[0]?.value),
      );

    test("its superuser can make the owner of a restore and its database", () =>
      using(async (scratch) => {
        await asSuperuser(scratch, async (client) => {
          await client.query("CREATE ROLE cutter_scratch_owner");
          await client.query("CREATE DATABASE restored OWNER cutter_scratch_owner");
        });
      }));
    test("it has room for the locks of a restore in one transaction", () =>
      using(async (scratch) => {
        expect(Number(await setting(scratch, "max_locks_per_transaction"))).toBeGreaterThanOrEqual(4096);
      }));
    test("nobody enters without the password", () =>
      using(async (scratch) => {
        await expect(asSuperuser(scratch, async () => undefined, "wrong")).rejects.toThrow(
          /password authentication failed/,
        );
      }));
    test("its folder is closed to other users and its path leaves room for a socket's name", () =>
      using(async (scratch) => {
        expect((await stat(scratch.folder)).mode & 0o077).toBe(0);
        expect(scratch.folder.length).toBeLessThan(90);
      }));
    test("every start finds neither roles nor databases of the last one, however much was left in it", async () => {
      for (let turn = 0; turn < 2; turn += 1) {
        await using((scratch) =>
          asSuperuser(scratch, async (client) => {
            expect(
              (
                await client.query(
                  "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> $1 AND datname <> 'postgres'",
                  [scratch.maintenance],
                )
              ).rows,
            ).toEqual([]);
            for (const role of ["cutter_scratch_owner", "cutter_exec"]) await client.query(`CREATE ROLE ${role}`);
            await client.query("CREATE DATABASE restored OWNER cutter_scratch_owner");
            await client.query("GRANT cutter_scratch_owner TO cutter_exec");
          }),
        );
      }
    });
    test("after stop its folder is gone and no connection of ours is left", async () => {
      const scratch = await make().start(0);
      const pid = await asSuperuser(scratch, async (client) =>
        Number((await client.query("SELECT pg_backend_pid() AS pid")).rows[0]?.pid),
      );
      await scratch.stop();
      // A backend of a server that goes on living ends a moment after its connection.
      await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
      await expect(stat(scratch.folder)).rejects.toThrow(/ENOENT/);
    });
  });
}
