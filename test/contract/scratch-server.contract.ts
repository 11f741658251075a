// What every scratch server adapter promises, whatever makes it.
import { stat } from "node:fs/promises";
import pg from "pg";
import { describe, expect, test } from "vitest";
import type { RunningScratch, ScratchServer } from "../../runner/model/backup.ts";

async function asSuperuser<T>(scratch: RunningScratch, work: (client: pg.Client) => Promise<T>, password = scratch.password): Promise<T> {
  const client = new pg.Client({ host: scratch.socketDir, port: scratch.port, user: scratch.superuser, password, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
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
      asSuperuser(scratch, async (client) => String((await client.query("SELECT current_setting($1) AS value", [key])).rows[0]?.value));

    test("its superuser can create a database in it", () => using(async (scratch) => {
      await asSuperuser(scratch, async (client) => {
        await client.query("CREATE DATABASE restored");
      });
    }));
    test("it has room for the locks of a restore in one transaction", () => using(async (scratch) => {
      expect(Number(await setting(scratch, "max_locks_per_transaction"))).toBeGreaterThanOrEqual(4096);
    }));
    test("it listens on no network address", () => using(async (scratch) => {
      expect(await setting(scratch, "listen_addresses")).toBe("");
    }));
    test("nobody enters without the password", () => using(async (scratch) => {
      await expect(asSuperuser(scratch, async () => undefined, "wrong")).rejects.toThrow(/password authentication failed/);
    }));
    test("its socket folder is closed to other users and its path fits into a socket address", () => using(async (scratch) => {
      expect((await stat(scratch.socketDir)).mode & 0o077).toBe(0);
      expect(scratch.socketDir.length).toBeLessThan(90);
    }));
    test("its cluster is another one at every start", async () => {
      const seen = new Set<string>();
      while (seen.size < 2) {
        const before = seen.size;
        await using(async (scratch) => {
          seen.add(await asSuperuser(scratch, async (client) => String((await client.query("SELECT system_identifier FROM pg_control_system()")).rows[0]?.system_identifier)));
        });
        expect(seen.size).toBe(before + 1);
      }
    });
    test("two run side by side and end independently", () => using(async (first) => {
      await using(async (second) => {
        expect(second.socketDir).not.toBe(first.socketDir);
      });
      expect(await setting(first, "listen_addresses")).toBe("");
    }));
    test("after stop neither its process nor its folder is left", async () => {
      const scratch = await make().start(0);
      const pid = await asSuperuser(scratch, async (client) => Number((await client.query("SELECT pg_backend_pid() AS pid")).rows[0]?.pid));
      await scratch.stop();
      expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
      await expect(stat(scratch.folder)).rejects.toThrow(/ENOENT/);
    });
  });
}
