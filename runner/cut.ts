// THE FLOW. Eleven phases and two pauses, top to bottom; what is recorded is returned, what is not is done.
import type { Run } from "./engine.ts";
import { cutAuthorization, enactAuthorization } from "./gates.ts";
import type { CloseoutOutput, GrammarChoice } from "./model/outputs.ts";
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

/** Carries a run as far as it may go. Stops with STOP_APPROVAL_REQUIRED at each pause until the signatures are admitted. */
export async function cut(run: Run, grammar: GrammarChoice): Promise<Recorded<CloseoutOutput>> {
  const source = await run.step(sourcePin(grammar), {});
  const marked = await run.step(mark, { source });
  const plan = await run.step(cutplan, { source, marked });
  const backup = await run.step(preWriteBackup, { source, plan });
  const grants = await run.step(grantProbe, { plan });
  const planned = { source, marked, plan, backup, grants };

  const mayCut = await cutAuthorization(run, planned);
  const legA = await run.admitted(cutLegA, { source, plan, backup, grants }, mayCut);
  const structure = await run.step(structuralVerify, { source, plan, legA });
  const ledger = await run.step(legBRecord, { source, marked, plan, legA, structure });
  const verified = await run.step(writeVerify, { source, plan, ledger });

  const mayEnact = await enactAuthorization(run, planned);
  const enacted = await run.admitted(lifecycleEnact(mayEnact.review_decision_id), { plan, ledger, verified }, mayEnact);
  return run.step(closeout, { source, plan, grants, ledger, enacted });
}
