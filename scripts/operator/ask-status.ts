// A run's status as its host tells it, with commands of this workstation in place of the host's.
import { statusAnswer, type StatusJson } from "../../runner/model/events.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { hostCommand } from "../frame/host-command.ts";
import { eventsOf, insistNoStop, type HostEvent } from "./host-call.ts";
import { stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

/** Every run of the host, newest first, or the one named. Commands are the operator's. */
export async function askStatus(target: Target, runId?: string): Promise<StatusJson[]> {
  const { runs, insistAll } = await askStatusOfAll(target, runId);
  insistAll();
  return runs;
}

/** The same where the runs that can be read are shown first: `insistAll` throws the host's stop about the others. */
export async function askStatusOfAll(
  target: Target,
  runId?: string,
): Promise<{ readonly runs: StatusJson[]; readonly whole: boolean; readonly insistAll: () => void }> {
  const words = ["orchestrate", "status", ...(runId === undefined ? [] : [runId])];
  const { events } = await eventsOf(target, words);
  const runs = events.filter((event) => event.event === undefined).map((event) => statusOf(event, target.stack));
  return { runs, whole: stopOf(events) === undefined, insistAll: () => insistNoStop(events, target, runId) };
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

function statusOf(event: HostEvent, stack: string): StatusJson {
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
