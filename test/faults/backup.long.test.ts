// What goes wrong around a backup: every fault has its stop, and never leaves a file that looks like a backup.
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { takeBackup, verifyBackupFile } from "../../runner/adapters/take-backup.ts";
import { backupRequest, forEveryTest, RUN_FILE, stopOf, type BackupPlace, type Recipient } from "../support/backup.ts";
import { brokenPsql } from "../support/broken-psql.ts";
import { bundleProgram } from "../support/bundle.ts";
import type { FreshDatabase } from "../support/database.ts";
import { foundIn, tracesOf } from "../support/secret-traces.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;
forEveryTest((ground) => {
  ({ database, place, recipient } = ground);
});

test("a restore with a single error fails the proof, without quoting rows", async () => {
  await database.rows(
    "UPDATE public.dot_config SET value = 'planted-row-value' WHERE key = (SELECT min(key) FROM public.dot_config)",
  );
  const request = backupRequest(
    database,
    place,
    recipient,
    await brokenPsql(database, place, "s/^COPY public.dot_config (/COPY public.no_such_table (/"),
  );
  const saw = await stopOf(request, "STOP_PROOF_FAILED", [`${RUN_FILE}.unproven`]);
  expect(saw).toContain("psql ended with status 3");
  expect(saw).not.toContain("planted-row-value");
});

test("a command hidden in a CHECK does not run during the restore", async () => {
  const trace = join("/tmp", `trace-${process.pid}-${basename(place.folder)}`);
  await database.rows(`CREATE FUNCTION public.looks_harmless(text) RETURNS boolean LANGUAGE plpgsql AS $f$
      BEGIN IF current_database() = 'restored' THEN COPY (SELECT 1) TO PROGRAM 'touch ${trace}'; END IF; RETURN true; EXCEPTION WHEN OTHERS THEN RETURN true; END $f$;
    ALTER TABLE public.dot_config ADD CONSTRAINT harmless CHECK (public.looks_harmless(key));
    ALTER FUNCTION public.looks_harmless(text) OWNER TO directus; GRANT pg_execute_server_program TO directus`);
  try {
    await takeBackup(backupRequest(database, place, recipient));
  } finally {
    await database.rows("REVOKE pg_execute_server_program FROM directus");
  }
  expect(existsSync(trace)).toBe(false);
});

test("a foreign key to a table left out is named before anything is dumped", async () => {
  let dumped = false;
  const saw = await stopOf(
    backupRequest(database, place, recipient, {
      tables: ["public.unit_version"],
      contextTables: [],
      dumpStarted: () => {
        dumped = true;
      },
    }),
    "STOP_BACKUP_FAILED",
  );
  expect(saw).toMatch(/public\.unit_version needs public\.information_unit \(foreign key/);
  expect(dumped).toBe(false);
});

test("a function on the row type of a table left out is left out itself, and a partition left out is named", async () => {
  await database.rows(`CREATE TABLE public.other (x int); CREATE FUNCTION public.of_other(public.other) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE public.parent (x int PRIMARY KEY) PARTITION BY RANGE (x); CREATE TABLE public.child PARTITION OF public.parent DEFAULT; GRANT SELECT ON public.parent TO cutter_backup`);
  const request = backupRequest(database, place, recipient);
  const saw = await stopOf({ ...request, tables: [...request.tables, "public.parent"] }, "STOP_BACKUP_FAILED");
  expect(saw).not.toContain("of_other");
  expect(saw).toContain("public.parent needs public.child (inheritance)");
});

test("a configured table that does not exist is named", async () => {
  expect(
    await stopOf(
      backupRequest(database, place, recipient, { contextTables: ["public.no_such_table"] }),
      "STOP_BACKUP_FAILED",
    ),
  ).toContain("public.no_such_table");
});

test("a table that cutter_backup may not read stops the backup by name", async () => {
  await database.rows("REVOKE SELECT ON cutter_governance.verify_result FROM cutter_backup");
  expect(await stopOf(backupRequest(database, place, recipient), "STOP_BACKUP_FAILED")).toContain("verify_result");
});

test("row level security that would hide rows stops the backup instead of shortening it", async () => {
  await database.rows("ALTER TABLE cutter_governance.verify_result ENABLE ROW LEVEL SECURITY");
  expect(await stopOf(backupRequest(database, place, recipient), "STOP_BACKUP_FAILED")).toContain("verify_result");
});

test("a wrong password stops the backup without showing it", async () => {
  const request = backupRequest(database, place, recipient);
  expect(
    await stopOf({ ...request, access: { ...request.access, password: "planted-password" } }, "STOP_BACKUP_FAILED"),
  ).toContain("password authentication failed");
});

test("without a key, with another key and without a folder there is no backup", async () => {
  const request = backupRequest(database, place, recipient);
  await stopOf({ ...request, recipientPublicKey: join(place.folder, "absent.asc") }, "STOP_BACKUP_GPG_PUBKEY_MISSING");
  await stopOf({ ...request, recipientFingerprint: "A".repeat(40) }, "STOP_BACKUP_GPG_PUBKEY_MISSING");
  await stopOf({ ...request, outputFile: join(place.folder, "absent", RUN_FILE) }, "STOP_BACKUP_FAILED");
});

/** Enough rows that a dump is still under way when it is interrupted. */
async function manyRows(): Promise<void> {
  await database.rows(`INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind, status, payload, emitted_at)
    SELECT gen_random_uuid(), 'filler', 'open', jsonb_build_object('text', (SELECT string_agg(md5((m * n + random())::text), '') FROM generate_series(1, 300) m)), now() FROM generate_series(1, 6000) n`);
}

const partSize = (): number =>
  readdirSync(place.folder)
    .filter((name) => name.endsWith(".part"))
    .reduce((sum, name) => sum + statSync(join(place.folder, name)).size, 0);

test("pg_dump killed half-way leaves neither a backup nor a half file", async () => {
  await manyRows();
  let dumpedBytes = 0;
  const saw = await stopOf(
    backupRequest(database, place, recipient, {
      dumpStarted: (pid) =>
        void (async () => {
          while ((dumpedBytes = partSize()) < 1 << 20) await pause(2);
          process.kill(pid, "SIGKILL");
        })(),
    }),
    "STOP_BACKUP_FAILED",
  );
  expect(dumpedBytes).toBeGreaterThan(0);
  expect(saw).toContain("pg_dump was ended by SIGKILL");
});

test("a server that ends the connections half-way leaves neither a backup nor a half file", async () => {
  await manyRows();
  await stopOf(
    backupRequest(database, place, recipient, {
      dumpStarted: () =>
        void (async () => {
          while (partSize() < 1 << 20) await pause(2);
          await database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cutter_backup' AND datname = current_database()",
          );
        })(),
    }),
    "STOP_BACKUP_FAILED",
  );
});

