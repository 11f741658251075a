// Which halts an UNHALT may end: those of its own reach that are in force, named by their ids.
import { EVERY_RUN, type Payload } from "../model/payload.ts";
import type { Verdict } from "../model/stop.ts";

/** A halt in force; run_id null reaches every run. */
export interface HaltInForce {
  readonly halt_id: string;
  readonly run_id: string | null;
}

/** Halts of exactly this reach: a run id, or `*` for those over every run. */
export function haltsOfReach<H extends HaltInForce>(halts: readonly H[], reach: string): H[] {
  return halts.filter((halt) => halt.run_id === (reach === EVERY_RUN ? null : reach));
}

/** STOP_APPROVAL_INVALID for another host, or naming every halt that is not in force for its reach; a halt it does not name stays. */
export function judgeUnhalt(payload: Payload<"UNHALT">, inForce: readonly HaltInForce[], host: string): Verdict {
  if (payload.host !== host)
    return {
      code: "STOP_APPROVAL_INVALID",
      facts: { saw: "an UNHALT of another host", wanted: `an UNHALT of ${host}` },
    };
  const standing = new Set(haltsOfReach(inForce, payload.run_id).map((halt) => halt.halt_id));
  const gone = payload.halt_ids.filter((id) => !standing.has(id));
  if (gone.length === 0) return undefined;
  const reach = payload.run_id === EVERY_RUN ? "every run" : payload.run_id;
  return {
    code: "STOP_APPROVAL_INVALID",
    facts: {
      saw: `halt ${gone.join(", ")} is not in force for ${reach}`,
      wanted: standing.size === 0 ? `no halt is in force for ${reach}` : `halts in force: ${[...standing].join(", ")}`,
    },
  };
}
