// Registers a source version on a host: the two registry rows, by the host's psql as its database administrator, and the snapshot.
import { existsSync } from "node:fs";
import type { StackConfig } from "../../infra/config.ts";
import { psqlPlace } from "../../infra/host-spec.ts";
import { NOT_SO, renderQuestion, renderRegistration } from "../../infra/render/registration.ts";
import { runOnHost } from "../../infra/ssh/script.ts";
import { intakeCaps, takeInExplained } from "../../runner/commands/intake.ts";
import { canonicalText, sha256 } from "../../runner/model/canonical.ts";
import type { GrammarRequest } from "../../runner/model/grammar-request.ts";
import type { CutplanOutput } from "../../runner/model/outputs.ts";
import type { RegistrationRecord, SupersededUnit, Supersedes } from "../../runner/model/registration-record.ts";
import { insist, Stopped } from "../../runner/model/stop.ts";
import { placeDetails } from "../../runner/rules/hints.ts";
import { registrationPackage, type RegistrationPackage } from "../../runner/rules/registration.ts";
import { compareVersions, judgeComparable, newVersionHint, unitsOfRows } from "../../runner/rules/supersession.ts";
import { hasHidden, hasVisible, printableLines } from "../../runner/rules/text-hygiene.ts";
import { readPlain } from "../../runner/adapters/plain-file.ts";

const CORRECT = "correct what is named, then give the same command again";

export interface Registered {
  readonly source_version_id: string;
  readonly units: number;
  readonly region_sha: string;
  /** Of a new version: what became of the articles of the enacted text. */
  readonly compared?: NonNullable<CutplanOutput["compared"]>;
}

/** The grammar a document must be cut by, and the label of its version. */
export interface RegistrationChoice {
  readonly request: GrammarRequest;
  readonly versionLabel: string;
  /** The enacted text that this version follows. */
  readonly supersedes?: Supersedes | undefined;
}

const LABEL_CHARACTERS = 100;

/**
 * Reads the document, marks and proves it, and makes its registration. STOP_REFUSED_INPUT when the grammar refuses it
 * or the label is out of form.
 */
export async function readRegistration(
  file: string,
  prefix: string,
  { request, versionLabel, supersedes }: RegistrationChoice,
): Promise<{ bytes: Buffer; made: RegistrationPackage; record: RegistrationRecord; registered: Registered }> {
  if (
    hasHidden(versionLabel) ||
    !hasVisible(versionLabel) ||
    /[\r\n\t]/.test(versionLabel) ||
    versionLabel.length > LABEL_CHARACTERS
  ) {
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: "not a valid version label",
      wanted: `one line of at most ${LABEL_CHARACTERS} visible characters`,
    });
  }
  const bytes = await readPlain(file).catch((error: unknown) => {
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
      ...(places.length === 0 ? {} : { details: placeDetails(places) }),
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
  const { source_version_id } = made;
  const record: RegistrationRecord = {
    source_version_id,
    region_sha,
    grammar: request,
    ...(supersedes === undefined ? {} : { supersedes }),
  };
  const registered = {
    source_version_id,
    units: units.length,
    region_sha,
    ...comparedWith(supersedes, unitsOfRows(taken.rows)),
  };
  return { bytes, made, record, registered };
}

/** STOP_REFUSED_INPUT when the two texts are not cut alike. */
function comparedWith(
  supersedes: Supersedes | undefined,
  now: readonly SupersededUnit[],
): Pick<Registered, "compared"> {
  if (!supersedes) return {};
  insist(judgeComparable(supersedes.units, now));
  const { same, changed, new: added, gone } = compareVersions(supersedes.units, now);
  return { compared: { document_id: supersedes.document_id, same, changed, new: added, gone } };
}

const LOOK_SECONDS = 60;
const LIMIT_SECONDS = 180;

/**
 * Refuses a prefix whose document is being cut (STOP_RUN_OPEN) or was cut (STOP_REFUSED_INPUT), before a newer version is
 * registered behind its back. For who means a new document; a corrected version of one that has no rows yet passes.
 */
export async function insistFreePrefix(config: StackConfig, prefix: string): Promise<void> {
  const [runId = "", units = ""] = await askAdministrator(config, PREFIX_STANDS, prefix);
  if (runId !== "")
    throw new Stopped("STOP_RUN_OPEN", {
      saw: `run ${runId} of ${prefix} is open`,
      wanted: "no open run of this document",
      next: `npm run status -- ${runId}`,
      or: `npm run void -- ${runId} "<reason>"`,
    });
  if (units !== "0")
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `${prefix} stands on this host already, units: ${units}`,
      wanted: "a prefix that no document of this host has",
      hint: "give the document another prefix",
    });
}

