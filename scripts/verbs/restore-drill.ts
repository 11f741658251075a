// `npm run restore-drill -- <run-id>`: proves on the operator's machine, with the operator's private key, that a backup comes back.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { drillRecordSchema, type DrillPackage, type DrillRecord } from "../../runner/model/drill.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { childEnvironment } from "../../infra/ssh/environment.ts";
import { decrypting, opensWith, refused, withKey, type DrillKey } from "../operator/decrypt.ts";
import { fetchBackup, fetchHead, fetchPackage, type FetchedBackup } from "../operator/fetch-backup.ts";
import { atHost, operatorProgram, runIdOf, type OperatorOptions } from "../frame/program.ts";
import { insistRestorable, restoreFailed } from "../operator/restorable.ts";
import type { Target } from "../operator/target.ts";
import { drillReport } from "../operator/drill-report.ts";
import { PAGE_OPTION, tellPage, wishedPage, type PageWish } from "../reading/page-file.ts";
import { upload } from "../operator/upload.ts";
import { projectRoot } from "../../infra/place.ts";
import { defaultSandboxFolder } from "../sandbox/place.ts";
import { POSTGRES_USER } from "../sandbox/sandbox.ts";
import { existingSandbox } from "../sandbox/verbs.ts";
import { installLine, missingPrograms, postgresBin, postgresMajor } from "../build/programs.mjs";
import { printJson } from "../../runner/terminal/print-json.ts";

interface Options extends OperatorOptions {
  readonly head: boolean;
  readonly keyFile?: string;
  readonly out: string;
  readonly page?: PageWish;
}

const HEAD_BYTES = 64 * 1024;
/** gpg's own reasons; any other failure of gpg beside a failed restore is only that its reader went away. */
const KEY_REFUSED = /^\[GNUPG:\] (?:NO_SECKEY|DECRYPTION_FAILED|BADMDC|NODATA)\b/m;

operatorProgram(
  "restore-drill",
  "restore a run's backup here and compare every row with its receipt; leaves a drill record on the host",
)
  .argument("<run-id>", "a run with a proven backup")
  .option("--head", "only prove that the private key opens it", false)
  .option("--key-file <file>", "armored secret key; sandbox hosts only (there the default)")
  .option("--out <folder>", "where the sealed file is kept", "backups")
  .option(...PAGE_OPTION)
  .action((word: string, options: Options) =>
    atHost(options, async (target) => {
      const runId = runIdOf(word);
      const key = keyFor(target, options.keyFile);
      const known = options.head
        ? await headOpens(target, runId, key)
        : await wholeRestores(target, runId, resolve(options.out, runId), key);
      const record = recordOf(options.head ? "head" : "whole", known);
      if (options.json) printJson({ event: "drilled", ...record });
      else
        process.stdout.write(
          options.head
            ? `the private key opens the backup of ${runId}\n`
            : `${record.rows} rows of ${record.tables} tables of ${runId} restored here and equal to the receipt\n`,
        );
      const place = { kind: "restore-drill", of: runId, at: new Date(record.at) };
      tellPage(await wishedPage(options.page, drillReport(record, known), place), options.json);
      await layRecord(target, record);
      return 0;
    }),
  )
  .parse();

/** A key file only for a sandbox: a real private key stays in its keyring or on its card. */
function keyFor(target: Target, keyFile: string | undefined): DrillKey {
  if (keyFile !== undefined && !target.sandbox)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "--key-file for a real host",
      wanted: "the operator's own gpg: agent, token or smart card",
    });
  if (keyFile !== undefined) return { kind: "key-file", path: resolve(keyFile) };
  return target.stack === "sandbox"
    ? {
        kind: "key-file",
        path: join(existingSandbox(defaultSandboxFolder()).place.operatorFolder, "backup-private-key.asc"),
      }
    : { kind: "person-gpg" };
}

async function headOpens(target: Target, runId: string, key: DrillKey): Promise<DrillPackage> {
  const known = await fetchPackage(target, runId);
  const head = await fetchHead(target, known, HEAD_BYTES);
  await withKey(key, (gpg) => opensWith(gpg, head));
  return known;
}

async function wholeRestores(target: Target, runId: string, folder: string, key: DrillKey): Promise<DrillPackage> {
  const bin = postgresBin();
  if (bin === undefined)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "PostgreSQL's programs are missing here",
      wanted: "initdb, postgres and psql",
      next: installLine(missingPrograms()),
    });
  const here = { bin, major: postgresMajor(bin) };
  const fetched = await fetchBackup(target, runId, folder, ({ source_version: version }) =>
    insistRestorable(version, here),
  );
  // Short, because sockets lie in it, and to be entered by the user that owns the throw-away server.
  const scratchRoot = await mkdtemp(join(tmpdir(), "d-"));
  try {
    if (POSTGRES_USER !== undefined) await chmod(scratchRoot, 0o711);
    await withKey(key, (gpg) => restoreThrough(gpg, fetched, { bin, scratchRoot }));
  } finally {
    await rm(scratchRoot, { recursive: true, force: true });
  }
  return fetched.package;
}

/** gpg's standard output is the drill's standard input; both must end well, gpg because only its end says that no byte was changed. */
async function restoreThrough(
  gpg: readonly string[],
  { file, packageFile }: FetchedBackup,
  { bin, scratchRoot }: { bin: string; scratchRoot: string },
): Promise<void> {
  const opened = decrypting(gpg, file);
  const words = [
    "backup",
    "drill",
    "--package",
    packageFile,
    "--postgres-bin",
    bin,
    "--scratch-root",
    scratchRoot,
    ...(POSTGRES_USER === undefined ? [] : ["--scratch-user", POSTGRES_USER]),
  ];
  const restored = execa(process.execPath, [join(projectRoot(), "dist", "runner", "cutter.mjs"), "--json", ...words], {
    reject: false,
    extendEnv: false,
    env: childEnvironment(),
    stdin: "pipe",
  });
  // A restore that ends first says itself why; gpg's end is judged below.
  await pipeline(opened.stdout, restored.stdin).catch(() => opened.kill());
  const [key, copy] = await Promise.all([opened, restored]);
  if (key.failed && (!copy.failed || KEY_REFUSED.test(key.stderr))) throw refused(key.stderr);
  if (copy.failed) throw restoreFailed(copy, file);
}

function recordOf(kind: DrillRecord["kind"], known: DrillPackage): DrillRecord {
  const tables = kind === "whole" ? Object.values(known.content_digests) : [];
  return drillRecordSchema.parse({
    schema_version: "1",
    run_id: known.run_id,
    kind,
    at: new Date().toISOString(),
    file_sha: known.file_sha,
    recipient: known.recipient,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    actor: userInfo().username,
    machine: hostname(),
  });
}

/** The record lies on the host, because the reminder is for everybody. STOP_COULD_NOT_LOOK without the host; the drill itself went well. */
async function layRecord(target: Target, record: DrillRecord): Promise<void> {
  try {
    await upload(
      target,
      {
        area: "backups/drills",
        name: `${record.at.replaceAll(/[-:]|\.\d+/g, "")}-${record.kind}-${record.run_id}.json`,
      },
      Buffer.from(`${JSON.stringify(record)}\n`),
    );
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    throw new Stopped(
      error.code,
      { ...error.facts, hint: "the drill went well; its record could not be laid on the host" },
      error,
    );
  }
}
