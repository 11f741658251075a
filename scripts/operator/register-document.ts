// Registers a source version: the two registry rows, applied by the database administrator, and the snapshot artifact on the host.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { writeWhenChanged } from "../sandbox/write-file.ts";
import { intakeCaps, takeInExplained } from "../../runner/commands/intake.ts";
import type { GrammarRequest } from "../../runner/model/grammar-request.ts";
import { Stopped } from "../../runner/model/stop.ts";
import {
  registrationPackage,
  type RegistrationPackage,
  type RegistrationStatement,
} from "../../runner/rules/registration.ts";
import { hasHidden, hasVisible } from "../../runner/rules/text-hygiene.ts";

const CORRECT = "correct what is named, then give the same command again";

export interface Registered {
  readonly source_version_id: string;
  readonly units: number;
  readonly region_sha: string;
}

/** The grammar a document must be cut by, and the label of its version. */
export interface RegistrationChoice {
  readonly request: GrammarRequest;
  readonly versionLabel: string;
}

const LABEL_CHARACTERS = 100;

/** Reads the document, marks and proves it, and makes its registration. STOP_REFUSED_INPUT when the grammar refuses it or the label is out of form. */
export async function readRegistration(
  file: string,
  prefix: string,
  { request, versionLabel }: RegistrationChoice,
): Promise<{ bytes: Buffer; made: RegistrationPackage; registered: Registered }> {
  if (
    hasHidden(versionLabel) ||
    !hasVisible(versionLabel) ||
    /[\r\n\t]/.test(versionLabel) ||
    versionLabel.length > LABEL_CHARACTERS
  ) {
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "a version label out of form",
      wanted: `one line of at most ${LABEL_CHARACTERS} visible characters`,
    });
  }
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Stopped(
      "STOP_REFUSED_INPUT",
      {
        saw: existsSync(file) ? `${file} cannot be read as a file` : `${file} does not exist`,
        wanted: "a Markdown file, or the text of a law",
        hint: CORRECT,
      },
      error,
    );
  });
  const { taken } = takeInExplained(bytes, prefix, { ...request, caps: intakeCaps(request.profile) });
  const { refusal, manifest } = taken;
  if (refusal) {
    const { code, line, reason, places = [] } = refusal;
    // Line 0: the refusal is about no line, for example the prefix.
    throw new Stopped(code, {
      saw: reason,
      wanted: `a document${line === 0 ? " and a prefix" : ""} that ${request.profile} can cut`,
      ...(line === 0 ? {} : { line }),
      hint: CORRECT,
      ...(places.length === 0 ? {} : { details: places.map((place) => place.hint ?? place.reason) }),
    });
  }
  const { region_sha, units } = manifest;
  const made = registrationPackage({
    document_id: prefix,
    region_sha,
    document_ref: prefix.toLowerCase(),
    version_label: versionLabel,
    authority_class: "non_authoritative",
  });
  return { bytes, made, registered: { source_version_id: made.source_version_id, units: units.length, region_sha } };
}

/**
 * Refuses a prefix whose document is being cut (STOP_RUN_OPEN) or was cut (STOP_REFUSED_INPUT), before a newer version is
 * registered behind its back. For who means a new document; a corrected version of one that has no rows yet passes.
 */
export async function insistFreePrefix(admin: pg.Client, prefix: string): Promise<void> {
  const open = await admin.query<{ run_id: string }>(
    "SELECT run_id FROM cutter_runtime.run WHERE document_id = $1 AND closed IS NULL",
    [prefix],
  );
  const runId = open.rows[0]?.run_id;
  if (runId !== undefined) {
    throw new Stopped("STOP_RUN_OPEN", {
      saw: `run ${runId} of ${prefix} is open`,
      wanted: "no open run of this document",
      next: `npm run status -- ${runId}`,
      or: `npm run void -- ${runId} "<reason>"`,
    });
  }
  const rows = await admin.query<{ units: number }>(
    "SELECT count(*)::int AS units FROM public.information_unit WHERE starts_with(canonical_address, $1 || '/')",
    [prefix],
  );
  const units = rows.rows[0]?.units ?? 0;
  if (units > 0)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${prefix} stands on this host already, units: ${units}`,
      wanted: "a prefix that no document of this host has",
      hint: "give the document another prefix",
    });
}

/**
 * Applies the registration package in one transaction and believes it after its own checks; the artifact is laid first, because a
 * registered version without its snapshot could not be cut. Stops as `readRegistration`.
 */
export async function registerDocument(
  admin: pg.Client,
  runtimeRoot: string,
  file: string,
  prefix: string,
  choice: RegistrationChoice,
): Promise<Registered> {
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
  if (result.rows[0]?.ok !== true)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `not so: ${step.purpose}`,
      wanted: "a prefix that no other document holds, and this version the newest",
    });
}
