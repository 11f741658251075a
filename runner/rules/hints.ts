// The words of a command line about the grammar, and its hints file: what an operator says about lines that are read in two ways.
import type { AskedGrammar, GrammarRequest } from "../model/grammar-request.ts";
import { textFault } from "../model/plain-text.ts";
import { Stopped } from "../model/stop.ts";

const HINT = /^line (\d{1,7}) is (?:a |an )?(heading|text) ?[:;,-] ?(.+)$/u;
const MOST = 500;
const LONGEST = 300;

const stop = (line: number, saw: string): Stopped =>
  new Stopped("STOP_REFUSED_INPUT", {
    saw: `line ${line} of the hints file: ${saw}`,
    wanted: "`line 676 is text: the sentence before goes on there`",
    line,
  });

/**
 * Hints of a text, one a line: `line N is a heading: reason` or `line N is text: reason`; empty lines and lines that begin with `#`
 * are comments. A reason is plain text, because approvers read it. STOP_REFUSED_INPUT names the first line that is none of these.
 */
export function parseHints(text: string): GrammarRequest["hints"] {
  const hints: GrammarRequest["hints"] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/u, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match = HINT.exec(line);
    if (match === null) throw stop(index + 1, "it is not a hint");
    const [, number = "", reads, reason = ""] = match;
    const fault = textFault(reason) ?? (reason.length > LONGEST ? `more than ${LONGEST} characters` : undefined);
    if (fault !== undefined) throw stop(index + 1, `its reason has ${fault}`);
    if (hints.some((hint) => hint.line === Number(number))) throw stop(index + 1, `line ${number} is named twice`);
    if (hints.length === MOST) throw stop(index + 1, `more than ${MOST} hints`);
    hints.push({ line: Number(number), reads: reads === "heading" ? "heading" : "text", reason });
  }
  return hints.sort((one, other) => one.line - other.line);
}

/** Most lines of a suggested file; a hints file may hold no more hints. */
const SUGGESTED = MOST;

/** A place of a refused document; hint: the line that would settle it. */
interface Place {
  readonly reason: string;
  readonly hint?: string;
}

/** The places of a refused law as details of a stop: each as a comment, below it the hint that settles it; the lines of a hints file. */
export const placeDetails = (places: readonly Place[]): string[] =>
  places.flatMap(({ reason, hint }) => [`# ${reason}`, ...(hint === undefined ? [] : [hint])]);

/** How to have the proposed hints as a file; nothing where none is proposed, as of a file in another encoding. */
export const hintsOffer = (places: readonly Place[], command: string): string =>
  places.some((place) => place.hint !== undefined) ? `write these hints to a file: ${command}\n` : "";

/**
 * A hints file as the program would write it: every doubtful place as a comment and below it the hint that settles it, after those that
 * were given. again: the command that uses the file. outcome: what the grammar says of the document with all of them.
 */
export function suggestedHints(
  places: readonly Place[],
  given: readonly string[],
  told: { readonly again: string; readonly outcome: string },
): string {
  const comment = (text: string): string => `# ${text.replaceAll(/[\r\n]+/gu, " ")}`;
  return [
    comment("What the program reads in each doubtful line. Read the lines themselves, correct what is wrong, then:"),
    comment(told.again),
    comment("Everything below that is no comment is signed by the approvers with the plan."),
    comment(told.outcome),
    ...(given.length === 0 ? [] : ["", ...given]),
    ...places
      .slice(0, SUGGESTED)
      .flatMap(({ reason, hint }) => [
        "",
        comment(reason),
        hint ?? comment("no hint settles this: correct the text, or cut a part of it between the sentinels"),
      ]),
    "",
  ].join("\n");
}

/** What a command line says about the grammar; `hints` is the name of a file. */
export interface GrammarWords {
  readonly profile: string;
  readonly emptyBody: GrammarRequest["empty_body"];
  readonly depth: GrammarRequest["depth"];
  readonly annexes: boolean;
  readonly hints?: string;
}

/** What the command line says; `hintsText` is what the hints file holds, undefined where none is named. */
export const askedFrom = (words: Partial<GrammarWords>, hintsText: string | undefined): AskedGrammar => ({
  ...(words.profile === undefined ? {} : { profile: words.profile }),
  ...(words.emptyBody === undefined ? {} : { empty_body: words.emptyBody }),
  ...(words.depth === undefined ? {} : { depth: words.depth }),
  ...(words.annexes === undefined ? {} : { annexes: words.annexes }),
  ...(hintsText === undefined ? {} : { hints: parseHints(hintsText) }),
});
