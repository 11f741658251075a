// `cutter backup run|selftest`: a proven backup outside any run, and the proof that this host could take one.
import type { Common } from "./call-options.ts";
import { makeWorld } from "../wire.ts";
import { backupShelf } from "../adapters/backup-shelf.ts";
import type { BackupReceipt } from "../model/backup-receipt.ts";
import type { BackupAnswer } from "../model/events.ts";
import { printJson } from "../terminal/print-json.ts";
import type { BackupShelf, BackupVault } from "../world/backup.ts";

/** `backup run`: exit 0 with a proven file of its own name. Stops as `takeBackup`. */
export async function showBackupRun(common: Common): Promise<number> {
  const { vault, config } = await makeWorld(common.config);
  return show(common, "run", await backupRun(vault, backupShelf(config.orchestrator.runtime_root)));
}

/** `backup selftest`: the same way, the file removed afterwards. Stops as `takeBackup`. */
export async function showBackupSelftest(common: Common): Promise<number> {
  return show(common, "selftest", await backupSelftest((await makeWorld(common.config)).vault));
}

function show(common: Common, verb: "run" | "selftest", answer: BackupAnswer): number {
  if (common.json) printJson({ event: verb === "run" ? "backup_run" : "backup_selftest", ...answer });
  process.stderr.write(`${backupLines(verb, answer).join("\n")}\n`);
  return 0;
}

/** Takes a backup under a name of its own; the file stays, and its receipt beside it. Stops as `takeBackup`. */
export async function backupRun(
  vault: Pick<BackupVault, "takeByHand">,
  shelf: Pick<BackupShelf, "keep">,
): Promise<BackupAnswer> {
  const receipt = await vault.takeByHand();
  await shelf.keep(receipt);
  return answer(receipt);
}

/** Dump, seal, restore, compare with this host's database, key and programs; the file is removed. Stops as `takeBackup`. */
export async function backupSelftest(vault: Pick<BackupVault, "selftest">): Promise<BackupAnswer> {
  return answer(await vault.selftest());
}

/** Lines for people. */
export function backupLines(verb: "run" | "selftest", result: BackupAnswer): string[] {
  const restored = `${result.rows} rows of ${result.tables} tables restored and equal, encrypted to ${result.gpg_fpr}`;
  if (verb === "selftest") return [`PASS: ${restored}`];
  return [`${result.artifact_ref}: ${result.size_bytes} bytes, sha256 ${result.sha256}`, restored];
}

function answer(receipt: BackupReceipt): BackupAnswer {
  const tables = Object.values(receipt.proof.tables);
  return {
    sha256: receipt.file_sha,
    size_bytes: receipt.size_bytes,
    gpg_fpr: receipt.recipient,
    artifact_ref: receipt.file,
    content_digests_sha: receipt.content_digests_sha,
    proof_sha: receipt.proof_sha,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
  };
}
