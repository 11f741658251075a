import fc from "fast-check";
import { expect, test } from "vitest";
import type { ManifestUnit } from "../../../../runner/model/manifest.ts";
import { isStopCode } from "../../../../runner/model/stop.ts";
import { corpusDocument, corpusIsThere } from "../../../support/documents.ts";
import { addresses, cutLaw, findingLines, law, ownLaw, ownLaws } from "../../../support/law.ts";
import { wantedAddresses, writtenLaw, type Line } from "../../../support/written-law.ts";

const text = (lines: readonly Line[]): string => `${lines.map((line) => line.text).join("\n")}\n`;

/** Ways to write the same law; none of them is structure. */
const DRESSES: Readonly<Record<string, (source: string) => string>> = {
  plain: (source) => source,
  "a byte order mark": (source) => `\ufeff${source}`,
  CRLF: (source) => source.replaceAll("\n", "\r\n"),
  "decomposed letters": (source) => source.normalize("NFD"),
  "letters of both forms": (source) =>
    source
      .split("\n")
      .map((line, index) => (index % 2 === 0 ? line.normalize("NFD") : line))
      .join("\n"),
  "zero-width characters": (source) => source.replaceAll(/^(Điều|Chương|Mục)/gmu, "\u200b$1\u200d"),
  "no-break spaces": (source) => source.replaceAll(/^(Điều|Chương|Mục) /gmu, "$1\u00a0"),
  "blank lines between all lines": (source) => source.replaceAll("\n", "\n\n"),
  "indented lines": (source) => source.replaceAll(/^/gmu, "  "),
  "bold headings": (source) => source.replaceAll(/^((?:Điều|Chương|Mục) .*)$/gmu, "**$1**"),
  "ATX headings": (source) => source.replaceAll(/^((?:Điều|Chương|Mục) .*)$/gmu, "\n### $1 ###\n"),
  "an Eth for the letter đ": (source) => source.replaceAll(/^Điều/gmu, "\u00d0iều"),
  "escaped stops": (source) => source.replaceAll(/^(\d+)\./gmu, "$1\\."),
};

test.each(Object.entries(DRESSES))("a law with %s is cut into the units it was written with", (_, dress) => {
  fc.assert(
    fc.property(writtenLaw, fc.constantFrom("dieu" as const, "khoan" as const, "diem" as const), (lines, depth) => {
      const manifest = cutLaw(dress(text(lines)), { depth });
      expect(addresses(manifest)).toEqual(wantedAddresses(lines, depth));
    }),
    { numRuns: 40 },
  );
});

/** What a page, a web site or a quotation puts between paragraphs. */
const NOISE = [
  ["", "12", "CÔNG BÁO/Số 655 + 656/Ngày 21-4-2025", ""],
  ["", "", "CÔNG BÁO/Số 1/Ngày 01-01-2025", "13", ""],
  ["Người ký: CỔNG THÔNG TIN", "Thời gian ký: 06.05.2025 09:58:16 +07:00"],
  ["----------"],
  ["[", "sửa", "]"],
  ["“Điều 91. Điều của luật khác", "1. Khoản của luật khác.", "Điều 92. Điều của luật khác", "Hết.”."],
  ["Trang 3/10"],
  ["\u200b"],
];

test("what pages, web sites and quotations put between paragraphs changes no address", () => {
  const places = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...NOISE)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(writtenLaw, places, (lines, noise) => {
      // Between a number and its name a page may end, but then the name is text; between paragraphs it never matters.
      const gaps = lines
        .map((_, index) => index)
        .filter(
          (index) => index > 1 && lines[index - 1]?.level !== "chapter" && !/:$/u.test(lines[index - 1]?.text ?? ""),
        );
      const noisy = [...lines];
      for (const [at, texts] of [...noise].sort(
        (one, other) => (gaps[other[0] % gaps.length] ?? 0) - (gaps[one[0] % gaps.length] ?? 0),
      )) {
        noisy.splice(gaps[at % gaps.length] ?? lines.length, 0, ...texts.map((line) => ({ text: line })));
      }
      for (const depth of ["dieu", "diem"] as const)
        expect(addresses(cutLaw(text(noisy), { depth }))).toEqual(wantedAddresses(lines, depth));
    }),
    { numRuns: 200 },
  );
});

