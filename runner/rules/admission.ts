// Which admitted statement lets an effect begin now? The database decides again in begin_effect; this gives people the reason early.
import type { RowOf } from "../model/rows.ts";
import { digestOf, type Json } from "../model/canonical.ts";
import type { Gate } from "../model/run.ts";
import type { Verdict } from "../model/stop.ts";

/** An admitted statement as far as it is judged; used_phase null means unused. */
export type AdmissionRow = Omit<RowOf<"read/admissions">, "fingerprint" | "admitted_at" | "used_at">;

/** Undefined when an unused admission over exactly this payload has the phase cap left before its use_by; else says which fields differ. */
export function judgeAdmissions(
  rows: readonly AdmissionRow[],
  { gate, payload }: { readonly gate: Gate; readonly payload: { readonly [field: string]: Json } },
  now: Date,
  capSeconds: number,
): Verdict {
  const payloadSha = digestOf(payload);
  const ofGate = rows.filter((row) => row.gate === gate);
  const none = gate === "EXECUTION" ? "STOP_EXECUTION_NOT_AUTHORIZED" : "STOP_APPROVAL_REQUIRED";
  const wanted = `a signed ${gate} over payload …${payloadSha.slice(-6)}`;
  if (ofGate.length === 0) return { code: none, facts: { saw: `no ${gate} statement has been admitted`, wanted } };
  const same = ofGate.filter((row) => row.payload_sha === payloadSha);
  if (same.length === 0)
    return {
      code: "STOP_APPROVAL_INVALID",
      facts: {
        saw: `the admitted ${gate} statement covers other facts than those of now: ${differing(ofGate, payload).join(", ")}`,
        wanted,
      },
    };
  const unused = same.filter((row) => row.used_phase === null);
  if (unused.length === 0)
    return { code: "STOP_APPROVAL_CONSUMED", facts: { saw: `the admitted ${gate} statement was used`, wanted } };
  const inTime = unused.filter((row) => now.getTime() + capSeconds * 1000 < row.use_by.getTime());
  if (inTime.length === 0)
    return {
      code: "STOP_APPROVAL_EXPIRED",
      facts: { saw: `the admitted ${gate} statement ends before the phase could finish`, wanted },
    };
  return undefined;
}

/** Fields in which the closest admitted payload is another; names only, the values are in the request. */
function differing(rows: readonly AdmissionRow[], payload: { readonly [field: string]: Json }): string[] {
  const of = (admitted: unknown): string[] => {
    const was = new Map<string, unknown>(
      typeof admitted === "object" && admitted !== null ? Object.entries(admitted) : [],
    );
    return Object.entries(payload)
      .filter(([field, value]) => !same(was.get(field), value))
      .map(([field]) => field);
  };
  return rows.map((row) => of(row.payload)).sort((a, b) => a.length - b.length)[0] ?? [];
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return left.size === right.size && [...left].every(([field, value]) => same(value, right.get(field)));
}
