// What a principal sees of a run's rows, by its own connection. The verifier records it, the enactment compares it.
import type { LegBOutput } from "../model/outputs.ts";
import { Stopped, type StopCode } from "../model/stop.ts";
import { legBRows, observedDigest } from "../rules/ledger.ts";
import type { Reader } from "../world/database.ts";

/** Digest over every unit, version, birth and leg-B row of the run; stops with `otherwise` when their number is not 3N + 2N + 6. */
export async function observe(
  reader: Reader,
  runId: string,
  { ledger, units }: { readonly ledger: LegBOutput; readonly units: number },
  otherwise: StopCode,
): Promise<string> {
  const rows = [
    ...(await reader.query("verify/observed-units", { run_id: runId })),
    ...(await reader.query("verify/observed-ledger", {
      change_set_id: ledger.change_set_id,
      entry_id: ledger.entry_id,
    })),
  ];
  const wanted = 3 * units + legBRows(units);
  if (rows.length !== wanted)
    throw new Stopped(otherwise, {
      saw: `${rows.length} rows of this run`,
      wanted: `${wanted}: units, versions, births and the ledger rows of leg B`,
    });
  return observedDigest(rows);
}
