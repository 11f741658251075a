// A backup of the whole cut surface: what the receipt says, what the file holds, who can read it.
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backupShelf } from "../../runner/adapters/backup-shelf.ts";
import { backupLines, backupRun, backupSelftest } from "../../runner/commands/backup-by-hand.ts";
import { backupVault } from "../../runner/adapters/backup-vault.ts";
import { takeBackup, verifyBackupFile } from "../../runner/adapters/take-backup.ts";
import { backupReceiptSchema, type BackupReceipt } from "../../runner/model/backup-receipt.ts";
import { digestOf, sha256 } from "../../runner/model/canonical.ts";
import {
  backupGround,
  backupPlace,
  backupRequest,
  endGround,
  RUN_FILE,
  type BackupPlace,
  type Recipient,
} from "../support/backup.ts";
import { CONTEXT_TABLES, MUTATION_TABLES } from "../support/governed-tables.ts";
import { freshDatabase, type FreshDatabase } from "../support/database.ts";
import { gpgHome } from "../support/gpg-home.ts";

let database: FreshDatabase;
let place: BackupPlace;
let recipient: Recipient;
/** The one backup that every test looks at; `seen`: arguments and environment of its pg_dump. */
let receipt: BackupReceipt;
let seen: { readonly words: string; readonly environment: string };
beforeAll(async () => {
  ({ database, place, recipient } = await backupGround());
  process.env["CUTTER_TEST_PLANTED"] = "planted-value";
  try {
    receipt = await takeBackup({
      ...backupRequest(database, place, recipient),
      dumpStarted: (pid) => {
        const read = (name: string): string => readFileSync(`/proc/${pid}/${name}`, "utf8");
        seen = { words: read("cmdline"), environment: read("environ") };
      },
    });
  } finally {
    delete process.env["CUTTER_TEST_PLANTED"];
  }
});
afterAll(() => endGround({ database, place, recipient }));

