// Backup and encryption against `pg_dump | gpg --encrypt` of the same tables, side by side; prints ratios, never judges.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { newSessionKey, sealToFile } from "../../runner/adapters/backup-envelope.ts";
import { loadRecipient } from "../../runner/adapters/backup-key.ts";
import { withSource } from "../../runner/adapters/backup-source.ts";
import { dump } from "../../runner/adapters/pg-dump.ts";
import { withPasswordFile } from "../../runner/adapters/postgres-programs.ts";
import { takeBackup } from "../../runner/adapters/take-backup.ts";
import { exclusionPatterns, quotePattern, schemaOwners } from "../../runner/rules/backup-proof.ts";
import { majorOf } from "../../runner/rules/postgres-versions.ts";
import { backupPlace, makeRecipient, testScratch } from "../support/backup.ts";
import { CONTEXT_TABLES, MUTATION_TABLES } from "../support/governed-tables.ts";
import { rounds, sizes } from "../support/bench-ground.ts";
import { BOOTSTRAP_ROLE, PACKAGES_TEMPLATE, startTestCluster, withClient } from "../support/cluster.ts";
import { gpgHome } from "../support/gpg-home.ts";

const ROUNDS = rounds(5);
const TABLES = [...MUTATION_TABLES, ...CONTEXT_TABLES];

/** A vocabulary from which text compresses about as law text does; a few repeated sentences would flatter a compressor. */
const WORDS = Array.from(
  { length: 900 },
  (_value, at) =>
    ["điều", "khoản", "quyền", "nghĩa", "vụ", "bên", "law", "section", "shall", "provided"][at % 10] +
    (at < 10 ? "" : Math.round(1e4 * Math.abs(Math.sin(at))).toString(36)),
);

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};
const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const recipient = await makeRecipient({ type: "rsa" });
const place = await backupPlace(recipient.publicKey);
const gpg = await gpgHome();
const cluster = await startTestCluster();
const access = {
  host: cluster.facts.host,
  port: cluster.facts.port,
  database: PACKAGES_TEMPLATE,
  user: "cutter_backup",
  password: cluster.facts.passwords.cutter_backup,
  sslmode: "disable",
  sslrootcert: null,
} as const;
try {
  if (cluster.facts.packagesError !== null) throw new Error(cluster.facts.packagesError);
  await gpg.gpg(["--import"], Buffer.from(recipient.publicKey));
  for (const rows of sizes([0, 20_000, 60_000])) console.log(await compare(rows));
} finally {
  await cluster.stop();
  await gpg.close();
  await place.remove();
}

/** Adds rows of about 2 kB of text to the ledger and measures all ways in turn. */
async function compare(rows: number): Promise<string> {
  await withClient(cluster.facts, BOOTSTRAP_ROLE, PACKAGES_TEMPLATE, async (client) => {
    await client.query(
      `INSERT INTO cutter_governance.decision_backlog_entry (entry_id, kind, payload)
      SELECT gen_random_uuid(), 'bench', jsonb_build_object('text', (
        SELECT string_agg(($2::text[])[1 + floor(random() * cardinality($2::text[]))::int], ' ') FROM generate_series(1, 380) m WHERE n > 0))
      FROM generate_series(1, $1::int) n`,
      [rows, WORDS],
    );
    await client.query("CHECKPOINT");
  });
  const times = {
    ours: [] as number[],
    gpg: [] as number[],
    "gpg without compression": [] as number[],
    "whole backup with proof": [] as number[],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.ours.push(await seconds(() => ours(join(place.folder, "ours.gpg"))));
    times.gpg.push(await seconds(() => pipeToGpg([])));
    times["gpg without compression"].push(await seconds(() => pipeToGpg(["--compress-algo", "none"])));
  }
  times["whole backup with proof"].push(await seconds(whole));
  const own = median(times.ours);
  const others = Object.entries(times).filter(([name]) => name !== "ours");
  return `${rows} rows added: ours ${own.toFixed(2)} s; ${others.map(([name, values]) => `${name} ${median(values).toFixed(2)} s (ours / it = ${(own / median(values)).toFixed(2)})`).join("; ")}`;
}

/** Snapshot, closure, dump, seal, fsync: what stands against dump and gpg; checksums and proof are on top. */
async function ours(file: string): Promise<void> {
  await rm(file, { force: true });
  await withSource(access, { tables: TABLES, structure: [], leftOutKeys: [], capSeconds: 600 }, async (reading) => {
    const key = await loadRecipient(place.keyFile, recipient.fingerprint, reading.facts.now);
    await withPasswordFile(place.folder, access.password, undefined, (password) =>
      sealToFile(
        dump({
          binDir: cluster.facts.binDir,
          access,
          password,
          snapshot: reading.snapshot,
          major: majorOf(reading.facts.version_num),
          capSeconds: 600,
          schemas: reading.schemas.map(quotePattern),
          extensions: [],
          exclude: exclusionPatterns(reading.relations),
          excludeRows: [],
          setAside: reading.setAside,
          schemaOwners: schemaOwners(reading.rights),
        }),
        key,
        newSessionKey(),
        file,
      ),
    );
  });
}

async function pipeToGpg(words: readonly string[]): Promise<void> {
  const script =
    '"$1" -w --lock-wait-timeout=30s $3 | gpg --homedir "$2" --batch --no-options --yes --trust-model always -r "$4" $5 -o "$6" --encrypt';
  const tables = TABLES.map((table) => `-t ${table}`).join(" ");
  await execa(
    "sh",
    [
      "-c",
      script,
      "sh",
      join(cluster.facts.binDir, "pg_dump"),
      gpg.home,
      tables,
      recipient.fingerprint,
      words.join(" "),
      join(place.folder, "theirs.gpg"),
    ],
    {
      extendEnv: false,
      env: {
        PATH: "/usr/bin:/bin",
        PGHOST: access.host,
        PGPORT: String(access.port),
        PGUSER: access.user,
        PGPASSWORD: access.password,
        PGDATABASE: access.database,
      },
    },
  );
}

async function whole(): Promise<void> {
  await takeBackup({
    access,
    tables: MUTATION_TABLES,
    contextTables: CONTEXT_TABLES,
    leftOutKeys: [],
    outputFile: join(place.folder, "whole.sql.gpg"),
    recipientPublicKey: place.keyFile,
    recipientFingerprint: recipient.fingerprint,
    binDir: cluster.facts.binDir,
    scratch: testScratch(cluster.facts.binDir),
    capSeconds: 600,
    log: () => undefined,
  });
}
