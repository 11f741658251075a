// Brings a run's newest backup and what a restore needs here. What was fetched once serves again, so that a drill works
// when the host is gone.
import { createReadStream, existsSync } from "node:fs";
import { createHash } from "node:crypto";
import { mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { drillPackageSchema, type DrillPackage } from "../../runner/model/drill.ts";
import { receiptEvent } from "../../runner/model/events.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { PASSING_ANSWER } from "../../infra/ssh/framed-answer.ts";
import { framedCall, newToken } from "../../infra/ssh/framed-call.ts";
import { framedFile } from "../../infra/ssh/framed-shell.ts";
import { remoteCommand, sshCommandLine } from "../../infra/ssh/line.ts";
import { answersOf, eventsLike, lineBroken } from "./host-call.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import type { Target } from "./target.ts";

/** The sealed file, the package it is held against, and the package's file. */
export interface FetchedBackup {
  readonly file: string;
  readonly package: DrillPackage;
  readonly packageFile: string;
}

const PACKAGE_CAP = 16 * 1024 * 1024;

/**
 * From `folder` when it holds a whole pair already, else from the host. `judge` sees the package before the file is fetched.
 * STOP_PROOF_FAILED when the file is not the one of the receipt.
 */
export async function fetchBackup(
  target: Target,
  runId: string,
  folder: string,
  judge: (known: DrillPackage) => void,
): Promise<FetchedBackup> {
  const place = { file: join(folder, `${runId}.sql.gpg`), packageFile: join(folder, `${runId}.package.json`) };
  const kept = await keptPackage(place.packageFile);
  if (kept) judge(kept);
  if (kept && existsSync(place.file) && (await shaOf(place.file)) === kept.file_sha) return { ...place, package: kept };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await fetchPackage(target, runId);
  judge(known);
  await copyFile(target, known, place.file);
  await writeFile(place.packageFile, JSON.stringify(known), { mode: 0o600 });
  return { ...place, package: known };
}

/** The package of the newest receipt, from the host. */
export async function fetchPackage(target: Target, runId: string): Promise<DrillPackage> {
  const [receipt] = eventsLike(receiptEvent, await answersOf(target, ["backup", "receipt", runId], runId));
  if (receipt?.package.run_id !== runId)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "the host answers another form of receipt",
      wanted: "a release of the cutter that this folder knows",
    });
  return receipt.package;
}

/** The first `bytes` of the sealed file. */
export async function fetchHead(target: Target, known: DrillPackage, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  await readSealed(target, known, bytes, (part) => void parts.push(part));
  return Buffer.concat(parts);
}

async function copyFile(target: Target, known: DrillPackage, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    const landing = await open(part, "w", 0o600);
    try {
      await readSealed(target, known, known.size_bytes + 1, async (bytes) => void (await landing.writeFile(bytes)));
    } finally {
      await landing.close();
    }
    const { size } = await stat(part);
    const sha = await shaOf(part);
    if (size !== known.size_bytes || sha !== known.file_sha)
      throw new Stopped("STOP_PROOF_FAILED", {
        saw: `a file of ${size} bytes, sha256 ${sha.slice(0, 12)}`,
        wanted: `${known.size_bytes} bytes, sha256 ${known.file_sha.slice(0, 12)}, as proven`,
      });
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

/** Seconds a host may take for the digest of the largest file, during which it says nothing. */
const DIGEST_SECONDS = 600;

/** The file's bytes as they come, at most `most` of them. STOP_COULD_NOT_LOOK when it cannot be read or the line breaks. */
async function readSealed(
  target: Target,
  known: DrillPackage,
  most: number,
  onPart: (part: Buffer) => void | Promise<void>,
): Promise<void> {
  const token = newToken();
  const path = `${target.runtimeRoot}/backups/${known.run_id}.sql.gpg`;
  const words = [...target.launcher.slice(0, -1), "sh", "-c", framedFile(token), "sh", path, String(most)];
  const { status, stderr } = await framedCall({
    line: [...sshCommandLine(target.address), remoteCommand(words)],
    token,
    caps: { ...PASSING_ANSWER, bytes: most, silence: DIGEST_SECONDS },
    onPart,
  });
  if (status === undefined) throw lineBroken(target, stderr);
  if (status !== 0)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `the sealed file of ${known.run_id} cannot be read on the host`,
      wanted: "a backup that was not pruned",
      hint: "a copy fetched by an earlier drill serves as well: name its folder with --out",
      next: withStack("npm run backup -- list", target.stack),
    });
}

async function keptPackage(file: string): Promise<DrillPackage | undefined> {
  if (!existsSync(file)) return undefined;
  const read = await readSafely(file, PACKAGE_CAP);
  return read.ok ? drillPackageSchema.parse(JSON.parse(read.bytes.toString("utf8"))) : undefined;
}

async function shaOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
