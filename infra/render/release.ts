// Lays one release of the runner beside the earlier ones, every file proven on the host, and turns the link to it last.
import { sha256 } from "../../runner/model/canonical.ts";
import { fileHolds, fileStep, type Ownership } from "./file-steps.ts";
import { renderHostScript } from "./host-script.ts";
import type { PsqlPlace } from "./psql.ts";
import { command } from "./shell-text.ts";
import { treeFunctions, treeHolds, treeSteps, type Tree } from "./tree-steps.ts";

/** A built release. `files` by path inside it, manifest.json among them. */
export interface Release {
  readonly digest: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Where it is laid: `folder` holds releases side by side and the link `current`. */
export interface ReleasePlace {
  readonly folder: string;
  readonly launcher: string;
  readonly owned: Omit<Ownership, "mode">;
}

/** Folder name of a release: the first 16 digits of its digest. */
export const releaseName = (digest: string): string => digest.slice(0, 16);

/** Every folder inside a release, outer ones first. */
export function releaseFolders({ files }: Release): readonly string[] {
  const above = (path: string): string[] =>
    path.includes("/") ? [...above(path.slice(0, path.lastIndexOf("/"))), path.slice(0, path.lastIndexOf("/"))] : [];
  return [...new Set(Object.keys(files).flatMap(above))].sort();
}

/**
 * Launcher of the runner: an empty environment but for the names listed. A run keeps the release it began with, because
 * Node resolves the link.
 */
export function renderLauncher(parts: {
  readonly node: string;
  readonly folder: string;
  readonly config: string;
  readonly home: string;
}): string {
  const words = [
    // Absolute: the PATH is still that of the caller, and a folder early in it must not decide what runs.
    "/usr/bin/env",
    "-i",
    "PATH=/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin",
    `HOME=${parts.home}`,
    "LANG=C.UTF-8",
    parts.node,
    `${parts.folder}/current/cutter.mjs`,
    "--config",
    parts.config,
  ];
  return `#!/bin/sh\n# Laid by provisioning; runs the current release of the runner with a clean environment.\n# A core file would hold passwords.\nulimit -c 0\nexec ${command(...words)} "$@"\n`;
}

/** Text of the script. Earlier releases stay for runs that began with them. */
export function renderRelease(
  release: Release,
  { folder, launcher, owned }: ReleasePlace,
  launcherText: string,
  guardedBy: PsqlPlace,
): string {
  const name = releaseName(release.digest);
  const tree: Tree = {
    above: folder,
    root: `${folder}/${name}`,
    files: release.files,
    folders: releaseFolders(release),
    owned,
  };
  const link = `${folder}/current`;
  return renderHostScript({
    title: `Runner release ${release.digest}`,
    guardedBy,
    functions: treeFunctions(tree),
    holds: [
      treeHolds(tree),
      command("link_is", link, name),
      fileHolds(launcher, { ...owned, mode: "0755" }, sha256(launcherText)),
    ],
    steps: [
      ...treeSteps(tree),
      fileStep(launcher, { ...owned, mode: "0755" }, sha256(launcherText), Buffer.from(launcherText)),
      `${command("link_is", link, name)} || {
  if [ -e ${command(link)} ] && [ ! -L ${command(link)} ]; then fail '${link} is no link; provisioning does not replace it'; fi
  rm -f -- ${command(`${link}.new`)} && ${command("ln", "-s", "--", name, `${link}.new`)} && ${command("mv", "-fT", "--", `${link}.new`, link)} || fail 'the link to the release could not be turned'
}`,
    ],
  });
}
