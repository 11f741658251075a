// What only a person who opened the law can answer: the first words of three units, drawn anew each time. The question does not hold
// its answer, so a pipe that copies what it is shown signs nothing.
import { sha256 } from "../../runner/model/canonical.ts";
import type { PlanRow } from "../../runner/model/cut-plan.ts";
import { printable } from "../../runner/rules/text-hygiene.ts";
import { ENGLISH, said, type PageWords } from "../reading/page-words.ts";
import type { Confirmation } from "./typed-confirmation.ts";

/** Units that are asked about, and words of each. */
const UNITS = 3;
const WORDS = 3;
/** Characters of a title in a question. */
const TITLE = 70;

/** Words of a text: letters and digits only, so that brackets, dashes and invisible marks need not be typed. */
const wordsOf = (text: string): string[] =>
  text
    .split(/\s+/u)
    .map((word) => word.replace(/[^\p{L}\p{N}\p{M}]/gu, ""))
    .filter((word) => word !== "");

/** Letter case, accents and signs do not count: not every keyboard writes them. */
export const evenedWords = (text: string): string =>
  wordsOf(text).join(" ").normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/gu, "d").toLowerCase();

/** The first words of a unit's text, as they are asked for. */
export const firstWords = ({ body }: Pick<PlanRow, "body">): string =>
  wordsOf(body.slice(0, 2_000)).slice(0, WORDS).join(" ");

/** Units with a text of their own first: of a unit that is only a heading the question would hold the answer. */
const isOwnText = (row: PlanRow): boolean => row.body !== row.title && evenedWords(firstWords(row)) !== "";

/** The units that are asked about, by the payload and by chance: `chance` is new for each signature. */
export function drawnRows(rows: readonly PlanRow[], payloadSha: string, chance: string): PlanRow[] {
  const order = (row: PlanRow): string => sha256(`${payloadSha} ${chance} ${row.canonical_address}`);
  const texts = rows.filter(isOwnText);
  return [...(texts.length > 0 ? texts : rows)]
    .map((row) => ({ row, order: order(row) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, UNITS)
    .map(({ row }) => row);
}

/** The questions about drawn units. */
export function wordQuestions(rows: readonly PlanRow[], words: PageWords = ENGLISH): Confirmation[] {
  return rows.map((row) => {
    const wanted = firstWords(row);
    const title = printable(row.title.replace(/\s*[\r\n]\s*/gu, " "));
    const shown = row.body === row.title ? "" : `\n${title.length > TITLE ? `${title.slice(0, TITLE)}…` : title}\n`;
    const values = { count: wordsOf(wanted).length, address: row.canonical_address };
    return {
      question: `${shown}${said(words, "ask.words", values)} `,
      wanted,
      evened: evenedWords,
    };
  });
}

/** The last six digits of the payload, which stands among the digests: the question does not repeat it. */
export const payloadDigits = (payloadSha: string, words: PageWords = ENGLISH): Confirmation => ({
  question: `${said(words, "ask.digits")} `,
  wanted: payloadSha.slice(-6),
});
