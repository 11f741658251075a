// THE BACKUP: dump on a held snapshot, seal, look at the file, restore the file, compare. Only then the file gets its name.
import { randomBytes } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { digestOf } from "../model/canonical.ts";
import type { BackupProof, BackupReceipt, ContentDigests } from "../model/backup-receipt.ts";
import type { KeptCopy, RunningScratch, ScratchServer } from "../world/backup.ts";
import { insist, Stopped } from "../model/stop.ts";
import {
  closure,
  declaredKeys,
  equalContent,
  equalRights,
  exclusionPatterns,
  missingTables,
  quotePattern,
  rightsAsOf,
  rightsDigest,
  schemaOwners,
  toldAside,
} from "../rules/backup-proof.ts";
import { judgeInstallation, majorOf, scratchMajor } from "../rules/postgres-versions.ts";
import {
  inspectEnvelope,
  insistUnchanged,
  newSessionKey,
  openSealed,
  sealToFile,
  type SealedFile,
  type SessionKey,
} from "./backup-envelope.ts";
import { loadRecipient, type BackupRecipient } from "./backup-key.ts";
import { sourceDigests, withSource, type SourceReading } from "./backup-source.ts";
import { dump } from "./pg-dump.ts";
import { majorVersions, withPasswordFile, type DatabaseAccess } from "./postgres-programs.ts";
import { restore, type RestoredCopy } from "./restore.ts";
import { syncFolder } from "./run-files.ts";

/** Everything one backup depends on; nothing is read from the environment. */
export interface BackupRequest {
  /** Connection as cutter_backup: SELECT on the tables, three connections. */
  readonly access: DatabaseAccess;
  /** `schema.table` of the mutation surface and of what it refers to. */
  readonly tables: readonly string[];
  readonly contextTables: readonly string[];
  /** `schema.table constraint` of foreign keys that are left out of the dump, so of proof and rehearsal. */
  readonly leftOutKeys: readonly string[];
  /** Absolute path of `backups/<run_id>.sql.gpg`. */
  readonly outputFile: string;
  /** Armored public key file and the pinned fingerprint of its primary key. */
  readonly recipientPublicKey: string;
  readonly recipientFingerprint: string;
  /** Folder of pg_dump and psql; the scratch server is of the same installation. */
  readonly binDir: string;
  readonly scratch: ScratchServer;
  /** Limit of everything that waits for the source, and of the restore. */
  readonly capSeconds: number;
  readonly log: (line: string) => void;
  /** Told the process id of pg_dump. */
  readonly dumpStarted?: (pid: number) => void;
  /** Takes over the scratch server with the proven copy, and its stopping; without it the server is stopped after the proof. */
  readonly keep?: (copy: KeptCopy) => void;
}

/**
 * Carried as definitions without rows: triggers of the unit tables read it, so without it a restored database refuses every cut.
 * Its rows are the cutter's own bookkeeping and would change between two backups of one run.
 */
export const STRUCTURE_ONLY = ["cutter_runtime"];

/**
 * Takes one backup and proves it. Stops: STOP_BACKUP_GPG_PUBKEY_MISSING, STOP_BACKUP_FAILED (nothing is left behind),
 * STOP_PROOF_FAILED (the file stays beside its place as `<name>.unproven` for analysis). A file under `outputFile` is always proven.
 */
export async function takeBackup(request: BackupRequest): Promise<BackupReceipt> {
  const sessionKey = newSessionKey();
  await sweepParts(request.outputFile);
  const part = join(
    dirname(request.outputFile),
    `.${basename(request.outputFile)}.${randomBytes(4).toString("hex")}.part`,
  );
  try {
    const taken = await dumpSealed(request, part, sessionKey);
    request.log(`sealed ${taken.sealed.size_bytes} bytes for ${taken.recipient.fingerprint}`);
    const restored = await restoreFile(request, part, sessionKey, taken);
    return await accept(request, part, taken, restored);
  } catch (error) {
    if (error instanceof Stopped && error.code === "STOP_PROOF_FAILED")
      await rename(part, `${request.outputFile}.unproven`).catch(() => undefined);
    throw error;
  } finally {
    sessionKey.data.fill(0);
    await rm(part, { force: true });
  }
}

/** Compares, names the file, and hands the copy on; whatever fails, its server does not outlive this call. */
async function accept(
  request: BackupRequest,
  part: string,
  taken: Taken,
  { scratch, copy }: Restored,
): Promise<BackupReceipt> {
  let kept = false;
  try {
    insist(equalContent(taken.digests, copy.tables));
    insist(equalRights(taken.reading.rights, rightsAsOf(copy.rights, majorOf(taken.reading.facts.version_num))));
    // The same bytes that were restored, looked at once more just before they get their name.
    insistUnchanged(taken.sealed, await inspectEnvelope(part, taken.recipient.keyId));
    await publish(part, request.outputFile);
    const receipt = receiptOf(request, taken, copy);
    if (request.keep) {
      request.keep({
        scratch,
        receipt,
        database: copy.database,
        restorer: copy.restorer,
        tables: Object.keys(copy.tables),
      });
      kept = true;
    }
    return receipt;
  } finally {
    if (!kept) await scratch.stop();
  }
}

interface Restored {
  readonly scratch: RunningScratch;
  readonly copy: RestoredCopy;
}
interface Taken {
  readonly reading: SourceReading;
  readonly recipient: BackupRecipient;
  readonly sealed: SealedFile;
  readonly digests: ContentDigests;
}

