// Whether what somebody asks of the grammar is what the version is registered with. Values in, verdict out.
import type { AskedGrammar, GrammarRequest } from "../model/grammar-request.ts";
import type { Verdict } from "../model/stop.ts";

const OPTIONS: readonly (readonly [keyof GrammarRequest, string])[] = [
  ["profile", "--profile"],
  ["empty_body", "--empty-body"],
  ["depth", "--depth"],
  ["annexes", "--annexes"],
  ["hints", "--hints"],
];

const worded = (key: keyof GrammarRequest, request: AskedGrammar): string =>
  key === "hints" ? `(${request.hints?.length ?? 0} lines)` : String(request[key]);

/** Each option that was given must be the registered one: a version is cut as it was taken in, shown and registered. */
export function judgeAsked(registered: GrammarRequest, asked: AskedGrammar): Verdict {
  const other = OPTIONS.filter(
    ([key]) => asked[key] !== undefined && JSON.stringify(asked[key]) !== JSON.stringify(registered[key]),
  );
  if (other.length === 0) return undefined;
  const told = (request: AskedGrammar): string =>
    other.map(([key, option]) => `${option} ${worded(key, request)}`).join(", ");
  return {
    code: "STOP_REFUSED_INPUT",
    facts: {
      saw: `asked for ${told(asked)}`,
      wanted: `${told(registered)}, as this version is registered`,
      hint: `leave ${other.map(([, option]) => option).join(", ")} away, or register the text again with the options you want`,
    },
  };
}
