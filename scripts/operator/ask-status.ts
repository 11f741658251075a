// A run's status as its host tells it, with commands of this workstation in place of the host's.
import * as z from "zod";
import { Stopped } from "../../runner/model/stop.ts";
import type { StatusJson } from "../../runner/rules/status.ts";
import { eventsOf, type HostEvent } from "./host-call.ts";
import { operatorCommand } from "../frame/operator-command.ts";
import { operatorStop, stopOf } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

// The host may be a release ahead: what is read here is checked, what is new there is kept.
const statusSchema = z.looseObject({
  schema_version: z.literal("1"),
  run_id: z.string(),
  document_id: z.string(),
  actor: z.string(),
  host: z.string(),
  state: z.string(),
  last_stop: z.string().nullable(),
  committed: z.string(),
  committed_text: z.string(),
  waiting_for: z.string().nullable(),
  deadline: z.string().nullable(),
  deadline_of: z.string().nullable(),
  safe_to_leave: z.boolean(),
  safe_until: z.string().nullable(),
  safe_text: z.string(),
  next: z.string().nullable(),
  or: z.string().nullable(),
  call: z.string().nullable(),
  halted: z.array(z.string()),
  holder: z.string().nullable(),
  holder_until: z.string().nullable(),
  closed: z.string().nullable(),
  as_of: z.string(),
  now: z.string(),
});

/** Every run of the host, newest first, or the one named. Commands are the operator's. */
export async function askStatus(target: Target, runId?: string): Promise<StatusJson[]> {
  const { status, events } = await eventsOf(target, ["orchestrate", "status", ...(runId === undefined ? [] : [runId])]);
  const stop = status === 0 ? undefined : stopOf(events);
  if (stop) {
    const { code, facts } = operatorStop(stop, target.stack, runId);
    throw new Stopped(code, facts);
  }
  return events.map((event) => statusOf(event, target.stack));
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
  const parsed = statusSchema.safeParse(event);
  if (!parsed.success)
    throw new Stopped("STOP_COULD_NOT_LOOK", {
      saw: "the host answers another form of status",
      wanted: "a release of the cutter that this folder knows",
    });
  const status = parsed.data as unknown as StatusJson;
  const ours = (command: string | null): string | null =>
    command === null ? null : operatorCommand(command, stack, status.run_id);
  return { ...status, next: ours(status.next), or: ours(status.or) };
}