test("the receipt of a backup counts every row of the source and of the restored copy", async () => {
  expect(backupReceiptSchema.parse(receipt)).toEqual(receipt);
  expect(Object.keys(receipt.content_digests).sort()).toEqual([...MUTATION_TABLES, ...CONTEXT_TABLES].sort());
  for (const [table, { rows }] of Object.entries(receipt.content_digests)) {
    expect({ table, rows }).toEqual({
      table,
      rows: Number((await database.rows<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n),
    });
  }
  expect(receipt.content_digests["public.information_unit"]?.rows).toBe(158);
  expect(receipt.proof.tables).toEqual(receipt.content_digests);
  expect(receipt.content_digests_sha).toBe(digestOf(receipt.content_digests));
  expect(receipt.proof_sha).toBe(digestOf(receipt.proof));
  expect(receipt.recipient).toBe(recipient.fingerprint);
});

test("the folder holds the one file of the receipt, readable by its owner alone, and no clear text", async () => {
  expect((await readdir(place.folder)).sort()).toEqual([RUN_FILE, "recipient.asc"].sort());
  const file = join(place.folder, RUN_FILE);
  const bytes = await readFile(file);
  expect({ size: bytes.length, sha: sha256(bytes) }).toEqual({ size: receipt.size_bytes, sha: receipt.file_sha });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(bytes.includes("information_unit")).toBe(false);
  await expect(verifyBackupFile(file, receipt)).resolves.toBeUndefined();
});

test("gpg with the private key reads the file, and psql makes the same rows of it", async () => {
  const gpg = await gpgHome();
  const copy = await freshDatabase({ packages: ["read-rights"] });
  try {
    await gpg.gpg(["--import"], Buffer.from(recipient.privateKey));
    const listed = (await gpg.gpg(["--list-packets", "--list-only", join(place.folder, RUN_FILE)])).toString();
    expect(listed.match(/^:pubkey enc packet:/gm)).toHaveLength(1);
    const sql = await gpg.gpg(["--decrypt", join(place.folder, RUN_FILE)]);
    await copy.rows("DROP SCHEMA public, cutter_governance CASCADE");
    const { host, port, user, password } = copy.settings();
    await execa(join(copy.cluster.binDir, "psql"), ["-XqAt", "-v", "ON_ERROR_STOP=1", "-1", "-o", "/dev/null"], {
      input: sql,
      extendEnv: false,
      env: { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: copy.name },
    });
    for (const table of Object.keys(receipt.content_digests)) {
      const text = `SELECT count(*) AS n, md5(string_agg(t::text, '|' ORDER BY t::text COLLATE "C")) AS md5 FROM ${table} t`;
      expect({ table, rows: await copy.rows(text) }).toEqual({ table, rows: await database.rows(text) });
    }
  } finally {
    await copy.drop();
    await gpg.close();
  }
});

test("the password stands neither in the arguments nor in the environment of pg_dump, and nothing else of ours does", () => {
  expect(seen.words).toContain("pg_dump");
  expect(seen.words + seen.environment).not.toContain(backupRequest(database, place, recipient).access.password);
  const names = seen.environment
    .split("\0")
    .map((line) => line.split("=", 1)[0] ?? "")
    .filter((name) => name !== "")
    .sort();
  expect(names).toEqual([
    "LC_ALL",
    "PGCLIENTENCODING",
    "PGCONNECT_TIMEOUT",
    "PGDATABASE",
    "PGHOST",
    "PGOPTIONS",
    "PGPASSFILE",
    "PGPORT",
    "PGSSLMODE",
    "PGUSER",
    "TZ",
  ]);
});

test("the vault keeps a backup by hand, leaves nothing of a self-test and refuses an id that is a path", async () => {
  const { host, port, binDir } = database.cluster;
  const own = await backupPlace(recipient.publicKey);
  const vault = backupVault(
    {
      orchestrator: { runtime_root: own.folder },
      caps: { phase_minutes: 5 },
      database: {
        host,
        port,
        name: database.name,
        sslmode: "disable",
        system_identifier: "7000000000000000000",
      },
      backup: {
        tables: [...MUTATION_TABLES],
        context_tables: [...CONTEXT_TABLES],
        recipient_fingerprint: recipient.fingerprint,
        recipient_public_key: own.keyFile,
        max_age_minutes: 60,
        adapter: "initdb",
        postgres_bin: binDir,
        scratch_user: process.getuid?.() === 0 ? "postgres" : null,
        scratch_root: "/tmp",
        scratch_url_file: null,
        scratch_image: null,
        docker_program: "/usr/bin/docker",
      },
    },
    async () => ({ user: "cutter_backup", password: database.cluster.passwords.cutter_backup }),
    () => undefined,
  );
  await mkdir(join(own.folder, "backups"), { recursive: true });
  const tested = await backupSelftest(vault);
  expect(backupLines("selftest", tested)[0]).toMatch(/^PASS: \d+ rows of 17 tables restored and equal/);
  expect(await readdir(join(own.folder, "backups"))).toEqual([]);
  const shelf = backupShelf(own.folder);
  const kept = await backupRun(vault, shelf);
  const file = kept.artifact_ref.replace("backups/", "");
  expect((await readdir(join(own.folder, "backups"))).sort()).toEqual([
    file.replace(".sql.gpg", ".receipt.json"),
    file,
  ]);
  const [stored] = await shelf.list();
  if (!stored) throw new Error("nothing on the shelf");
  expect(stored).toMatchObject({ kind: "hand", file, run_id: null, size_bytes: kept.size_bytes });
  const ofKept = await shelf.receiptOf(stored);
  expect(ofKept).toMatchObject({ file_sha: kept.sha256, proof_sha: kept.proof_sha });
  if (ofKept) await vault.verify(ofKept);
  await shelf.remove(stored);
  expect(await readdir(join(own.folder, "backups"))).toEqual([]);
  await expect(vault.take("../../../etc/cron.d/x", 1)).rejects.toMatchObject({ code: "STOP_REFUSED_INPUT" });
  await own.remove();
});
