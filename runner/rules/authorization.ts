// What people allowed one effect to do, built here only and handed on whole from the gates to the transaction.
import type { GrantProbeOutput } from "../model/outputs.ts";
import { ADMITTED_BY, type Gate, type RecordedPhase } from "../model/run.ts";

/** The admissions an effect rests on, and the rights and definitions people signed it under. Digests are 64 hex digits. */
export interface Authorization {
  /** Payload digest by gate; empty where no signature is needed, or where the admissions were used already. */
  readonly payload_shas: Readonly<Partial<Record<Gate, string>>>;
  /** Environment hash that was signed; undefined where none was. */
  readonly environment_hash: string | undefined;
}

/** For a phase that needs no signature. */
export const UNSIGNED: Authorization = { payload_shas: {}, environment_hash: undefined };

/** An effect under the environment of the grant probe and these admitted payloads. */
export function authorizationOf(
  grants: Pick<GrantProbeOutput, "environment_hash">,
  admitted: readonly { readonly gate: Gate; readonly payload_sha: string }[],
): Authorization {
  return {
    payload_shas: Object.fromEntries(admitted.map(({ gate, payload_sha }) => [gate, payload_sha])),
    environment_hash: grants.environment_hash,
  };
}

/** The payload digests that the database asks of this phase, by gate. */
export function shasFor({ payload_shas }: Authorization, phase: RecordedPhase): Record<string, string> {
  const gates: readonly string[] = ADMITTED_BY[phase] ?? [];
  return Object.fromEntries(Object.entries(payload_shas).filter(([gate]) => gates.includes(gate)));
}
