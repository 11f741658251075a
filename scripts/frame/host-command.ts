// What a host names as the next command, built again from our own table: a host is believed in the kind of the step and in ids, never in
// words to paste.
import { BATCH_ID } from "../../runner/model/batch.ts";
import { DOCUMENT_ID, NONCE, RUN_ID, SHA256 } from "../../runner/model/ids.ts";
import { STOPS } from "../../runner/model/stop.ts";
import { operatorCommand, operatorSentence, withStack } from "../../runner/rules/operator-command.ts";

/** Verbs of the host's cutter that it may name. */
const CUTTER = new Set([
  ...["batch", "cut", "follow", "halt", "plan", "resume", "revert", "status", "unhalt", "verify", "void"].map(
    (verb) => `orchestrate ${verb}`,
  ),
  ...["follow", "resume", "status", "void"].map((verb) => `orchestrate batch ${verb}`),
  ...["list", "run", "run|selftest", "selftest", "verify"].map((verb) => `backup ${verb}`),
  "gate admit",
  "journal verify",
  "precheck",
  "stops",
]);
/** Programs of this workstation that it may name. */
const NPM = new Set(
  (
    "admit approvers backup batch cut doctor drift fetch intake logs plan readiness register restore-drill resume " +
    "revoke rollback runs status unhalt up verify void"
  ).split(" "),
);
const OPTIONS = new Set([
  "--",
  "--adopt",
  "--against",
  "--decision",
  "--json",
  "--profile",
  "--reason",
  "--run",
  "fetch",
  "nonce",
  "status",
  "verify",
  "write",
]);
/** What a person fills in, ids, and the reasons the host gives itself. */
const WORDS = [
  RUN_ID,
  BATCH_ID,
  DOCUMENT_ID,
  NONCE,
  SHA256,
  /^\d{1,9}$/,
  /^<[a-z][a-z .|-]{0,60}>$/i,
  /^"<[a-z ]{1,40}>"$/,
];
const OWN_REASON = /^"(?:interrupted before phase 1|the run stops here every time|revoked by a person)"$/;

/**
 * The host's command as one of this workstation, undefined when it is none of the table. `npm run approve` names a folder of the host,
 * `gate admit` a file there: what comes first here is said instead.
 */
export function hostCommand(told: string, stack: string, runId?: string): string | undefined {
  if (/^npm run approve\b/.test(told)) return withStack(`npm run fetch -- ${runId ?? "<run-id>"}`, stack);
  if (/^cutter (?:gate admit|orchestrate unhalt)\b/.test(told))
    return withStack("npm run admit -- <signed file>", stack);
  const [program = "", ...rest] = wordsOf(told);
  const [first = "", second = ""] = rest;
  if (program === "cutter") {
    const length = [3, 2, 1].find((count) => CUTTER.has(rest.slice(0, count).join(" ")));
    return length !== undefined && rest.slice(length).every(isKnown) ? operatorCommand(told, stack, runId) : undefined;
  }
  const isOurs = program === "npm" && first === "run" && NPM.has(second) && rest.slice(2).every(isKnown);
  return isOurs ? withStack(told, stack) : undefined;
}

/** A sentence of the host: every command between backticks is built again, one that is not known is left out. */
export function hostSentence(text: string, stack: string, runId?: string): string {
  // Our own hints name programs of other people too.
  if (OWN_HINTS.has(text)) return operatorSentence(text, stack);
  return text.replaceAll(/`([^`]*)`/g, (_all, told: string) => {
    const known = hostCommand(told, stack, runId);
    return known === undefined ? "(a command that is not of this folder)" : `\`${known}\``;
  });
}

const OWN_HINTS: ReadonlySet<string> = new Set(Object.values(STOPS).map(({ hint }) => hint));

const isKnown = (word: string): boolean =>
  OPTIONS.has(word) || OWN_REASON.test(word) || WORDS.some((form) => form.test(word));

// Blanks part words, but for those between quotation marks and in what a person fills in.
const wordsOf = (text: string): string[] => text.match(/"[^"]*"|<[^<>]*>|[^ ]+/g) ?? [];