async function dumpSealed(request: BackupRequest, part: string, sessionKey: SessionKey): Promise<Taken> {
  const wanted = [...request.tables, ...request.contextTables];
  const source = {
    tables: wanted,
    structure: STRUCTURE_ONLY,
    leftOutKeys: request.leftOutKeys,
    capSeconds: request.capSeconds,
  };
  return withSource(request.access, source, async (reading, client) => {
    const recipient = await loadRecipient(request.recipientPublicKey, request.recipientFingerprint, reading.facts.now);
    const major = majorOf(reading.facts.version_num);
    const { adapter } = request.scratch;
    insist(judgeInstallation({ programs: await majorVersions(request.binDir, adapter), source: major, adapter }));
    insist(missingTables(wanted, reading.relations));
    insist(closure(reading.leftOut));
    insist(declaredKeys(request.leftOutKeys, reading.setAside));
    for (const line of toldAside(reading.setAside)) request.log(line);
    request.log(`dumping ${wanted.length} tables of ${reading.schemas.join(", ")} on snapshot ${reading.snapshot}`);
    const sealed = await withPasswordFile(tmpdir(), request.access.password, undefined, (password) =>
      sealToFile(
        dump({
          binDir: request.binDir,
          access: request.access,
          password,
          snapshot: reading.snapshot,
          major,
          capSeconds: request.capSeconds,
          schemas: reading.schemas.map(quotePattern),
          extensions: reading.extensions.map(({ extension }) => quotePattern(extension)),
          exclude: exclusionPatterns(reading.relations),
          setAside: reading.setAside,
          schemaOwners: schemaOwners(reading.rights),
          excludeRows: STRUCTURE_ONLY.map((schema) => `${quotePattern(schema)}.*`),
          ...(request.dumpStarted ? { started: request.dumpStarted } : {}),
        }),
        recipient,
        sessionKey,
        part,
      ),
    );
    return { reading, recipient, sealed, digests: await sourceDigests(client, reading) };
  });
}

async function restoreFile(
  request: BackupRequest,
  part: string,
  sessionKey: SessionKey,
  taken: Taken,
): Promise<Restored> {
  insistUnchanged(taken.sealed, await inspectEnvelope(part, taken.recipient.keyId));
  const scratch = await request.scratch.start(taken.sealed.size_bytes);
  try {
    request.log(`restoring into a scratch server (${request.scratch.adapter})`);
    const source = majorOf(taken.reading.facts.version_num);
    insist(scratchMajor(scratch.major, source, request.scratch.adapter));
    return {
      scratch,
      copy: await restore({
        scratch,
        binDir: request.scratch.binDir,
        reading: taken.reading,
        clear: await openSealed(part, sessionKey),
        capSeconds: request.capSeconds,
      }),
    };
  } catch (error) {
    await scratch.stop();
    throw error;
  }
}

function receiptOf(
  request: BackupRequest,
  { reading, recipient, sealed, digests }: Taken,
  copy: RestoredCopy,
): BackupReceipt {
  const proof: BackupProof = {
    adapter: request.scratch.adapter,
    server_version: copy.version,
    source_version: reading.facts.version,
    restored_at: new Date().toISOString(),
    file_sha: sealed.file_sha,
    encryption_subkey: recipient.subkey,
    rights_sha: rightsDigest(rightsAsOf(copy.rights, majorOf(reading.facts.version_num))),
    tables: copy.tables,
  };
  return {
    file: `backups/${basename(request.outputFile)}`,
    content_digests: digests,
    content_digests_sha: digestOf(digests),
    file_sha: sealed.file_sha,
    size_bytes: sealed.size_bytes,
    recipient: recipient.fingerprint,
    proof,
    proof_sha: digestOf(proof),
  };
}

/** rename, then fsync of the folder: after a power cut either the old name or the whole new file is there. */
async function publish(part: string, file: string): Promise<void> {
  try {
    await rename(part, file);
    await syncFolder(dirname(file));
  } catch (error) {
    throw new Stopped(
      "STOP_BACKUP_FAILED",
      { saw: `the finished file could not be given its name ${file}`, wanted: "permission in the backups folder" },
      error,
    );
  }
}

/** Removes half files of a runner that was killed; the lease says that no other one works on this run. */
async function sweepParts(file: string): Promise<void> {
  const folder = dirname(file);
  const entries = await readdir(folder).catch((error: unknown) => {
    throw new Stopped(
      "STOP_BACKUP_FAILED",
      { saw: `${folder} cannot be read`, wanted: "the backups folder of the runtime root" },
      error,
    );
  });
  for (const entry of entries)
    if (entry.startsWith(`.${basename(file)}.`) && entry.endsWith(".part"))
      await rm(join(folder, entry), { force: true });
}

/** The file of an accepted receipt is unchanged and still an envelope for its recipient only. STOP_DRIFT names what changed. */
export async function verifyBackupFile(
  file: string,
  receipt: Pick<BackupReceipt, "file_sha" | "size_bytes" | "proof">,
): Promise<void> {
  let saw: SealedFile;
  try {
    saw = await inspectEnvelope(file, receipt.proof.encryption_subkey.slice(-16));
  } catch (error) {
    if (!(error instanceof Stopped) || error.code === "STOP_COULD_NOT_LOOK") throw error;
    throw new Stopped(
      "STOP_DRIFT",
      { saw: `${file}: ${error.facts.saw}`, wanted: "the proven backup file, unchanged" },
      error,
    );
  }
  if (saw.file_sha !== receipt.file_sha || saw.size_bytes !== receipt.size_bytes) {
    throw new Stopped("STOP_DRIFT", {
      saw: `${file} has sha256 ${saw.file_sha}`,
      wanted: receipt.file_sha,
      hint: "the proven file was changed: void the run and cut again",
    });
  }
}
