// Databases of a rehearsal in the scratch server of a real backup: made of the restored copy, and gone with their round.
import { expect, test } from "vitest";
import { connectTo } from "../../runner/adapters/backup-source.ts";
import { rehearsalGround } from "../../runner/adapters/rehearsal-ground.ts";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import type { BackupVault, KeptCopy } from "../../runner/world/backup.ts";
import { backupRequest, forEveryTest, type BackupPlace, type Recipient } from "../support/backup.ts";
import type { FreshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;
forEveryTest((ground) => {
  ({ database, place, recipient } = ground);
});

async function databasesIn({ scratch }: KeptCopy): Promise<string[]> {
  const { socketDir: host, port, superuser: user, password, sslmode, sslrootcert, maintenance } = scratch;
  const client = await connectTo(
    { host, port, user, password, sslmode, sslrootcert, database: maintenance },
    "cutter/test",
  );
  const { rows } = await client.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname ~ '^re' ORDER BY 1",
  );
  await client.end();
  return rows.map(({ datname }) => datname);
}

test("a round of a wave's rehearsal that has ended leaves no copy of the database behind, and the next one is made of the same restored copy", async () => {
  let copy: KeptCopy | undefined;
  await takeBackup({ ...backupRequest(database, place, recipient), keep: (kept) => (copy = kept) });
  if (!copy) throw new Error("no copy was kept");
  try {
    const kept = copy;
    const ground = rehearsalGround({ kept: () => kept } as BackupVault);
    for (const round of ["rehearsal_one", "rehearsal_two"]) {
      const stage = await ground.stage(round);
      expect(await databasesIn(kept)).toEqual([round, kept.database]);
      expect(await stage.look()).toEqual([]);
      await stage.end();
      expect(await databasesIn(kept)).toEqual([kept.database]);
    }
  } finally {
    await copy.scratch.stop();
  }
});
