// What state.json says of a run: database rows in, projection out. Its times are UTC text.
import { canonicalText } from "../model/canonical.ts";
import type { RowOf } from "../model/rows.ts";
import { PHASES, RUN_STATES, type RecordedPhase, type RunState } from "../model/run.ts";
import { SECRET_NAMES, stateSchema, type StateJson } from "../model/state.ts";
import { Stopped } from "../model/stop.ts";
import { jsonOf } from "../model/json-text.ts";

/** A request of the present pause; approve_by is UTC text, as in the bundle's payload.json. */
export type OpenRequest = StateJson["requests"][number];

/** What the projection is made of. `proves`: names of the invariants a phase proves, by phase. `phase_cap_seconds`: cap of one phase. */
export interface StateFacts {
  readonly revision: number;
  readonly run: RowOf<"read/run">;
  readonly phases: readonly RowOf<"read/phases-done">[];
  readonly proves: Readonly<Partial<Record<RecordedPhase, readonly string[]>>>;
  readonly admissions: readonly RowOf<"read/admissions">[];
  readonly halts: readonly RowOf<"read/halts">[];
  readonly receipts: readonly RowOf<"read/receipts">[];
  readonly requests: readonly OpenRequest[];
  readonly last_error: StateJson["last_error"];
  readonly phase_cap_seconds: number;
  readonly now: Date;
}

/** The projection. STOP_COULD_NOT_LOOK when a row holds a state or phase this release does not know. */
export function stateJson(facts: StateFacts): StateJson {
  const { run } = facts;
  const newest = facts.receipts[0];
  return {
    schema_version: "1",
    revision: facts.revision,
    written_at: facts.now.toISOString(),
    run_id: run.run_id,
    document_id: run.document_id,
    source_document_id: sourceDocument(facts),
    source_version_id: run.source_version_id,
    host: run.host,
    actor: run.actor,
    release: run.release,
    state: knownState(run.state),
    last_stop: run.last_stop,
    opened: run.opened.toISOString(),
    closed: utc(run.closed),
    close_kind: run.close_kind,
    close_reason: run.close_reason,
    lease: leaseOf(run),
    phase_cap_seconds: facts.phase_cap_seconds,
    phases: phasesOf(facts),
    requests: facts.requests.map((request) => ({ ...request })),
    approvals: facts.admissions.map((row) => ({
      gate: row.gate,
      payload_sha: row.payload_sha,
      person: row.person,
      nonce: row.nonce,
      valid_from: row.valid_from.toISOString(),
      use_by: row.use_by.toISOString(),
      used_phase: row.used_phase,
      used_at: utc(row.used_at),
    })),
    halts: facts.halts.map((row) => ({
      halt_id: row.halt_id,
      every_run: row.run_id === null,
      reason: row.reason,
      actor: row.actor,
      at: row.at.toISOString(),
    })),
    backup: newest
      ? {
          attempt: newest.attempt,
          file_sha: newest.file_sha,
          content_digests_sha: newest.content_digests_sha,
          at: newest.at.toISOString(),
        }
      : null,
    last_error: facts.last_error,
  };
}

/**
 * What the file must say when the answer to COMMIT was lost and the database cannot be asked: that this is not known.
 * Everything else stays as it was told.
 */
export function ambiguousState(before: StateJson, error: NonNullable<StateJson["last_error"]>, now: Date): StateJson {
  return {
    ...before,
    revision: before.revision + 1,
    written_at: now.toISOString(),
    state: "ambiguous",
    last_stop: error.stop_code,
    last_error: error,
  };
}

/** The bytes of the file: RFC 8785, so that equal projections are equal files. A name that betrays a secret is a bug and throws. */
export function stateText(state: StateJson): string {
  refuseSecretNames(state);
  return canonicalText(state);
}

/** State of a file's text. STOP_COULD_NOT_LOOK when it is not one; the stop quotes nothing of it. */
export function parseState(text: string): StateJson {
  const parsed = stateSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new Stopped("STOP_COULD_NOT_LOOK", {
    saw: "state.json is not a state of schema version 1",
    wanted: "the file as the runner writes it",
    hint: "the file is only a projection: `cutter orchestrate resume` writes it anew from the database",
  });
}

function phasesOf(facts: StateFacts): StateJson["phases"] {
  const phases: StateJson["phases"] = {};
  for (const row of facts.phases) {
    const phase = knownPhase(row.phase);
    const proven = facts.proves[phase]?.length;
    phases[phase] = {
      result: "passed",
      at: row.at.toISOString(),
      input_sha: row.input_sha,
      output_sha: row.output_sha,
      invariants: proven === undefined ? "not counted" : `${proven}/${proven}`,
    };
  }
  return phases;
}

function leaseOf(run: RowOf<"read/run">): StateJson["lease"] {
  // The lease row belongs to the document; another run of it may have taken it since.
  if (run.lease_run_id !== run.run_id) return { epoch: null, holder: null, expires_at: null };
  return { epoch: run.epoch, holder: run.holder, expires_at: utc(run.expires_at) };
}

function sourceDocument(facts: StateFacts): string | null {
  const output = facts.phases.find((row) => row.phase === "source_pin")?.output;
  if (typeof output !== "object" || output === null || !("source_document_id" in output)) return null;
  return typeof output.source_document_id === "string" ? output.source_document_id : null;
}

const utc = (date: Date | null): string | null => (date === null ? null : date.toISOString());

function knownState(text: string): RunState {
  return known(RUN_STATES, text, "state");
}

/** A phase name as a row holds it. STOP_COULD_NOT_LOOK for one this release does not know. */
export function knownPhase(text: string): RecordedPhase {
  return known([...PHASES, "revert"] as const, text, "phase");
}

function known<T extends string>(words: readonly T[], text: string, what: string): T {
  const word = words.find((item) => item === text);
  if (word === undefined)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: `the run has a ${what} this release does not know`,
      wanted: "the release the run was started with",
    });
  return word;
}

function refuseSecretNames(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (SECRET_NAMES.some((name) => key.toLowerCase().includes(name)))
      throw new TypeError(`state.json may not have a member ${key}`);
    refuseSecretNames(item);
  }
}
