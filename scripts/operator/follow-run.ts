// Starts work on a run and follows it. A broken line is dialled again and goes on behind the last event seen; Ctrl-C
// ends the following, never the run.
import { randomBytes } from "node:crypto";
import { insist, Stopped, type StopCode } from "../../runner/model/stop.ts";
import { judgeReason } from "../../runner/rules/reason.ts";
import { spokenEvent, type SpokenEvent, type StatusJson } from "../../runner/model/events.ts";
import { doneText } from "../../runner/terminal/status-text.ts";
import { printTold } from "../../runner/terminal/print-json.ts";
import { progressOn, type Progress } from "../../runner/terminal/progress.ts";
import { stopJson, stopText, type Shown } from "../../runner/terminal/stop-text.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { askStatus, statusIfKnown } from "./ask-status.ts";
import { BROKE, callHost, hostFailed, lineBroken, type HostAnswer, type HostEvent } from "./host-call.ts";
import { operatorCommand, operatorSentence, withStack } from "../../runner/rules/operator-command.ts";
import { runIdOf } from "../frame/program.ts";
import { endOf, operatorEvent, operatorStop } from "./stop-of-host.ts";
import type { Target } from "./target.ts";

/** `words` must be safe to ask twice: with a token of ours ({@link onceOnly}), a run id of ours, or only following. */
export interface Ask {
  readonly target: Target;
  readonly runId: string;
  readonly words: readonly string[];
  readonly json: boolean;
  /** A stop the caller goes on from by itself: its first line is shown, not the sheet, and no end tells a person what to do next. */
  readonly awaited?: StopCode;
  /** Every event of the run, as it comes. */
  readonly onEvent?: (event: SpokenEvent) => void;
}

/** Words that make the host do a thing once however often it is asked. */
export const onceOnly = (): readonly string[] => ["--ask", randomBytes(4).toString("hex")];

/** Exit status of a person's own Ctrl-C, as shells know it. */
const DETACHED = 130;
/** `last`: the newest event. `refusal`: the last word of a command that could not follow or start, which is no event of the run. */
interface Seen {
  last?: HostEvent;
  attached: boolean;
  process?: number;
  position?: number;
  dials: number;
  refusal?: HostEvent;
}

/** Follows to the end of the process; answers its exit status and has shown its stop. STOP_COULD_NOT_LOOK when the host stays away. */
export async function followRun(ask: Ask): Promise<number> {
  const progress = progressOn();
  const last = lastWordHeld();
  const seen: Seen = { attached: false, dials: 0 };
  const accept = (event: HostEvent): void => {
    seen.last = event;
    const heard = spokenEvent.safeParse(event).data;
    if (heard) ask.onEvent?.(heard);
    // A host may say more than this workstation knows: a program gets all of it. The last word waits for the run's next command.
    if (ask.json) last.tell(operatorEvent(event, ask.target.stack, ask.runId));
    else if (heard) progress.show(heard);
  };
  const leave = onInterrupt(ask, progress);
  try {
    for (let broken = 0; ; broken += 1) {
      const answer = await callHost(ask.target, {
        words: wordsNow(ask, seen),
        started: leave.watch,
        onEvent: (event) => {
          broken = note(seen, event, accept) ? 0 : broken;
        },
      });
      if (leave.asked()) return DETACHED;
      if (isOver(seen, answer)) break;
      const wait = BROKE[broken];
      if (seen.refusal && (wait === undefined || !cameTooEarly(seen, seen.refusal))) {
        accept(seen.refusal);
        break;
      }
      if (answer.status !== undefined && !seen.refusal) throw hostFailed(ask.words, answer.status, answer.stderr);
      if (wait === undefined) throw goneFor(ask, lineBroken(ask.target, answer.stderr));
      process.stderr.write(`the line to ${ask.target.address.host} ended; the run goes on there, dialling again …\n`);
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (leave.asked()) return DETACHED;
      seen.dials += 1;
    }
  } finally {
    leave.end();
    progress.end();
  }
  return ending(ask, seen, last);
}

/** Events as programs get them; the newest `ended` is held back, because what comes next is known only when the run was looked at. */
function lastWordHeld(): { tell(event: HostEvent): void; end(complete: (event: HostEvent) => HostEvent): void } {
  let held: HostEvent | undefined;
  const flush = (complete: (event: HostEvent) => HostEvent): void => {
    if (held) printTold(complete(held));
    held = undefined;
  };
  return {
    tell: (event) => {
      flush((one) => one);
      if (event.event === "ended") held = event;
      else printTold(event);
    },
    end: flush,
  };
}

/** The stop of a last word with the commands that its text shows. */
function withCommands(event: HostEvent, stop: Shown | undefined, status: StatusJson | undefined): HostEvent {
  if (!stop) return event;
  const { next, or } = stopJson(stop, status);
  const told = event["stop"];
  return { ...event, stop: { ...(typeof told === "object" ? told : {}), next, or } };
}

// Behind the last event of the same process once it is known; else the same question again, which must be safe.
function wordsNow({ words, runId }: Ask, { process: pid, position }: Seen): readonly string[] {
  if (position === undefined) return words;
  return [
    "orchestrate",
    "follow",
    runId,
    "--from",
    String(position),
    ...(pid === undefined ? [] : ["--process", String(pid)]),
  ];
}

