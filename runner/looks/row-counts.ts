// Holds an effect to the counts of the rehearsal that EXECUTION signed; read inside the effect's own transaction.
import * as z from "zod";
import { Stopped } from "../model/stop.ts";
import { judgeChanges } from "../rules/prediction.ts";
import { chainOf } from "./run-record.ts";
import { newestDigest, rehearsalOf } from "../rules/rehearsed-changes.ts";
import type { RowCounts } from "../world/stage.ts";

const signed = z.looseObject({ rehearsal_digest: z.string() });

/** Exactly the signed counts, else STOP_INVARIANT_FAILED by table; STOP_TORN when leg A's EXECUTION or its rehearsal cannot be found. */
export const signedCounts: RowCounts = {
  judge: async (reader, { run_id, effect }, changes) => {
    const admissions = await reader.query("read/admissions", { run_id });
    const execution = signed.safeParse(
      admissions.find((row) => row.gate === "EXECUTION" && row.used_phase === "cut_leg_a")?.payload,
    );
    const journal = chainOf(run_id, await reader.query("read/journal", { run_id }));
    // The way back stays open when the records of the way forward are torn; the newest rehearsal of this run counted it too.
    const undoing = effect === "revert" || effect === "revert_ledger";
    if (!execution.success && !undoing)
      throw new Stopped("STOP_TORN", {
        saw: "no EXECUTION was used by leg A of this run",
        wanted: "its row in admission_use",
      });
    const digest = execution.success ? execution.data.rehearsal_digest : newestDigest(journal);
    return judgeChanges(changes, rehearsalOf(journal, digest).counts[effect]);
  },
};
