// A refused document as people read it: what is wrong, every place with the hint that would settle it, and what becomes of it then.
import type { Suggestion } from "../grammar/suggest-hints.ts";
import type { Refusal } from "../model/manifest.ts";
import { printable } from "../rules/text-hygiene.ts";

/** What the grammar says of a document with the suggested hints, as one line. */
export function outcomeText({ outcome, places, twoTexts }: Suggestion): string {
  if (twoTexts !== undefined) return `No hint settles this: ${twoTexts}.`;
  if (outcome.manifest) return `With these hints it is cut: ${outcome.manifest.completeness?.summary ?? "accepted"}`;
  const open = places.filter((place) => place.hint === undefined).length;
  return `With these hints it is still refused; places that no hint settles: ${open}`;
}

/** The stop in the form of all stops; below it the places, each with its hint. `profile` is what refused. */
export function refusalText(
  { code, line, reason, places = [] }: Refusal,
  profile: string,
  suggestion?: Suggestion,
): string {
  const shown = places.length < 2 && places.every((place) => place.hint === undefined) ? [] : places;
  return [
    code,
    `  saw     ${line > 0 ? `line ${line}: ` : ""}${printable(reason)}`,
    `  wanted  a document that ${profile} can cut`,
    ...shown.flatMap((place) => [
      `  place   ${printable(place.reason)}`,
      ...(place.hint === undefined ? [] : [`  hint    ${printable(place.hint)}`]),
    ]),
    ...(suggestion === undefined || shown.length === 0 ? [] : [`  then    ${printable(outcomeText(suggestion))}`]),
    "",
  ].join("\n");
}
