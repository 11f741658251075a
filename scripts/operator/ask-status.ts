// A run's status as its host tells it, with commands of this workstation in place of the host's.
import { shelfEvent, statusAnswer, type StatusJson } from "../../runner/model/events.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { hostCommand } from "../frame/host-command.ts";
import { eventsLike, eventsOf, insistNoStop, type HostEvent } from "./host-call.ts";
import { stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

/** Every run of the host, newest first, or the one named. Commands are the operator's. */
export async function askStatus(target: Target, runId?: string): Promise<StatusJson[]> {
  const { runs, insistAll } = await askStatusOfAll(target, runId);
  insistAll();
  return runs;
}

/**
 * `whole`: every run could be read; `insistAll` throws the host's stop about the others. `drillAt`: the newest whole drill, null for none,
 * undefined where the host did not say.
 */
export interface StatusOfAll {
  readonly runs: StatusJson[];
  readonly whole: boolean;
  readonly drillAt: string | null | undefined;
  readonly insistAll: () => void;
}

/** The same where the runs that can be read are shown first. */
export async function askStatusOfAll(target: Target, runId?: string): Promise<StatusOfAll> {
  const words = ["orchestrate", "status", ...(runId === undefined ? [] : [runId])];
  const { events } = await eventsOf(target, words);
  const runs = events.filter((event) => event.event === undefined).map((event) => statusOf(event, target.stack));
  return {
    runs,
    whole: stopOf(events) === undefined,
    drillAt: eventsLike(shelfEvent, events)[0]?.drill_at,
    insistAll: () => insistNoStop(events, target, runId),
  };
}

/** The status of one run, undefined when the host cannot tell now: a stop that is shown must not be lost to a second one. */
export async function statusIfKnown(target: Target, runId: string): Promise<StatusJson | undefined> {
  try {
    return (await askStatus(target, runId))[0];
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}

/** A status the host told, with commands of this workstation. STOP_COULD_NOT_LOOK for another form. */
export function statusOf(event: HostEvent, stack: string): StatusJson {
  const { data: status } = statusAnswer.safeParse(event);
  if (status === undefined)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "the host answers another form of status",
      wanted: "a release of the cutter that this folder knows",
    });
  const ours = (command: string | null): string | null =>
    command === null ? null : (hostCommand(command, stack, status.run_id) ?? null);
  return { ...event, ...status, next: ours(status.next), or: ours(status.or) };
}
