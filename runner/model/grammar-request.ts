// What a person asks of the grammar when a run or an intake starts, and what becomes of it with the host's section types.
import * as z from "zod";
import { jsonOf } from "./json-text.ts";
import type { GrammarOptions, Hint } from "./manifest.ts";
import { Stopped } from "./stop.ts";

/** One line of a hints file; line is 1-based in the document. */
const hintSchema = z.strictObject({
  line: z.int().min(1),
  reads: z.enum(["heading", "text"]),
  reason: z.string().min(1).max(300),
});

/** A hint as a line of a hints file. */
export const hintLine = (hint: Hint): string =>
  `line ${hint.line} is ${hint.reads === "heading" ? "a heading" : "text"}: ${hint.reason}`;

/** Options of `generic-atx-1` as they are recorded. */
export const genericOptions = z.strictObject({
  empty_body: z.enum(["refuse", "heading"]),
  section_types: z.array(z.string()),
});

/** Options of `vn-law-1` as they are recorded. */
export const vnLawOptions = z.strictObject({
  depth: z.enum(["dieu", "khoan", "diem"]),
  annexes: z.boolean(),
  hints: z.array(hintSchema).max(500),
});

/** Everything a command line can say about the grammar; each profile takes what concerns it. */
export const grammarRequest = z.strictObject({
  profile: z.string().max(64),
  empty_body: genericOptions.shape.empty_body,
  ...vnLawOptions.shape,
});
export type GrammarRequest = z.infer<typeof grammarRequest>;

/** What a person says of the grammar; the rest is what the registered version says, or the default. */
export const askedGrammar = z.strictObject({
  profile: grammarRequest.shape.profile.exactOptional(),
  empty_body: grammarRequest.shape.empty_body.exactOptional(),
  depth: grammarRequest.shape.depth.exactOptional(),
  annexes: grammarRequest.shape.annexes.exactOptional(),
  hints: grammarRequest.shape.hints.exactOptional(),
});
export type AskedGrammar = z.infer<typeof askedGrammar>;

/** What is asked for when nothing is said. */
export const DEFAULT_REQUEST: GrammarRequest = {
  profile: "generic-atx-1",
  empty_body: "refuse",
  depth: "dieu",
  annexes: false,
  hints: [],
};

/** The options a profile gets: those of the law, or those of the generic profile with the section types of the host. */
export function optionsOf(request: GrammarRequest, section_types: readonly string[]): GrammarOptions {
  if (request.profile.startsWith("vn-law-"))
    return { depth: request.depth, annexes: request.annexes, hints: request.hints };
  return { empty_body: request.empty_body, section_types };
}

/** The hints in force; a profile without hints has none. */
export const hintsOf = ({ options }: { readonly options: GrammarOptions }): readonly Hint[] =>
  "hints" in options ? options.hints : [];

/** Bytes of a request on its way. Linux takes 128 KiB for one word of a command; the quoting of ssh and shells needs the rest. */
const WORD_CAP = 96 * 1024;

/**
 * The request as one word of a command line: JSON in plain ASCII without an apostrophe, which no shell and no locale changes.
 * STOP_REFUSED_INPUT when its hints make it longer than a command line takes.
 */
export function requestWord(request: AskedGrammar): string {
  const word = JSON.stringify(request).replaceAll(
    /[^\u0020-\u007e]|'/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (word.length > WORD_CAP)
    throw new Stopped("STOP_REFUSED_INPUT", {
      saw: `a grammar request of ${word.length} bytes, hints: ${request.hints?.length ?? 0}`,
      wanted: `at most ${WORD_CAP} bytes`,
      hint: "shorten the reasons in the hints file, or name fewer lines",
    });
  return word;
}

/** The request of such a word, whoever wrote it. STOP_REFUSED_INPUT when it is none. */
export function requestFromWord(word: string): AskedGrammar {
  const parsed = askedGrammar.safeParse(jsonOf(word));
  if (parsed.success) return parsed.data;
  throw new Stopped("STOP_REFUSED_INPUT", {
    saw: `a grammar request that is wrong at: ${parsed.error.issues.map((issue) => issue.path.join(".") || "the whole").join(", ")}`,
    wanted: `JSON with ${Object.keys(DEFAULT_REQUEST).join(", ")}`,
    hint: "let `npm run cut` send it, or use --profile and the other options",
  });
}
