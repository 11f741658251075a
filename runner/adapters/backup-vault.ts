// The host's backups as the configuration describes them: which tables, which key, which programs, which folder.
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BackupReceipt } from "../model/backup-receipt.ts";
import type { BackupVault, KeptCopy, ScratchServer } from "../world/backup.ts";
import type { Config } from "../model/config.ts";
import { isRunId } from "../model/ids.ts";
import { Stopped } from "../model/stop.ts";
import { bringCopy, digestOfFile, layCopies } from "./backup-copies.ts";
import type { Credential } from "./credentials.ts";
import { insistOwnFolders } from "./own-folders.ts";
import { exists } from "./run-files.ts";
import { placeOf } from "./postgres-connection.ts";
import { dockerScratch } from "./scratch-docker.ts";
import { initdbScratch } from "./scratch-initdb.ts";
import { urlScratch } from "./scratch-url.ts";
import { takeBackup, verifyBackupFile } from "./take-backup.ts";

/** The part of the configuration that backups need. */
export type BackupConfig = Pick<Config, "database" | "backup"> &
  Partial<Pick<Config, "batch" | "machines">> & {
    readonly orchestrator: Pick<Config["orchestrator"], "runtime_root">;
    readonly caps: Pick<Config["caps"], "phase_minutes">;
  };

/** `credential` reads the env file of cutter_backup; `log` gets progress lines without secrets or rows. */
export function backupVault(
  config: BackupConfig,
  credential: () => Promise<Credential>,
  log: (line: string) => void,
): BackupVault {
  const folder = join(config.orchestrator.runtime_root, "backups");
  const copies = config.batch?.backup_copies ?? [];
  let kept: KeptCopy | undefined;
  const letGo = async (): Promise<void> => {
    const copy = kept;
    kept = undefined;
    await copy?.scratch.stop();
  };
  const take = async (name: string, keep?: (copy: KeptCopy) => void): Promise<BackupReceipt> => {
    const { tables, context_tables, left_out_keys, recipient_public_key, recipient_fingerprint, postgres_bin } =
      config.backup;
    insistOwnFolders(config.orchestrator.runtime_root, join(folder, name));
    await mkdir(folder, { recursive: true, mode: 0o750 });
    return takeBackup({
      access: { ...placeOf(config.database), database: config.database.name, ...(await credential()) },
      tables,
      contextTables: context_tables,
      leftOutKeys: left_out_keys ?? [],
      outputFile: join(folder, name),
      recipientPublicKey: recipient_public_key,
      recipientFingerprint: recipient_fingerprint,
      binDir: postgres_bin,
      scratch: scratchOf(config),
      capSeconds: config.caps.phase_minutes * 60,
      log,
      ...(keep ? { keep } : {}),
    });
  };
  return {
    take: async (runId) => {
      // The id becomes a path.
      if (!isRunId(runId))
        throw new Stopped("STOP_REFUSED_INPUT", { saw: "an id that is no run id", wanted: "ictr-<UTC>-<8 hex>" });
      await letGo();
      const receipt = await take(`${runId}.sql.gpg`, (copy) => {
        kept = copy;
      });
      await layCopies(copies, join(folder, `${runId}.sql.gpg`), receipt.file_sha);
      return receipt;
    },
    kept: () => kept,
    letGo,
    takeByHand: () => take(`${ownName("hand")}.sql.gpg`),
    selftest: async () => {
      const name = `${ownName("selftest")}.sql.gpg`;
      try {
        return await take(name);
      } finally {
        await rm(join(folder, name), { force: true });
        await rm(join(folder, `${name}.unproven`), { force: true });
      }
    },
    has: async (runId, { file_sha }) => {
      const file = join(folder, `${basename(runId)}.sql.gpg`);
      // One machine has no other's attempts: a file that is not the receipt's was changed there, which `verify` tells.
      if ((await exists(file)) && (config.machines === undefined || (await isOf(file, file_sha)))) return true;
      return bringCopy(copies, file_sha, file);
    },
    verify: (receipt) => verifyBackupFile(join(folder, basename(receipt.file)), receipt),
  };
}

/** Whether the file has this digest; one that cannot be read has another. */
const isOf = (file: string, file_sha: string): Promise<boolean> =>
  digestOfFile(file).then(
    (saw) => saw === file_sha,
    () => false,
  );

function scratchOf({ backup, database }: BackupConfig): ScratchServer {
  const { adapter, scratch_url_file, scratch_image, docker_program, postgres_bin, scratch_root, scratch_user } = backup;
  if (adapter === "initdb") return initdbScratch({ binDir: postgres_bin, root: scratch_root, unixUser: scratch_user });
  if (adapter === "docker") {
    if (!scratch_image)
      throw new Stopped("STOP_PRECHECK_FAILED", {
        saw: "backup.adapter is docker and backup.scratch_image is missing",
        wanted: "the image of the scratch server, of the source's major or later, as postgres:16",
      });
    return dockerScratch({
      binDir: postgres_bin,
      program: docker_program,
      image: scratch_image,
      target: database.system_identifier,
    });
  }
  if (!scratch_url_file)
    throw new Stopped("STOP_PRECHECK_FAILED", {
      saw: "backup.adapter is url and backup.scratch_url_file is missing",
      wanted: "the file that holds the url of the scratch server",
    });
  return urlScratch({ binDir: postgres_bin, urlFile: scratch_url_file, target: database.system_identifier });
}

function ownName(kind: string): string {
  return `${kind}-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${randomBytes(4).toString("hex")}`;
}
