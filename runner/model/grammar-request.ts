// What a person asks of the grammar when a run or an intake starts, and what becomes of it with the host's section types.
import * as z from "zod";
import type { GrammarOptions, Hint } from "./manifest.ts";

/** One line of a hints file; line is 1-based in the document. */
export const hintSchema = z.strictObject({
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
