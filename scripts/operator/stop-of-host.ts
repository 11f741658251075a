// How a command of the host ended, as a stop this program can show.
import * as z from "zod";
import { isStopCode, type StopCode, type StopFacts } from "../../runner/model/stop.ts";
import type { HostEvent } from "./host-call.ts";
import { operatorCommand, operatorSentence } from "../frame/operator-command.ts";

const endedEvent = z.looseObject({
  event: z.literal("ended"),
  exit: z.int(),
  stop: z
    .looseObject({
      code: z.string(),
      saw: z.string(),
      wanted: z.string(),
      hint: z.string(),
      next: z.string().nullable(),
      or: z.string().nullable(),
      details: z.array(z.string()),
    })
    .nullable(),
});

/** A stop of the host: code and facts. */
export interface HostStop {
  readonly code: StopCode;
  readonly facts: StopFacts;
}

/** The last word among events: exit status, and its stop or bug. Undefined when there is none. */
export function endOf(
  events: readonly HostEvent[],
): { readonly exit: number; readonly stop: HostStop | undefined; readonly bug: string | undefined } | undefined {
  const ended = endedEvent.safeParse(events.findLast((event) => event.event === "ended"));
  if (!ended.success) return undefined;
  const { exit, stop } = ended.data;
  if (stop === null) return { exit, stop: undefined, bug: undefined };
  if (!isStopCode(stop.code)) return { exit, stop: undefined, bug: stop.saw };
  const { code, saw, wanted, hint, next, or, details } = stop;
  return {
    exit,
    bug: undefined,
    stop: { code, facts: { saw, wanted, hint, details, ...(next ? { next } : {}), ...(or ? { or } : {}) } },
  };
}

/** The stop among events, if any. */
export const stopOf = (events: readonly HostEvent[]): HostStop | undefined => endOf(events)?.stop;

/** The same stop with commands of this workstation. */
export function operatorStop({ code, facts }: HostStop, stack: string, runId?: string): HostStop {
  const ours = (command: string): string => operatorCommand(command, stack, runId);
  return {
    code,
    facts: {
      ...facts,
      ...(facts.hint === undefined ? {} : { hint: operatorSentence(facts.hint, stack) }),
      ...(facts.next === undefined ? {} : { next: ours(facts.next) }),
      ...(facts.or === undefined ? {} : { or: ours(facts.or) }),
    },
  };
}
