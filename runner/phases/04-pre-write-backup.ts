// Phase 4: a backup, and the proof that the file on disk restores to what was read.
import { backupOutput, type BackupOutput } from "../model/backup-receipt.ts";
import type { CutplanOutput, SourcePinOutput } from "../model/outputs.ts";
import { defineReading, type Recorded } from "../phase.ts";

/** Stops as `takeBackup`. */
export const preWriteBackup = defineReading<
  { source: Recorded<SourcePinOutput>; plan: Recorded<CutplanOutput> },
  BackupOutput
>({
  name: "pre_write_backup",
  output: backupOutput,
  // File sha, age and proof come from the newest receipt, so a second attempt with equal digests keeps all later hashes.
  digest: (output) => output.content_digests_sha,
  rows: (output) => Object.values(output.content_digests).reduce((sum, table) => sum + table.rows, 0),
  run: async (_input, scope) => {
    const receipt = await scope.takeBackup();
    return { content_digests: receipt.content_digests, content_digests_sha: receipt.content_digests_sha };
  },
});