test("an article whose heading is lost leaves a finding at the next, or refuses the section that held no other", () => {
  fc.assert(
    fc.property(writtenLaw, fc.nat(), (lines, at) => {
      const articles = lines.filter((line) => line.level === "article");
      const whole = articles.filter(
        (line, index) =>
          index < articles.length - 1 &&
          !/[A-Z]$/u.test(line.address ?? "") &&
          !/[A-Z]$/u.test(articles[index + 1]?.address ?? ""),
      );
      fc.pre(whole.length > 0);
      const lost = whole[at % whole.length];
      const left = lines.filter((line) => line !== lost);
      const taken = law(text(left));
      // A section whose only article lost its heading opens nothing any more, and is named.
      if (taken.refusal) expect(taken.refusal.reason).toMatch(/reads as (?:Mục|Chương) \d+, but opens no unit/u);
      else expect(findingLines(taken.manifest, "gap")).toHaveLength(1);
    }),
    { numRuns: 100 },
  );
});

test("a heading that stands there twice is refused", () => {
  fc.assert(
    fc.property(writtenLaw, fc.nat(), (lines, at) => {
      const headings = lines.filter(
        (line) => line.level === "article" || line.level === "chapter" || line.level === "section",
      );
      const twice = headings[at % headings.length];
      fc.pre(twice !== undefined);
      const doubled = lines.flatMap((line) => (line === twice ? [line, line] : [line]));
      expect(law(text(doubled)).refusal).toMatchObject({
        code: "STOP_REFUSED_INPUT",
        reason: expect.stringContaining("both read as"),
      });
    }),
    { numRuns: 100 },
  );
});

/** The title's bytes with each break as one blank. */
function titleOf(bytes: Buffer, unit: ManifestUnit): string {
  const ends = [...(unit.title_breaks ?? []), { byte_start: unit.title_end, byte_end: unit.title_end }];
  const starts = [unit.title_start, ...ends.map((one) => one.byte_end)];
  return ends.map((one, index) => bytes.subarray(starts[index], one.byte_start).toString("utf8")).join(" ");
}

const SEEDS = [
  ...ownLaws().map(ownLaw),
  ...(corpusIsThere
    ? [corpusDocument("vn-nghi-dinh-74-2025-sua-doi-nd-70-2015.txt"), corpusDocument("vn-luat-cong-doan-2012.txt")]
    : []),
];
const PIECES = [
  "Điều 1.",
  "Điều 2. A",
  "“",
  "”.",
  '"',
  "\n",
  "\r\n",
  "\r",
  "Chương I",
  "1.",
  "a)",
  "đ)",
  "1 Chú",
  "[1]",
  "PHỤ LỤC",
  "./.",
  "12",
  "**",
  "# ",
  "\u200b",
  "\ufeff",
  "\u0000",
  "\f",
  ":",
  "như sau:\n",
  "<!-- CUT:BEGIN -->",
];
const edit = fc.record({
  at: fc.nat(),
  cut: fc.nat({ max: 200 }),
  put: fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }) },
    { weight: 6, arbitrary: fc.constantFrom(...PIECES).map((piece) => Buffer.from(piece, "utf8")) },
  ),
});
const mutated = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([seed, edits]) =>
    edits.reduce((bytes, { at, cut, put }) => {
      const from = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]);
    }, seed),
  );
const pieces = fc
  .array(fc.constantFrom(...PIECES, " ", "x", "\n"), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join(""), "utf8"));

test("whatever the bytes, the answer is a refusal or a cut from which every byte comes back", () => {
  let cut = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.oneof({ weight: 3, arbitrary: mutated }, { weight: 2, arbitrary: pieces }),
      fc.constantFrom("dieu" as const, "diem" as const),
      fc.boolean(),
      (bytes, depth, annexes) => {
        const taken = law(bytes, { depth, annexes });
        if (taken.refusal) {
          refused += 1;
          expect(
            isStopCode(taken.refusal.code) && taken.refusal.code !== "STOP_INVARIANT_FAILED",
            taken.refusal.reason,
          ).toBe(true);
          return;
        }
        cut += 1;
        const { manifest, rows } = taken;
        const spans = [...manifest.units, ...manifest.separators].sort(
          (one, other) => one.byte_start - other.byte_start,
        );
        expect(
          spans.reduce((at, span) => (expect(span.byte_start).toBe(at), span.byte_end), manifest.region.byte_start),
        ).toBe(manifest.region.byte_end);
        manifest.units.forEach((unit, index) => {
          expect(titleOf(bytes, unit)).toBe(rows[index]?.title);
          expect(bytes.subarray(unit.body_start, unit.body_end).toString("utf8")).toBe(rows[index]?.body);
        });
        expect(new Set(rows.map((row) => row.canonical_address)).size).toBe(rows.length);
      },
    ),
    { numRuns: 1_500 },
  );
  expect(Math.min(cut, refused)).toBeGreaterThan(100);
});