// The last word of the process we started ends it even when the line broke behind it; a history holds many last words.
function isOver(seen: Seen, { status }: HostAnswer): boolean {
  return seen.last?.event === "ended" && (seen.attached || status !== undefined);
}

/** True for news of the run; `attached` only tells whom to follow. */
function note(seen: Seen, event: HostEvent, accept: (event: HostEvent) => void): boolean {
  delete seen.refusal;
  if (event.event === "ended" && event["position"] === undefined) {
    seen.refusal = event;
    return false;
  }
  if (typeof event["position"] === "number") seen.position = event["position"];
  // Every event names its process; after its last word nobody is known to speak.
  if (typeof event["pid"] === "number" && event.event !== "ended") seen.process = event["pid"];
  else if (!seen.attached) delete seen.process;
  if (event.event === "attached") {
    seen.attached = true;
    return true;
  }
  accept(event);
  return true;
}

// After a broken line a host that cannot look yet is asked again: the process it started may not have said its first word.
const cameTooEarly = (seen: Seen, refusal: HostEvent): boolean =>
  seen.dials > 0 && endOf([refusal])?.stop?.code === "STOP_COULD_NOT_LOOK";

async function ending(
  { target, runId, json, awaited }: Ask,
  seen: Seen,
  last: ReturnType<typeof lastWordHeld>,
): Promise<number> {
  const end = endOf([seen.last]);
  if (!end) throw hostFailed(["orchestrate", "follow"], 0, "its last word has another form");
  const status = await statusIfKnown(target, runId);
  const stop = end.stop && standingCommands(operatorStop(end.stop, target.stack, runId), target.stack, status);
  last.end((event) => withCommands(event, stop, status));
  if (end.bug !== undefined)
    process.stderr.write(
      `a bug on the host: ${printable(end.bug)}\nsend runner.log of this run: ` +
        `${withStack(`npm run logs -- ${runId} --runner-log`, target.stack)}\n`,
    );
  else if (stop) process.stderr.write(endText(stop, target.stack, status, awaited));
  else if (status && !json && awaited === undefined) process.stderr.write(doneText(status));
  return end.exit;
}

/** A stop that names no next command gets the one its text would take from the run's status, in words of this workstation. */
function standingCommands(stop: Shown, stack: string, status: StatusJson | undefined): Shown {
  const { next } = stopJson(stop, status);
  return next === null
    ? stop
    : { ...stop, facts: { ...stop.facts, next: operatorCommand(next, stack, status?.run_id) } };
}

// Whoever goes on by itself from the stop it waited for must not tell a person to do that step.
function endText(stop: Shown, stack: string, status: StatusJson | undefined, awaited: StopCode | undefined): string {
  const sheet = operatorSentence(stopText(stop, status), stack);
  return stop.code === awaited ? `${sheet.split("\n", 1)[0] ?? ""}\n` : sheet;
}

function goneFor({ runId, target }: Ask, stop: Stopped): Stopped {
  return new Stopped(
    stop.code,
    {
      ...stop.facts,
      hint: "the run goes on without us; attach again when the line is back",
      next: withStack(`npm run logs -- ${runId}`, target.stack),
    },
    stop,
  );
}

/** Ctrl-C: the ssh client is ended, the run is not. */
function onInterrupt(
  { runId, target }: Ask,
  progress: Progress,
): { watch(end: () => void): void; asked(): boolean; end(): void } {
  let leave: (() => void) | undefined;
  let asked = false;
  const interrupt = (): void => {
    if (asked) process.exit(DETACHED);
    asked = true;
    progress.end();
    process.stderr.write(
      `detached; the run goes on. attach again: ${withStack(`npm run logs -- ${runId}`, target.stack)}\n`,
    );
    leave?.();
  };
  // Not once: whoever ends its children with this process kills it by the same signal when it finds no other listener left.
  process.on("SIGINT", interrupt);
  return {
    watch: (end) => {
      leave = end;
    },
    asked: () => asked,
    end: () => {
      process.off("SIGINT", interrupt);
    },
  };
}

/** Carries on, undoes or closes a run of the host and follows that; `given` is the run's id as a person typed it. */
export async function changeRun(
  target: Target,
  verb: "resume" | "revert" | "void",
  given: string,
  { json, reason, before }: { readonly json: boolean; readonly reason?: string; readonly before?: () => Promise<void> },
): Promise<number> {
  const runId = runIdOf(given);
  if (reason !== undefined) insist(judgeReason(reason));
  await insistRun(target, runId);
  await before?.();
  const words = ["orchestrate", verb, runId, ...(reason === undefined ? [] : [reason]), ...onceOnly()];
  return followRun({ target, runId, json, words });
}

/** One look at a run before work on it, for a clear refusal of an unknown id. */
export async function insistRun(target: Target, runId: string): Promise<StatusJson> {
  const [status] = await askStatus(target, runId);
  if (!status)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `no run ${runId} on this host`,
      wanted: "the id of a run of this host",
      hint: "the first column of `npm run runs` names every run",
      next: withStack("npm run runs", target.stack),
    });
  return status;
}
