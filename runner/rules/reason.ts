// Whether a reason is one: it stands in the ledger and in the record for ever, so a placeholder that was pasted with a command is none.
import type { Verdict } from "../model/stop.ts";

const PLACEHOLDER = /^["'\s]*<[^<>]*>["'\s]*$/;

const MOST_CHARACTERS = 400;

/** STOP_REFUSED_INPUT for nothing at all, for a placeholder in angle brackets and for more than 400 characters. */
export function judgeReason(reason: string): Verdict {
  if (reason.length > MOST_CHARACTERS)
    return {
      code: "STOP_REFUSED_INPUT",
      facts: { saw: `a reason of ${reason.length} characters`, wanted: `at most ${MOST_CHARACTERS}` },
    };
  const blank = !/[\p{L}\p{N}]/u.test(reason);
  if (!blank && !PLACEHOLDER.test(reason)) return undefined;
  return {
    code: "STOP_REFUSED_INPUT",
    facts: {
      saw: blank ? "an empty reason" : `the placeholder ${reason.trim()} as a reason`,
      wanted: "why, in your own words: it stands in the record for ever",
      hint: "nothing was done; give the command again with a reason in quotation marks",
    },
  };
}
