// Registers a source version: the two registry rows, applied by the database administrator, and the snapshot artifact on the host.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { writeWhenChanged } from "./sandbox/write-file.ts";
import { intakeCaps, takeIn } from "../runner/commands/intake.ts";
import type { GrammarRequest } from "../runner/model/grammar-request.ts";
import { Stopped } from "../runner/model/stop.ts";
import { registrationPackage, type RegistrationPackage, type RegistrationStatement } from "../runner/rules/registration.ts";
import { hasHidden, hasVisible } from "../runner/rules/text-hygiene.ts";

export interface Registered { readonly source_version_id: string; readonly units: number; readonly region_sha: string }

/** The grammar a document must be cut by, and the label of its version. */
export interface RegistrationChoice { readonly request: GrammarRequest; readonly versionLabel: string }

const LABEL_CHARACTERS = 100;

/** Reads the document, marks and proves it, and makes its registration. STOP_REFUSED_INPUT when the grammar refuses it or the label is out of form. */
export async function readRegistration(file: string, prefix: string, { request, versionLabel }: RegistrationChoice): Promise<{ bytes: Buffer; made: RegistrationPackage; registered: Registered }> {
  if (hasHidden(versionLabel) || !hasVisible(versionLabel) || /[\r\n\t]/.test(versionLabel) || versionLabel.length > LABEL_CHARACTERS) {
    throw new Stopped("STOP_REFUSED_INPUT", { saw: "a version label out of form", wanted: `one line of at most ${LABEL_CHARACTERS} visible characters` });
  }
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Stopped("STOP_REFUSED_INPUT", { saw: `${file} cannot be read`, wanted: "a Markdown file" }, error);
  });
  const taken = takeIn(bytes, prefix, { ...request, caps: intakeCaps(request.profile) });
  if (taken.refusal) throw new Stopped(taken.refusal.code, { saw: `line ${taken.refusal.line}: ${taken.refusal.reason}`, wanted: "a document the grammar can cut", line: taken.refusal.line });
  const { region_sha, units } = taken.manifest;
  const made = registrationPackage({ document_id: prefix, region_sha, document_ref: prefix.toLowerCase(), version_label: versionLabel, authority_class: "non_authoritative" });
  return { bytes, made, registered: { source_version_id: made.source_version_id, units: units.length, region_sha } };
}

/**
 * Applies the registration package in one transaction and believes it after its own checks; the artifact is laid first, because a
 * registered version without its snapshot could not be cut. Stops as `readRegistration`.
 */
export async function registerDocument(admin: pg.Client, runtimeRoot: string, file: string, prefix: string, choice: RegistrationChoice): Promise<Registered> {
  const { bytes, made, registered } = await readRegistration(file, prefix, choice);
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
  return registered;
}

async function insistOk(admin: pg.Client, step: RegistrationStatement): Promise<void> {
  const result = await admin.query<{ ok: boolean }>(step.statement, [...step.params]);
  if (result.rows[0]?.ok !== true) throw new Stopped("STOP_REFUSED_INPUT", { saw: `not so: ${step.purpose}`, wanted: "a prefix that no other document holds, and this version the newest" });
}
