// THE FLOW. Eleven phases, two pauses and the rehearsal, top to bottom; what is recorded is returned, what is not is done.
// It stands in four stretches because the rehearsal goes through the same ones in its own worlds.
import type { Run } from "./engine.ts";
import { cutAuthorization, enactAuthorization, type Planned } from "./gates.ts";
import type { CloseoutOutput, GrammarChoice, LegAOutput, LegBOutput, WriteVerifyOutput } from "./model/outputs.ts";
import type { Recorded } from "./phase.ts";
import { sourcePin } from "./phases/01-source-pin.ts";
import { mark } from "./phases/02-mark.ts";
import { cutplan } from "./phases/03-cutplan.ts";
import { preWriteBackup } from "./phases/04-pre-write-backup.ts";
import { grantProbe } from "./phases/05-grant-probe.ts";
import { cutLegA } from "./phases/06-cut-leg-a.ts";
import { structuralVerify } from "./phases/07-structural-verify.ts";
import { legBRecord } from "./phases/08-leg-b-record.ts";
import { writeVerify } from "./phases/09-write-verify.ts";
import { lifecycleEnact } from "./phases/10-lifecycle-enact.ts";
import { closeout } from "./phases/11-closeout.ts";

/** Records of leg B and of the second principal's verdict. */
export interface Written {
  readonly ledger: Recorded<LegBOutput>;
  readonly verified: Recorded<WriteVerifyOutput>;
}

/** Carries a run as far as it may go. Stops with STOP_APPROVAL_REQUIRED at each pause until the signatures are admitted. */
export async function cut(
  run: Run,
  grammar: GrammarChoice,
  rehearse: (run: Run, planned: Planned) => Promise<void>,
): Promise<Recorded<CloseoutOutput>> {
  const planned = await plan(run, grammar);
  await rehearse(run, planned);
  const legA = await writeUnits(run, planned);
  const written = await recordAndVerify(run, planned, legA);
  return enact(run, planned, written);
}

/** Phases 1 to 5: nothing is written to the target. */
export async function plan(run: Run, grammar: GrammarChoice): Promise<Planned> {
  const source = await run.step(sourcePin(grammar), {});
  const marked = await run.step(mark, { source });
  const rows = await run.step(cutplan, { source, marked });
  const backup = await run.step(preWriteBackup, { source, plan: rows });
  const grants = await run.step(grantProbe, { plan: rows });
  return { source, marked, plan: rows, backup, grants };
}

/** The pause for SG_1 and EXECUTION, and phase 6. */
export async function writeUnits(run: Run, planned: Planned): Promise<Recorded<LegAOutput>> {
  const { source, plan: rows, backup, grants } = planned;
  const mayCut = await cutAuthorization(run, planned);
  return run.step(cutLegA, { source, plan: rows, backup, grants }, mayCut, () => cutAuthorization(run, planned));
}

/** Phases 7 to 9. */
export async function recordAndVerify(
  run: Run,
  { source, marked, plan: rows }: Planned,
  legA: Recorded<LegAOutput>,
): Promise<Written> {
  const structure = await run.step(structuralVerify, { source, plan: rows, legA });
  const ledger = await run.step(legBRecord, { source, marked, plan: rows, legA, structure });
  const verified = await run.step(writeVerify, { source, plan: rows, ledger });
  return { ledger, verified };
}

/** The pause for SG_2, phases 10 and 11. */
export async function enact(
  run: Run,
  planned: Planned,
  { ledger, verified }: Written,
): Promise<Recorded<CloseoutOutput>> {
  const { source, plan: rows, grants } = planned;
  const { authorization, review_decision_id } = await enactAuthorization(run, planned);
  const enacted = await run.step(lifecycleEnact(review_decision_id), { plan: rows, ledger, verified }, authorization);
  return run.step(closeout, { source, plan: rows, grants, ledger, enacted });
}
