// Lays the runner's release on the sandbox host: side by side, named by its digest, never changed once laid.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../runner/model/canonical.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { projectRoot } from "./place.ts";

/** A laid release: `digest` is sha256 of its manifest.json (release_digest). */
export interface Release { readonly digest: string; readonly folder: string }

/** Digest of the bundle in dist/runner. STOP_PRECHECK_FAILED when nothing was built. */
export function builtRelease(built: string = join(projectRoot(), "dist", "runner")): { digest: string; built: string } {
  const manifest = join(built, "manifest.json");
  if (!existsSync(manifest)) {
    throw new Stopped("STOP_PRECHECK_FAILED", { saw: "dist/runner holds no build", wanted: "the bundle of the runner", next: "npm run build" });
  }
  return { digest: sha256(readFileSync(manifest)), built };
}

/**
 * Copies the built bundle to `releases`/<first 16 digits of its digest>; a release already there is left as it is.
 * A running or waiting run keeps the folder it started from, because later builds never touch it.
 */
export function layRelease(releases: string, source = builtRelease()): Release {
  const folder = join(releases, source.digest.slice(0, 16));
  if (!existsSync(folder)) {
    const temporary = `${folder}.${process.pid}`;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(releases, { recursive: true, mode: 0o700 });
    cpSync(source.built, temporary, { recursive: true });
    renameSync(temporary, folder);
  }
  return { digest: source.digest, folder };
}

/** A laid release found again by its digest, for a run that began with it. */
export function laidRelease(releases: string, digest: string): Release | undefined {
  const folder = join(releases, digest.slice(0, 16));
  const manifest = join(folder, "manifest.json");
  return existsSync(manifest) && sha256(readFileSync(manifest)) === digest ? { digest, folder } : undefined;
}
