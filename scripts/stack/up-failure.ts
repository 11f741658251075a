// Why an `up` did not come to its end, as one stop: a lock, a cancellation, an open run, a script's own words, a plan that no longer fits.
import { NOT_ADOPTED, readDriftMessage } from "../../infra/drift-text.ts";
import { ENVIRONMENT } from "../../infra/adopted-facts.ts";
import { Stopped } from "../../runner/model/stop.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import type { UpAnswer } from "./pulumi.ts";
import { lockHeld } from "./state-lock.ts";

const LINES_SHOWN = 20;

/**
 * STOP_RUN_OPEN, STOP_LEASE_HELD, STOP_DRIFT (the saved plan), else STOP_COULD_NOT_LOOK. A script that failed is the cause of whatever
 * the engine says about the plan beside it: parts behind it were not reached.
 */
export function upFailure({ status, stdout, stderr, told }: UpAnswer, stack: string): Stopped {
  const text = `${stdout}\n${stderr}`;
  if (text.includes(NOT_ADOPTED)) return notAdopted(text, stack);
  const words = told.failed.flatMap(({ part, said }) => said.map((line) => `${part}: ${line}`));
  const open = /\bSTOP_RUN_OPEN (\S+)/.exec(words.join("\n"))?.[1];
  if (open !== undefined)
    return new Stopped("STOP_RUN_OPEN", {
      saw: `run ${open} is open on the host`,
      wanted: "no open run while packages, configuration, approvers or release change",
      next: withStack("npm run status", stack),
    });
  const locked = lockHeld(text, stack);
  if (locked) return locked;
  if (words.length === 0 && /error: cancelled/.test(text))
    return couldNotLook("up was interrupted", [], "what was laid stays; the same command goes on where this one ended");
  if (words.length === 0 && told.planBroken.length > 0)
    return new Stopped("STOP_DRIFT", {
      saw: "the host or its declaration has changed since the plan was saved",
      wanted: "what the plan was made for",
      details: told.planBroken.slice(0, LINES_SHOWN),
      hint: "look at what is different now and save a new plan",
      next: withStack("npm run drift -- --save-plan <file>", stack),
    });
  const saw = `up did not come to its end (engine status ${status})`;
  const failed = told.failed.map(({ part }) => part);
  const details =
    words.length > 0 ? [...words, ...told.others] : told.others.length > 0 ? told.others : lastWords(text);
  return couldNotLook(
    failed.length === 0 ? saw : `${saw}; failed: ${failed.join(", ")}`,
    details,
    `mend what is named and run \`${withStack("npm run up", stack)}\` again: it goes on where it ended`,
  );
}

// The program itself refused, before the first part: one difference a line behind its word.
function notAdopted(text: string, stack: string): Stopped {
  const lines = text.split("\n").flatMap((line) => readDriftMessage(line, ENVIRONMENT) ?? []);
  const details = [...new Set(lines.map(({ path, want, have }) => `${path}: ${have}, adopted was ${want}`))];
  return new Stopped("STOP_DRIFT", {
    saw: `${details.length} facts of the host are not those that were adopted`,
    wanted: "the host as people adopted it; nothing was changed",
    details: details.slice(0, LINES_SHOWN),
    hint: "find out who changed them; put them back, or adopt them by name",
    next: withStack("npm run drift -- --adopt", stack),
  });
}

function couldNotLook(saw: string, details: readonly string[], hint: string): Stopped {
  return new Stopped("STOP_COULD_NOT_LOOK", {
    saw,
    wanted: "every component laid and verified",
    ...(details.length === 0 ? {} : { details: details.slice(0, LINES_SHOWN) }),
    hint,
  });
}

// The engine ended before its first event: the backend, the passphrase, its own command line.
const lastWords = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => printable(line.trim()).slice(0, 300))
    .filter((line) => line !== "")
    .slice(-8);
