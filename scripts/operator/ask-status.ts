// A run's status as its host tells it, with commands of this workstation in place of the host's.
import { statusAnswer, type StatusJson } from "../../runner/model/events.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { operatorCommand } from "../../runner/rules/operator-command.ts";
import { answersOf, type HostEvent } from "./host-call.ts";
import type { Target } from "./target.ts";

/** Every run of the host, newest first, or the one named. Commands are the operator's. */
export async function askStatus(target: Target, runId?: string): Promise<StatusJson[]> {
  const words = ["orchestrate", "status", ...(runId === undefined ? [] : [runId])];
  return (await answersOf(target, words, runId)).map((event) => statusOf(event, target.stack));
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
    command === null ? null : operatorCommand(command, stack, status.run_id);
  return { ...event, ...status, next: ours(status.next), or: ours(status.or) };
}
