// Languages of the reading page and of the dialogue before a signature. One is chosen by --lang or by the person's profile, never by the
// surroundings of the shell: what a person signs must not read otherwise because a variable was set.
import { Option } from "commander";
import { ENGLISH, type PageWords } from "./page-words.ts";
import { VIETNAMESE } from "./vietnamese-words.ts";

/** Tags of the languages. */
export const LANGUAGES = ["en", "vi"] as const;
export type Language = (typeof LANGUAGES)[number];

const WORDS: Readonly<Record<Language, PageWords>> = { en: ENGLISH, vi: VIETNAMESE };

/** `language` is the tag of the words, as `en`. */
export interface PageLanguage {
  readonly language: Language;
  readonly words: PageWords;
}

/** The option of programs that show a request. */
export const languageOption = (): Option =>
  new Option("--lang <language>", "language of page and questions (that of the profile, else en)").choices(LANGUAGES);

/** The words for a person: what was asked for, else the language of their profile. */
export function languageFor(asked: Language | undefined, profile?: { readonly lang?: Language }): PageLanguage {
  const language = asked ?? profile?.lang ?? "en";
  return { language, words: WORDS[language] };
}
