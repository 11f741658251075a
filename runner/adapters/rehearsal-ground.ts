// Databases for a rehearsal, made of the restored copy of the newest backup in its scratch server: docs/decisions/0051-rehearsal.md.
import { randomBytes } from "node:crypto";
import type pg from "pg";
import * as z from "zod";
import type { BackupVault, KeptCopy } from "../world/backup.ts";
import { ROWS } from "../model/rows.ts";
import { ROLES } from "../model/run.ts";
import { Stopped } from "../model/stop.ts";
import type { RehearsalGround, Stage } from "../world/stage.ts";
import { connectTo } from "./backup-source.ts";
import { postgresDatabase, type DatabasePort } from "./postgres.ts";
import { rehearsalFiles } from "./rehearsal-files.ts";
import { asSuperuser } from "./restore.ts";
import { bound } from "./statements.ts";

const made = z.array(z.object({ statement: z.string() }));
const looked = z.array(
  z.strictObject({ table: z.string(), lost: z.int(), added: z.int(), first_lost: z.string().nullable() }),
);

/** The ground of one process: databases made of the copy that this vault keeps. */
export function rehearsalGround(vault: BackupVault): RehearsalGround {
  // Roles belong to the server, so its stages share one password.
  const password = randomBytes(24).toString("base64url");
  return {
    content: () => vault.kept()?.receipt.content_digests_sha,
    stage: async (name) => {
      const copy = vault.kept();
      if (!copy)
        throw new Stopped("STOP_PROOF_FAILED", {
          saw: "no restored copy of this run's backup is kept",
          wanted: "the scratch server of the newest backup",
        });
      return stage({ copy, password }, name);
    },
  };
}

interface Ground {
  readonly copy: KeptCopy;
  readonly password: string;
}

async function stage(ground: Ground, name: string): Promise<Stage> {
  const { copy, password } = ground;
  // Outside the restored databases: nothing of what was restored runs with a superuser's rights.
  const identifier = await asSuperuser(copy.scratch, copy.scratch.maintenance, async (client) => {
    const { rows } = await client.query(
      bound("read/rehearsal/stage-statements", {
        stage: name,
        source: copy.database,
        roles: Object.values(ROLES),
        password,
      }),
    );
    for (const row of made.parse(rows)) await client.query(row.statement);
    return ROWS["read/server-identity"].parse((await client.query(bound("read/server-identity"))).rows[0])
      .system_identifier;
  });
  const database = {
    host: copy.scratch.socketDir,
    port: copy.scratch.port,
    name,
    sslmode: copy.scratch.sslmode,
    ...(copy.scratch.sslrootcert === null ? {} : { sslrootcert: copy.scratch.sslrootcert }),
    system_identifier: identifier,
  };
  const watch = await connectTo(
    {
      host: database.host,
      port: database.port,
      sslmode: database.sslmode,
      sslrootcert: copy.scratch.sslrootcert,
      database: name,
      ...copy.restorer,
    },
    "cutter/rehearsal",
  );
  await watch.query("CREATE TEMPORARY TABLE looked_at (look int, name text, row_key text, row_sha text)");
  let looks = 0;
  await note(watch, copy, looks);
  let port: DatabasePort | undefined;
  return {
    worldFor: async (host, runId, counts) => {
      const config = { ...host.config, database };
      port ??= postgresDatabase(config, (role) => Promise.resolve({ user: ROLES[role], password }), { copy: true });
      return {
        ...host,
        config,
        counts,
        vault: stageVault(host.vault, copy),
        files: await rehearsalFiles(host.files, runId),
        database: port,
        events: { emit: () => undefined },
        reporter: { takesPages: false, deliver: () => Promise.resolve() },
        approvals: { insistSigned: () => Promise.resolve(), insistOrders: () => Promise.resolve() },
        // Nobody else works in a copy.
        untilQuiet: () => Promise.resolve(false),
      };
    },
    look: async () => {
      looks += 1;
      await note(watch, copy, looks);
      return looked.parse((await watch.query(bound("read/rehearsal/compare-looks", { look: looks }))).rows);
    },
    end: async () => {
      await port?.end();
      await watch.end();
      // What stays is thrown away with the server; a round that failed must tell its own reason.
      await drop(copy, name).catch(() => undefined);
    },
  };
}

const drop = ({ scratch }: KeptCopy, name: string): Promise<void> =>
  asSuperuser(scratch, scratch.maintenance, async (client) => {
    const { rows } = await client.query(bound("read/rehearsal/drop-statements", { stage: name }));
    for (const row of made.parse(rows)) await client.query(row.statement);
  });

async function note(watch: pg.Client, { tables }: KeptCopy, look: number): Promise<void> {
  const { rows } = await watch.query(bound("read/rehearsal/look-statements", { tables, look }));
  for (const row of made.parse(rows)) await watch.query(row.statement);
}

/** The backup of a rehearsal is the one it was restored from. */
function stageVault(host: BackupVault, { receipt }: KeptCopy): BackupVault {
  const same = (): Promise<typeof receipt> => Promise.resolve(receipt);
  return {
    take: same,
    takeByHand: same,
    selftest: same,
    kept: () => undefined,
    letGo: () => Promise.resolve(),
    has: () => Promise.resolve(true),
    verify: () => host.verify(receipt),
  };
}
