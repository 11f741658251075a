// Which admitted statement lets an effect begin now? The database decides again in begin_effect; this gives people the reason early.
import type { Gate } from "../model/run.ts";
import type { Verdict } from "../model/stop.ts";

/** An admitted statement as far as it is judged; used_phase null means unused. */
export interface AdmissionRow {
  readonly nonce: string;
  readonly gate: string;
  readonly payload_sha: string;
  readonly person: string;
  readonly valid_from: Date;
  readonly use_by: Date;
  readonly used_phase: string | null;
}

/** Undefined when an unused admission over exactly this payload has the phase cap left before its use_by. */
export function judgeAdmissions(rows: readonly AdmissionRow[], gate: Gate, payloadSha: string, now: Date, capSeconds: number): Verdict {
  const ofGate = rows.filter((row) => row.gate === gate);
  const none = gate === "EXECUTION" ? "STOP_EXECUTION_NOT_AUTHORIZED" : "STOP_APPROVAL_REQUIRED";
  const wanted = `a ${gate} statement over payload …${payloadSha.slice(-6)}`;
  if (ofGate.length === 0) return { code: none, facts: { saw: `no ${gate} statement has been admitted`, wanted } };
  const same = ofGate.filter((row) => row.payload_sha === payloadSha);
  if (same.length === 0) return { code: "STOP_APPROVAL_INVALID", facts: { saw: `the admitted ${gate} statement covers other facts than those of now`, wanted } };
  const unused = same.filter((row) => row.used_phase === null);
  if (unused.length === 0) return { code: "STOP_APPROVAL_CONSUMED", facts: { saw: `the admitted ${gate} statement was used`, wanted } };
  const inTime = unused.filter((row) => now.getTime() + capSeconds * 1000 < row.use_by.getTime());
  if (inTime.length === 0) return { code: "STOP_APPROVAL_EXPIRED", facts: { saw: `the admitted ${gate} statement ends before the phase could finish`, wanted } };
  return undefined;
}
