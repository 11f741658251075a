// What the engine tells in its event log, read: which parts of a host failed and in what words of their own script, whichever plugin
// ran it, and whether a saved plan was broken. Pure; the file is written by `pulumi up --event-log`.
import * as z from "zod";
import { jsonOf } from "../../runner/model/json-text.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";

const eventSchema = z.looseObject({
  diagnosticEvent: z
    .looseObject({ urn: z.string().default(""), message: z.string(), severity: z.string().default("") })
    .optional(),
  resourcePreEvent: z.looseObject({ metadata: z.looseObject({ urn: z.string() }) }).optional(),
  resOutputsEvent: z.looseObject({ metadata: z.looseObject({ urn: z.string() }) }).optional(),
  resOpFailedEvent: z.looseObject({ metadata: z.looseObject({ urn: z.string() }) }).optional(),
});

/** One part that failed; `said`: lines of its script, or of whoever could not start it, printable and capped. */
export interface FailedPart {
  readonly part: string;
  readonly said: readonly string[];
}

/** What one up told. `unfinished`: parts that began and of which no end was told. */
export interface UpTold {
  readonly failed: readonly FailedPart[];
  /** Sentences of the engine about a resource that is another than the saved plan says. */
  readonly planBroken: readonly string[];
  /** Errors about no part of the host: of the program, the backend, the engine. */
  readonly others: readonly string[];
  readonly unfinished: readonly string[];
}

const COMMAND = "command:remote:Command";
const PLAN_BROKEN = /violates plan|is not allowed by the plan|expected resource operations/;
/** Only counts or repeats what stands elsewhere. */
const EMPTY_WORDS = /^(?:update failed|resource (?:creation|update) failed|\d+ errors? occurred:?)$/i;
const LINES_SHOWN = 12;
const LINE_SHOWN = 300;

/** Name of the component a resource belongs to: its own name without the suffix of the command. */
export const componentOf = (urn: string): string => (urn.split("::").at(-1) ?? "").replace(/-script$/, "");

/** Reads the whole log; a line that is no event (a torn last one) is passed over. */
export function readEngineEvents(log: string): UpTold {
  const events = log.split("\n").flatMap((line) => {
    const event = eventSchema.safeParse(jsonOf(line));
    return event.success ? [event.data] : [];
  });
  const errors = events.flatMap(({ diagnosticEvent: told }) => (told?.severity === "error" ? [told] : []));
  const failed = new Map<string, string[]>();
  const others: string[] = [];
  const planBroken: string[] = [];
  for (const { urn, message } of errors) {
    if (PLAN_BROKEN.test(message)) planBroken.push(...wordsOf(message));
    else if (urn.includes(COMMAND))
      failed.set(componentOf(urn), [...(failed.get(componentOf(urn)) ?? []), ...scriptWords(message)]);
    else others.push(...wordsOf(message));
  }
  const urns = (kind: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent"): string[] =>
    events.flatMap((event) =>
      event[kind]?.metadata.urn.includes(COMMAND) ? [componentOf(event[kind].metadata.urn)] : [],
    );
  const ended = new Set([...urns("resOutputsEvent"), ...urns("resOpFailedEvent")]);
  return {
    failed: [...failed].map(([part, said]) => ({ part, said: [...new Set(said)] })),
    planBroken: [...new Set(planBroken)],
    others: [...new Set(others)],
    unfinished: [...new Set(urns("resourcePreEvent"))].filter((part) => !ended.has(part)),
  };
}

/**
 * What the script itself said. The official plugin writes `<ending>: running "<the whole command>":` and then both streams; the stand-in
 * `<ending>: <standard error>`. The command is never shown: it is ours, and the same for every part.
 */
export function scriptWords(message: string): string[] {
  const framed = /^(?<ending>[^\n]*?): running "(?:[^"\\]|\\.)*":\n?(?<said>[\s\S]*)$/.exec(
    withoutCount(message),
  )?.groups;
  const said = framed?.["said"] ?? withoutCount(message).replace(/^exit status \d+: /, "");
  const words = wordsOf(said);
  return words.length > 0 ? words : wordsOf(framed?.["ending"] ?? message);
}

const withoutCount = (message: string): string => message.replace(/^\d+ errors? occurred:\n\s*\* /, "");

// The end of a script's output holds its reason.
const wordsOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => printable(line.trim()).slice(0, LINE_SHOWN))
    .filter((line) => line !== "" && !EMPTY_WORDS.test(line))
    .slice(-LINES_SHOWN);