/** Enacted text keeps its addresses: another text under them could never be cut. The same version may be registered again. */
async function insistNotEnacted(config: StackConfig, prefix: string, version: string): Promise<void> {
  const [newest = "", enacted = "0"] = await askAdministrator(config, ENACTED_STANDS, prefix);
  if (enacted === "0" || newest === version) return;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: `${prefix} is enacted, units: ${enacted}, and this is another text`,
    wanted: "a prefix of its own for a new version",
    hint: newVersionHint(prefix),
  });
}

/** The first of `SAMPLE-1`, `SAMPLE-2`, … behind every registered one. */
export async function nextSample(config: StackConfig): Promise<string> {
  const [last = ""] = await askAdministrator(config, LAST_SAMPLE, "^SAMPLE-([0-9]{1,6})$");
  return `SAMPLE-${Number(last) + 1}`;
}

const PREFIX_STANDS = `SELECT (SELECT min(run_id) FROM cutter_runtime.run WHERE document_id = $1 AND closed IS NULL),
       (SELECT count(*) FROM public.information_unit WHERE starts_with(canonical_address, $1 || '/'))`;
const ENACTED_STANDS = `SELECT (SELECT v.source_version_id FROM cutter_governance.source_document_version_registry v
          JOIN cutter_governance.source_document_registry d USING (source_document_id)
         WHERE d.address_docprefix = $1 ORDER BY v.captured_at DESC, v.source_version_id DESC LIMIT 1),
       (SELECT count(*) FROM public.information_unit
         WHERE starts_with(canonical_address, $1 || '/') AND lifecycle_status = 'enacted')`;
const LAST_SAMPLE = `SELECT coalesce(max(substring(address_docprefix FROM $1)::int), 0)
  FROM cutter_governance.source_document_registry WHERE address_docprefix ~ $1`;

/** The columns of the statement's one row, read-only, as the database administrator. STOP_PRECHECK_FAILED when the host cannot. */
async function askAdministrator(config: StackConfig, statement: string, param: string): Promise<string[]> {
  const script = renderQuestion({ statement, params: [param] }, psqlPlace(config));
  const { status, stdout, stderr } = await runOnHost(config.connection, script, LOOK_SECONDS);
  if (status !== 0) throw failed(status, stderr);
  return stdout.trim().split("|");
}

/**
 * Registers a document on the host of a stack: over its own ssh connection, by the host's psql as its database administrator,
 * in one transaction that is believed after its own checks. Safe to repeat. Stops as `readRegistration`; STOP_REFUSED_INPUT
 * when the registry holds something else; STOP_PRECHECK_FAILED when the host cannot.
 */
export async function registerDocument(
  config: StackConfig,
  file: string,
  prefix: string,
  choice: RegistrationChoice,
): Promise<Registered> {
  const { bytes, made, record, registered } = await readRegistration(file, prefix, choice);
  await insistNotEnacted(config, prefix, made.source_version_id);
  const recorded = Buffer.from(canonicalText(record));
  const owned = { owner: config.runtime.owner, group: config.runtime.group, mode: "0640" };
  const beside = `${config.runtime.root}/artifacts/${made.source_version_id}`;
  const script = renderRegistration({
    title: made.source_version_id,
    apply: made.apply,
    check: made.check,
    place: psqlPlace(config),
    files: [
      { file: `${beside}.md`, owned, sha: sha256(bytes), bytes },
      { file: `${beside}.registration.json`, owned, sha: sha256(recorded), bytes: recorded },
    ],
  });
  // Every machine of the host needs the snapshot; the rows are the same the second time.
  const further = (config.hosts ?? []).map(({ connection }) => connection);
  for (const connection of [config.connection, ...further]) await layRegistration(connection, script);
  return registered;
}

async function layRegistration(connection: StackConfig["connection"], script: string): Promise<void> {
  const { status, stdout, stderr } = await runOnHost(connection, script, LIMIT_SECONDS);
  if (status === 0 && stdout.includes("registered")) return;
  const wrong = stderr
    .split("\n")
    .find((line) => line.includes(NOT_SO))
    ?.split(NOT_SO)[1];
  if (wrong === undefined) throw failed(status, stderr);
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: `not so: ${wrong}`,
    wanted: "a prefix that no other document holds, and this version the newest",
  });
}

const failed = (status: number, stderr: string): Stopped =>
  new Stopped("STOP_PRECHECK_FAILED", {
    saw: `the host's script ended with status ${status}; nothing was registered`,
    wanted: "a provisioned host and its database administrator",
    details: printableLines(stderr).trim().split("\n").slice(-6),
  });
