// Both languages say everything: the compiler holds the keys, this holds what stands behind them.
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { completenessText } from "../../../../runner/grammar/completeness-text.ts";
import { languageFor } from "../../../../scripts/reading/languages.ts";
import { ENGLISH, isPageKey, said, type PageKey } from "../../../../scripts/reading/page-words.ts";
import { readingPage } from "../../../../scripts/reading/page.ts";
import { readingOf } from "../../../../scripts/reading/reading.ts";
import { VIETNAMESE } from "../../../../scripts/reading/vietnamese-words.ts";
import { pageCode } from "../../../../scripts/reading/write-page.ts";
import { readBundle } from "../../../../scripts/signing/bundle.ts";
import { payloadDigits, wordQuestions } from "../../../../scripts/signing/reading-proof.ts";
import { requestReading } from "../../../../scripts/signing/request-reading.ts";
import { sourceFiles } from "../../../architecture/source-files.ts";

const GOLDEN = join(import.meta.dirname, "../../../golden/vn-law-diem/requests");
const keys = Object.keys(ENGLISH).filter(isPageKey);
const places = (text: string): string[] => [...new Set(text.match(/[{]\w+[}]/g) ?? [])].sort();
/** Words of four letters or more; names of programs, files and gates are the same in every language. */
const NAMES =
  /\b(?:SG_1|EXECUTION|Enter|PAGER|NFC|HTML|Unicode|approve|payload_sha|findings[.]json|trigger|byte|sig)\b/g;
const wordsOf = (text: string): string[] =>
  text
    .replace(NAMES, "")
    .replace(/[{]\w+[}]/g, "")
    .toLowerCase()
    .match(/[a-zà-ỹđ]{4,}/g) ?? [];
const englishWords = new Set(keys.flatMap((key) => wordsOf(ENGLISH[key])));

describe.each(keys)("the Vietnamese of %s", (key: PageKey) => {
  test("holds the same values, is not empty and no English is left in it", () => {
    const text = VIETNAMESE[key];
    expect(text.trim()).not.toBe("");
    expect(places(text)).toEqual(places(ENGLISH[key]).filter((place) => place !== "{count}" || text.includes(place)));
    if (ENGLISH[key].includes("{count}")) expect(text).toContain("{count}");
    expect(wordsOf(text).filter((word) => englishWords.has(word))).toEqual([]);
    expect(text).toBe(text.normalize("NFC"));
    expect(/\s$/.test(text)).toBe(/\s$/.test(ENGLISH[key]));
  });
});

test("every code of a finding is explained in Vietnamese", () => {
  const codes = sourceFiles(["runner/grammar"], [".ts"]).flatMap(({ text }) =>
    [...text.matchAll(/code: "([a-z_]+)"/g)].map(([, code = ""]) => code),
  );
  expect(codes.length).toBeGreaterThan(15);
  expect(codes.filter((code) => VIETNAMESE.kinds?.[code] === undefined)).toEqual([]);
});

test("the second count of headings says in Vietnamese what it says in English", () => {
  const series = [
    { kind: "article", numbers: ["1", "2", "2a", "5"], missing: [3, 4] },
    { kind: "chapter", numbers: ["I", "II"], missing: [] },
  ] as const;
  const elsewhere = [{ kind: "article", number: "7", line: 3, where: "quotation" }] as const;
  expect(completenessText(series, elsewhere)).toBe(
    "articles 1-5 with 1 inserted without 3, 4 (no line could be them); 2 chapters; 1 quoted; none unaccounted",
  );
  expect(completenessText(series, elsewhere, VIETNAMESE.count)).toBe(
    "điều 1-5 với 1 số được chèn thiếu 3, 4 (không dòng nào có thể là số đó); 2 chương; 1 trong đoạn trích dẫn; không còn gì chưa được tính đến",
  );
});

describe.each(["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz"])("%s for a Vietnamese reader", (gate) => {
  test("leaves no English sentence on the page, on the screen or in a question", async () => {
    const bundle = await readBundle(join(GOLDEN, `${gate}-1`));
    const reading = readingOf(bundle, "Linh");
    const page = readingPage(reading, languageFor("vi"), await pageCode());
    expect(page).toContain('<html lang="vi">');
    const screen = requestReading(reading, "/trang.html", VIETNAMESE);
    const questions = [
      ...wordQuestions(bundle.rows.slice(0, 3), VIETNAMESE),
      payloadDigits("0".repeat(64), VIETNAMESE),
    ];
    const asked = questions.map(({ question }) => question).join("");
    for (const key of keys) {
      const english = said(ENGLISH, key).replace(/[{]\w+[}].*$/, "");
      // A short word may stand in an identifier; a sentence may not stand anywhere.
      if (!/[a-z]+ [a-z]+ [a-z]+/i.test(english)) continue;
      for (const shown of [page, screen, asked]) expect(shown).not.toContain(english);
    }
    expect(screen).toContain("ông/bà được yêu cầu ký");
    expect(asked).toMatch(/hãy gõ \d từ đầu tiên của lời văn GOLDEN-2/);
  });
});

test("the profile's language is taken unless another is asked for, and the shell's never", () => {
  vi.stubEnv("LANG", "vi_VN.UTF-8");
  expect(languageFor(undefined).language).toBe("en");
  expect(languageFor(undefined, { lang: "vi" }).language).toBe("vi");
  expect(languageFor("en", { lang: "vi" })).toEqual({ language: "en", words: ENGLISH });
  vi.unstubAllEnvs();
});
