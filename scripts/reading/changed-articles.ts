// What became of the articles of an enacted text, in the words of the reader's language.
import { FATES, type Comparison } from "../../runner/rules/supersession.ts";
import { said, type PageWords } from "./page-words.ts";

/** Counts of each fate, as `same 10, changed 2, new 1, gone 0`. */
export const articleCounts = (counts: Comparison, words: PageWords): string =>
  FATES.map((fate) => `${said(words, `fate.${fate}`)} ${counts[fate]}`).join(", ");

/** A line for each article that is not the same; a number that only moved is told. */
export const changedArticles = ({ articles }: Comparison, words: PageWords): string[] =>
  articles
    .filter(({ fate }) => fate !== "same")
    .map(({ place, fate, was }) => {
      const moved =
        was === undefined ? "" : said(words, fate === "gone" ? "fate.movedTo" : "fate.movedFrom", { place: was });
      return `${said(words, `fate.${fate}`).padEnd(7)} ${place}${moved}`;
    });
