// How a command of the host ended, as a stop this program can show.
import { endedEvent } from "../../runner/model/events.ts";
import { stopOfJson, type Shown } from "../../runner/terminal/stop-text.ts";
import { hostCommand, hostSentence } from "../frame/host-command.ts";
import type { HostEvent } from "./host-call.ts";

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
export function operatorStop({ code, facts: { next, or, ...facts } }: Shown, stack: string, runId?: string): Shown {
  const ours = (name: "next" | "or", told: string | undefined): { readonly [key in typeof name]?: string } => {
    const command = told === undefined ? undefined : hostCommand(told, stack, runId);
    return command === undefined ? {} : { [name]: command };
  };
  return {
    code,
    facts: {
      ...facts,
      ...(facts.hint === undefined ? {} : { hint: hostSentence(facts.hint, stack, runId) }),
      ...ours("next", next),
      ...ours("or", or),
    },
  };
}

/** An event as a program on this side gets it: the host's words as they are, but for commands, which are ours or null. */
export function operatorEvent(event: HostEvent, stack: string, runId?: string): HostEvent {
  const ours = (told: unknown): string | null =>
    typeof told === "string" ? (hostCommand(told, stack, runId) ?? null) : null;
  const inside = (part: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(part).map(([name, value]) => {
        if (COMMANDS.has(name)) return [name, ours(value)];
        return [name, name === "hint" && typeof value === "string" ? hostSentence(value, stack, runId) : value];
      }),
    );
  const { stop } = event;
  return { ...inside(event), ...(typeof stop === "object" && stop !== null ? { stop: inside(stop) } : {}) };
}

/** Names under which events carry a command to paste (runner/model/events.ts). */
const COMMANDS: ReadonlySet<string> = new Set(["next", "or", "command"]);
