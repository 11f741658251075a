// How a command of the host ended, as a stop this program can show.
import { endedEvent } from "../../runner/model/events.ts";
import { stopOfJson, type Shown } from "../../runner/terminal/stop-text.ts";
import { operatorCommand, operatorSentence } from "../../runner/rules/operator-command.ts";

/** The last word among events: exit status, and its stop or bug. Undefined when there is none. */
export function endOf(
  events: readonly unknown[],
): { readonly exit: number; readonly stop: Shown | undefined; readonly bug: string | undefined } | undefined {
  const ended = events.map((event) => endedEvent.safeParse(event).data).findLast((event) => event !== undefined);
  if (!ended) return undefined;
  const stop = ended.stop === null ? undefined : stopOfJson(ended.stop);
  return { exit: ended.exit, stop, bug: stop ? undefined : ended.stop?.saw };
}

/** The stop among events, if any. */
export const stopOf = (events: readonly unknown[]): Shown | undefined => endOf(events)?.stop;

/** The same stop with commands of this workstation. */
export function operatorStop({ code, facts }: Shown, stack: string, runId?: string): Shown {
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
