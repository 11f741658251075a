// One proven backup for several runs: the first run takes it, every further one gets the same file under its own name, and all of them
// are rehearsed in the copy that was restored from it.
import { link, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRunId } from "../model/ids.ts";
import type { BackupReceipt } from "../model/backup-receipt.ts";
import { Stopped } from "../model/stop.ts";
import { backupTooOld, waveMinutes } from "../rules/times.ts";
import type { BackupVault } from "../world/backup.ts";

/** The vault of a wave; `end` stops the scratch server with the restored copy. */
export interface WaveBackup {
  readonly vault: BackupVault;
  end(): Promise<void>;
}

/** `host` takes and keeps; `root` is the runtime root whose folder `backups` holds the files. */
export function waveBackup(host: BackupVault, root: string, maxAgeMinutes: number): WaveBackup {
  let shared: { readonly receipt: BackupReceipt; readonly runId: string } | undefined;
  const take: BackupVault["take"] = async (runId, attempt) => {
    const restored = shared === undefined ? undefined : new Date(shared.receipt.proof.restored_at);
    if (
      shared === undefined ||
      restored === undefined ||
      backupTooOld(restored, new Date(), waveMinutes(maxAgeMinutes).shared)
    ) {
      const receipt = await host.take(runId, attempt);
      shared = { receipt, runId };
      return receipt;
    }
    if (shared.runId === runId) return shared.receipt;
    const file = `backups/${runId}.sql.gpg`;
    await secondName(join(root, shared.receipt.file), join(root, file), runId);
    return { ...shared.receipt, file };
  };
  return {
    vault: {
      ...host,
      take,
      // A member's end is not the wave's: the next one is rehearsed in the same server.
      letGo: () => Promise.resolve(),
    },
    end: () => host.letGo(),
  };
}

/** The same bytes under one more name: a new one beside it first, so that no reader finds half of it. */
async function secondName(from: string, to: string, runId: string): Promise<void> {
  if (!isRunId(runId))
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "an id that is no run id", wanted: "ictr-<UTC>-<8 hex>" });
  const fresh = `${to}.${process.pid}.new`;
  try {
    await rm(fresh, { force: true });
    await link(from, fresh);
    await rename(fresh, to);
    // A second name of the same file is no other file: rename leaves both names then.
    await rm(fresh, { force: true });
  } catch (error) {
    throw new Stopped(
      "STOP_BACKUP_FAILED",
      {
        saw: `${from} could not be given the name ${to}`,
        wanted: "both in one folder that takes second names of a file",
      },
      error,
    );
  }
}
