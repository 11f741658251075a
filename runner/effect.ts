// AN EFFECT: the only way a phase writes. Steps and their reasons: docs/decisions/0004-effect.md.
import { type Json, canonicalText } from "./model/canonical.ts";
import { insist, Stopped, type Verdict } from "./model/stop.ts";
import type { RecordedPhase } from "./model/run.ts";
import { shasFor, type Authorization } from "./rules/authorization.ts";
import { changesBetween, type TableChanges } from "./rules/prediction.ts";
import { explainEnvironment } from "./rules/environment-hash.ts";
import { protectedHash } from "./looks/facts.ts";
import type { Database, Writer } from "./world/database.ts";
import type { EnvironmentLook, LookAtEnvironment } from "./world/environment-look.ts";

/**
 * One write: whose, which phase, under which lease and authorization, what it may change, and the work itself. Hashes are 64 hex
 * digits, the cap is in seconds.
 */
export interface EffectRequest<O> {
  readonly run_id: string;
  readonly phase: RecordedPhase;
  readonly role: "exec" | "verify";
  readonly epoch: string;
  readonly input_sha: string;
  readonly authorization: Authorization;
  readonly cap_seconds: number;
  /** Judges the row changes of the work, inside its transaction. */
  readonly counts: (tx: Writer, changes: readonly TableChanges[]) => Promise<Verdict>;
  readonly protected_prefixes: readonly string[];
  readonly environment: LookAtEnvironment;
  readonly work: (tx: Writer) => Promise<O>;
  /** Journal entry and record, appended in the same transaction; answers output_sha. */
  readonly record: (tx: Writer, output: O) => Promise<string>;
}

/** Runs one effect to COMMIT. STOP_AMBIGUOUS when the answer to COMMIT was lost; every other stop has rolled back. */
export async function effect<O extends Json>(
  database: Database,
  request: EffectRequest<O>,
): Promise<{ output: O; output_sha: string }> {
  return database.effect(request.role, async (tx) => {
    const baseline = await tx.query("read/statistics");
    const { admitted } = await tx.one("write/begin-effect", {
      run_id: request.run_id,
      phase: request.phase,
      epoch: request.epoch,
      input_sha: request.input_sha,
      payload_shas: canonicalText(shasFor(request.authorization, request.phase)),
      cap_seconds: request.cap_seconds,
    });
    if (admitted.commit_by !== null) tx.endAfter(Date.parse(admitted.commit_by) - Date.parse(admitted.now));
    const before = await surroundings(tx, request);
    insistEnvironment(request.authorization.environment_hash, before.environment.hash);
    const output = await request.work(tx);
    const output_sha = await request.record(tx, output);
    await tx.query("write/fire-deferred-triggers");
    insist(await request.counts(tx, changesBetween(baseline, await tx.query("read/statistics"))));
    insistUnchanged(before, await surroundings(tx, request));
    await tx.one("write/last-look", { run_id: request.run_id, phase: request.phase });
    return { output, output_sha };
  });
}

interface Surroundings {
  readonly protected_hash: string;
  readonly environment: EnvironmentLook;
}

async function surroundings(
  tx: Writer,
  request: Pick<EffectRequest<never>, "protected_prefixes" | "environment">,
): Promise<Surroundings> {
  return {
    environment: await request.environment(tx),
    protected_hash: await protectedHash(tx, request.protected_prefixes),
  };
}

function insistEnvironment(signed: string | undefined, live: string): void {
  if (signed !== undefined && signed !== live) {
    throw new Stopped("STOP_GRANT_DELTA", {
      saw: `environment ${live.slice(0, 12)}`,
      wanted: `environment ${signed.slice(0, 12)}, as it was signed`,
    });
  }
}

function insistUnchanged(before: Surroundings, after: Surroundings): void {
  if (before.protected_hash !== after.protected_hash) {
    throw new Stopped("STOP_DRIFT", {
      saw: "a protected document changed inside this transaction",
      wanted: "every protected document byte-equal",
    });
  }
  if (before.environment.hash !== after.environment.hash) {
    const details = explainEnvironment(before.environment.facts, after.environment.facts);
    throw new Stopped("STOP_GRANT_DELTA", {
      saw: `inside this transaction: ${details[0] ?? "another environment"}`,
      wanted: "rights and definitions unchanged by the work",
      details,
    });
  }
}
