// A clone of this project as git would make it: the sources only, with packages that count as installed.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** Files and folders a clone has, as far as programs need them. */
export const SOURCES = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  ".npmrc",
  "Pulumi.yaml",
  "Pulumi.contabo.yaml.example",
  "infra",
  "runner",
  "scripts",
  "sql",
];

/** Copies the sources into `folder`, which is made; `parts` limits what is copied. */
export function copyProject(folder: string, parts: readonly string[] = SOURCES): string {
  mkdirSync(folder, { recursive: true });
  for (const part of parts) cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  linkPackages(folder);
  return folder;
}

/** Such a clone, built: with what this project has built as far as it is of these very sources. */
export async function builtProject(folder: string): Promise<string> {
  copyProject(folder, existsSync(join(PROJECT, "dist")) ? [...SOURCES, "dist"] : SOURCES);
  await execa(process.execPath, [join(folder, "scripts", "build", "bootstrap.mjs")]);
  return folder;
}

// node_modules is a folder of its own and only the packages in it are links: whatever a test does to the folder, an install
// that empties it included, removes links and never the packages of the project under test.
export function linkPackages(folder: string): void {
  const from = join(PROJECT, "node_modules");
  const to = join(folder, "node_modules");
  mkdirSync(to);
  for (const name of readdirSync(from).filter((entry) => !entry.startsWith("."))) {
    if (!name.startsWith("@")) symlinkSync(join(from, name), join(to, name));
    else {
      mkdirSync(join(to, name));
      for (const part of readdirSync(join(from, name))) symlinkSync(join(from, name, part), join(to, name, part));
    }
  }
  copyFileSync(join(from, ".package-lock.json"), join(to, ".package-lock.json"));
  // A program knows the folder of its project by this file.
  copyFileSync(join(PROJECT, "package.json"), join(folder, "package.json"));
}
