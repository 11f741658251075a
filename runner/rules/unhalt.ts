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

/** A halt that was named, as the database knows it. */
export interface NamedHalt extends HaltInForce {
  readonly lifted: boolean;
}

/**
 * STOP_APPROVAL_INVALID when an UNHALT names a halt that does not exist, or one of another reach: then nothing of it may look as if it
 * had been lifted. A halt that was lifted before is no fault: the same statement may be handed in twice.
 */
export function judgeNamed({ run_id, halt_ids }: Payload<"UNHALT">, known: readonly NamedHalt[]): Verdict {
  const invalid = (saw: string, next?: string): Verdict => ({
    code: "STOP_APPROVAL_INVALID",
    facts: {
      saw,
      wanted: "halts of this host, named with the reach they have",
      hint: "nothing was lifted; `cutter orchestrate status` names the halts in force",
      ...(next === undefined ? {} : { next }),
    },
  });
  const unknown = halt_ids.filter((id) => !known.some((halt) => halt.halt_id === id));
  if (unknown.length > 0) return invalid(`no halt ${unknown.join(", ")} on this host`);
  const reach = run_id === EVERY_RUN ? null : run_id;
  const other = known.find((halt) => halt.run_id !== reach);
  if (!other) return undefined;
  const run = other.run_id === null ? "" : ` --run ${other.run_id}`;
  return invalid(
    `halt ${other.halt_id} holds ${other.run_id ?? "every run"}, and the statement is for ${reach ?? "every run"}`,
    `npm run unhalt -- ${other.halt_id}${run}`,
  );
}
