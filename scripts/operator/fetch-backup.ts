// Brings a run's newest backup and what a restore needs here. What was fetched once serves again, so that a drill works
// when the host is gone.
import { createReadStream, existsSync } from "node:fs";
import { createHash } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { readSafely } from "../../runner/adapters/safe-file.ts";
import { drillPackageSchema, type DrillPackage } from "../../runner/model/drill.ts";
import { receiptEvent } from "../../runner/model/events.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { quietChild } from "../../infra/ssh/environment.ts";
import { remoteCommand, sshCommandLine } from "../../infra/ssh/line.ts";
import { answersOf, eventsLike, lineBroken } from "./host-call.ts";
import { withStack } from "../frame/operator-command.ts";
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
  judge: (known: DrillPackage) => Promise<void>,
): Promise<FetchedBackup> {
  const place = { file: join(folder, `${runId}.sql.gpg`), packageFile: join(folder, `${runId}.package.json`) };
  const kept = await keptPackage(place.packageFile);
  if (kept) await judge(kept);
  if (kept && existsSync(place.file) && (await shaOf(place.file)) === kept.file_sha) return { ...place, package: kept };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await fetchPackage(target, runId);
  await judge(known);
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
  const [ssh, ...line] = readingLine(target, known, ["head", "-c", String(bytes), "--"]);
  const done = await execa(ssh, line, { ...quietChild(), stdin: "ignore", encoding: "buffer", maxBuffer: bytes + 1 });
  if (done.failed) throw unreadable(target, known.run_id, done);
  return Buffer.from(done.stdout);
}

async function copyFile(target: Target, known: DrillPackage, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    const [ssh, ...line] = readingLine(target, known, ["cat", "--"]);
    const done = await execa(ssh, line, {
      ...quietChild(),
      stdin: "ignore",
      buffer: { stdout: false, stderr: true },
      stdout: { file: part },
    });
    if (done.failed) throw unreadable(target, known.run_id, done);
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

function readingLine(target: Target, known: DrillPackage, words: readonly string[]): [string, ...string[]] {
  const [ssh = "ssh", ...line] = sshCommandLine(target.address);
  return [
    ssh,
    ...line,
    remoteCommand([...target.launcher.slice(0, -1), ...words, `${target.runtimeRoot}/backups/${known.run_id}.sql.gpg`]),
  ];
}

/** ssh's own status for a line that did not stand; any other is the host's answer. */
const SSH_FAILED = 255;
function unreadable(
  target: Target,
  runId: string,
  { exitCode, stderr }: { readonly exitCode?: number | undefined; readonly stderr: string | Uint8Array },
): Stopped {
  if (exitCode === undefined || exitCode === SSH_FAILED)
    return lineBroken(target, Buffer.from(stderr).toString("utf8"));
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw: `the sealed file of ${runId} cannot be read on the host`,
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