test("pg_dump that hangs is ended after the time of the phase", async () => {
  const saw = await stopOf(
    backupRequest(database, place, recipient, {
      capSeconds: 2,
      dumpStarted: (pid) => {
        process.kill(pid, "SIGSTOP");
      },
    }),
    "STOP_BACKUP_FAILED",
  );
  expect(saw).toContain("pg_dump did not end in time");
});

test("a server that falls silent during the checksums ends the backup after the time of the phase", async () => {
  await manyRows();
  const pids: number[] = [];
  try {
    const saw = await stopOf(
      backupRequest(database, place, recipient, {
        capSeconds: 6,
        dumpStarted: () =>
          void (async () => {
            const rows = await database.rows<{ pid: number }>(
              "SELECT pid FROM pg_stat_activity WHERE application_name = 'cutter/backup' AND datname = current_database()",
            );
            for (const { pid } of rows) {
              pids.push(pid);
              process.kill(pid, "SIGSTOP");
            }
          })(),
      }),
      "STOP_BACKUP_FAILED",
    );
    expect(saw).toContain("no answer within 6 s");
    expect(pids).toHaveLength(1);
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
});

test("an earlier proven backup survives a later one that fails", async () => {
  const request = backupRequest(database, place, recipient);
  const first = await takeBackup(request);
  await stopOf(
    {
      ...request,
      dumpStarted: (pid) => {
        process.kill(pid, "SIGKILL");
      },
    },
    "STOP_BACKUP_FAILED",
    [RUN_FILE],
  );
  await expect(verifyBackupFile(request.outputFile, first)).resolves.toBeUndefined();
});

test("while pg_dump runs its password stands in no file that has a name and in no environment, so a killed runner leaves none behind", async () => {
  const request = backupRequest(database, place, recipient);
  const traces = tracesOf("password", request.access.password);
  const seen: { file?: string; read?: string; environment?: readonly string[] } = {};
  await takeBackup({
    ...request,
    dumpStarted: (pid) => {
      process.kill(pid, "SIGSTOP");
      seen.file = readlinkSync(`/proc/${pid}/fd/3`);
      seen.read = readFileSync(`/proc/${pid}/fd/3`, "utf8");
      seen.environment = foundIn(readFileSync(`/proc/${pid}/environ`), traces);
      process.kill(pid, "SIGCONT");
    },
  });
  expect(seen).toMatchObject({
    file: expect.stringMatching(/ \(deleted\)$/),
    read: expect.stringContaining(request.access.password),
    environment: [],
  });
});

test("a half file of a killed runner is removed by the next backup of the run", async () => {
  writeFileSync(join(place.folder, `.${RUN_FILE}.00000000.part`), "half");
  await takeBackup(backupRequest(database, place, recipient));
  expect((await readdir(place.folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("a full disk stops the backup and leaves nothing", async () => {
  const program = join(place.folder, "seal.mjs");
  await bundleProgram(
    program,
    `
    import { readFileSync, existsSync } from "node:fs";
    import { newSessionKey, sealToFile } from "./runner/adapters/backup-envelope.ts";
    import { recipientOf } from "./runner/adapters/backup-key.ts";
    const recipient = await recipientOf(readFileSync(${JSON.stringify(place.keyFile)}, "utf8"), ${JSON.stringify(recipient.fingerprint)}, new Date());
    async function* clear() { for (let turn = 0; turn < 100; turn += 1) yield Buffer.alloc(65536, 97); }
    try { await sealToFile(clear(), recipient, newSessionKey(), ${JSON.stringify(join(place.folder, "full.gpg"))}); }
    catch (error) { process.stdout.write(error.code + " " + error.facts?.saw); }`,
  );
  // The file size limit stands for a full disk: the write fails in the middle of the stream.
  const { stdout } = await execa("env", [
    "--ignore-signal=XFSZ",
    "prlimit",
    "--fsize=1000000",
    process.execPath,
    program,
  ]);
  expect(stdout).toBe("STOP_BACKUP_FAILED the backup file could not be written (EFBIG)");
});
