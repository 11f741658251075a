// The database packages of this project as their files say: the SQL that is laid, the check that proves it, the undo that takes it back.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeclaredPackage } from "./database-spec.ts";

/** Every database package, in the order in which one may stand on the earlier ones. */
export const PACKAGES = ["read-rights", "two-grant", "runtime", "revert", "admission", "batch"] as const;
export type PackageName = (typeof PACKAGES)[number];

/**
 * Reads a package from `folder` (sql/packages of a checkout). `sql` is exactly what applying it executes: its `apply*.sql`
 * (usually one file) in name order, without BEGIN and COMMIT. These bytes are what a host's owner acknowledges
 * (docs/decisions/0110-database-packages.md).
 */
export function readPackage(name: PackageName, folder: string): Omit<DeclaredPackage, "allowed"> {
  const file = (part: string): string => readFileSync(join(folder, name, part), "utf8");
  const parts = readdirSync(join(folder, name))
    .filter((part) => /^apply.*\.sql$/.test(part))
    .sort();
  return { name, sql: parts.map(file).join("\n"), check: file("check.sql"), undo: file("undo.sql") };
}
