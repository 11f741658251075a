// Registers a source version: the two registry rows, applied by the database administrator, and the snapshot artifact on the host.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { writeWhenChanged } from "./sandbox/write-file.ts";
import { intakeCaps, takeIn } from "../runner/commands/intake.ts";
import type { GrammarRequest } from "../runner/model/grammar-request.ts";
import { Stopped } from "../runner/model/stop.ts";
import { registrationPackage, type RegistrationStatement } from "../runner/rules/registration.ts";

export interface Registered { readonly source_version_id: string; readonly units: number; readonly region_sha: string }

/**
 * Applies the registration package in one transaction and believes it after its own checks; the artifact is laid first, because a
 * registered version without its snapshot could not be cut. STOP_REFUSED_INPUT when the grammar refuses the document.
 */
export async function registerDocument(
  admin: pg.Client, runtimeRoot: string, file: string, prefix: string, options: { request: GrammarRequest; versionLabel: string },
): Promise<Registered> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Stopped("STOP_REFUSED_INPUT", { saw: `${file} cannot be read`, wanted: "a Markdown file" }, error);
  });
  const taken = takeIn(bytes, prefix, { ...options.request, caps: intakeCaps(options.request.profile) });
  if (taken.refusal) throw new Stopped(taken.refusal.code, { saw: `line ${taken.refusal.line}: ${taken.refusal.reason}`, wanted: "a document the grammar can cut", line: taken.refusal.line });
  const { region_sha, units } = taken.manifest;
  const made = registrationPackage({ document_id: prefix, region_sha, document_ref: prefix.toLowerCase(), version_label: options.versionLabel, authority_class: "non_authoritative" });
  writeWhenChanged(join(runtimeRoot, "artifacts", `${made.source_version_id}.md`), bytes, 0o640);
  await admin.query("BEGIN");
  try {
    for (const step of made.apply) await admin.query(step.statement, [...step.params]);
    for (const step of made.check) await insistOk(admin, step);
    await admin.query("COMMIT");
  } catch (error) {
    await admin.query("ROLLBACK");
    throw error;
  }
  return { source_version_id: made.source_version_id, units: units.length, region_sha };
}

async function insistOk(admin: pg.Client, step: RegistrationStatement): Promise<void> {
  const result = await admin.query<{ ok: boolean }>(step.statement, [...step.params]);
  if (result.rows[0]?.ok !== true) throw new Stopped("STOP_REFUSED_INPUT", { saw: `not so: ${step.purpose}`, wanted: "a prefix that no other document holds, and this version the newest" });
}
