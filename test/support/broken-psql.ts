// PostgreSQL's programs with a psql that changes the text on its way: what a damaged restore does.
import { chmodSync } from "node:fs";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BackupRequest } from "../../runner/adapters/take-backup.ts";
import { testScratch, type BackupPlace } from "./backup.ts";
import type { FreshDatabase } from "./database.ts";

/** A scratch server whose restores go through `sed`. */
export async function brokenPsql(
  database: FreshDatabase,
  place: BackupPlace,
  sed: string,
): Promise<Partial<BackupRequest>> {
  const folder = join(place.folder, "bin");
  await mkdir(folder);
  for (const name of await readdir(database.cluster.binDir))
    if (name !== "psql") await symlink(join(database.cluster.binDir, name), join(folder, name));
  const real = join(database.cluster.binDir, "psql");
  await writeFile(
    join(folder, "psql"),
    `#!/bin/sh\ncase "$1" in --version) exec ${real} --version;; esac\n/bin/sed -e '${sed}' | ${real} "$@"\n`,
    { mode: 0o755 },
  );
  for (const path of [place.folder, folder]) chmodSync(path, 0o755);
  return { scratch: { ...testScratch(database.cluster.binDir), binDir: folder } };
}
