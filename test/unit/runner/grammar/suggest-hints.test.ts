// A refused law tells every place and the hint that settles it; what it proposes leads to a whole law and swallows nothing.
import { describe, expect, test } from "vitest";
import { intakeCaps, intakeText, suggestedHintsFile, takeInExplained } from "../../../../runner/commands/intake.ts";
import type { Hint } from "../../../../runner/model/manifest.ts";
import { hintsOffer, parseHints } from "../../../../runner/rules/hints.ts";
import { addresses, cutLaw, findingLines, refusedLaw } from "../../../support/law.ts";

const explained = (lines: readonly string[], hints: Hint[] = []): ReturnType<typeof takeInExplained> =>
  takeInExplained(Buffer.from(lines.join("\n")), "LAW", { profile: "vn-law-1", hints, caps: intakeCaps("vn-law-1") });

/** Articles of a village, numbered as given, a sentence below each. */
const village = (...numbers: readonly (number | string)[]): string[] =>
  numbers.flatMap((number) => [`Điều ${number}. Việc thứ ${number} của làng`, `Làng làm việc thứ ${number}.`, ""]);

const TWICE = [
  "LUẬT LÀNG",
  "",
  ...village(1, 2, 3),
  "Điều 2. Lặp lại",
  "Làng nói lại.",
  "",
  ...village(4, 5),
  "Điều 4. Lặp lại",
  "Làng nói lại.",
  "",
  ...village(6),
];

describe("a law with several doubtful places", () => {
  const { taken, suggestion } = explained(TWICE);
  test("names all of them in one answer, each with the line to paste", () => {
    expect(taken.refusal?.places?.map((place) => place.hint)).toEqual([
      "line 12 is text: Điều 2 of this text stands on line 6, where its number goes on",
      "line 21 is text: Điều 4 of this text stands on line 15, where its number goes on",
    ]);
    expect(suggestion?.outcome.manifest?.completeness?.summary).toBe(
      "articles 1-6 complete; 2 settled by a hint; none unaccounted",
    );
    const shown = intakeText(taken, "LAW", "vn-law-1", suggestion).split("\n");
    expect(shown.filter((line) => line.startsWith("  hint    line "))).toHaveLength(2);
    expect(shown).toContain(
      "  then    With these hints it is cut: articles 1-6 complete; 2 settled by a hint; none unaccounted",
    );
  });
  test("is cut with the suggested file, comments and all", () => {
    if (!suggestion) throw new Error("accepted");
    const file = suggestedHintsFile(suggestion, [], "npm run intake -- luat.txt LAW --hints luat.hints");
    expect(file.split("\n").slice(0, 2)).toEqual([
      "# What the program reads in each doubtful line. Read the lines themselves, correct what is wrong, then:",
      "# npm run intake -- luat.txt LAW --hints luat.hints",
    ]);
    expect(addresses(cutLaw(TWICE.join("\n"), { hints: parseHints(file) }))).toEqual([
      "DIEU-1",
      "DIEU-2",
      "DIEU-3",
      "DIEU-4",
      "DIEU-5",
      "DIEU-6",
    ]);
  });
  test("keeps the hints that were given", () => {
    const given: Hint = { line: 12, reads: "text", reason: "a copy" };
    const again = explained(TWICE, [given]);
    expect(again.taken.refusal?.places).toHaveLength(1);
    expect(
      suggestedHintsFile(
        again.suggestion ?? {
          places: [],
          hints: [],
          outcome: { refusal: { code: "STOP_REFUSED_INPUT", line: 1, reason: "" } },
        },
        [given],
        "again",
      ),
    ).toContain("\nline 12 is text: a copy\n");
  });
});

describe("what is proposed", () => {
  test("an article that fits between its neighbours is a heading, never text", () => {
    const announced = ["NGHỊ ĐỊNH", "", ...village(1), "Sửa đổi khoản 1 Điều 4 như sau:", ...village(2, 3)];
    const { taken, suggestion } = explained(announced);
    expect(taken.refusal?.places?.map((place) => place.hint)).toEqual([
      "line 7 is a heading: Điều 2 stands between Điều 1 of line 3 and Điều 3 of line 10",
    ]);
    expect(suggestion?.outcome.manifest?.completeness?.summary).toBe("articles 1-3 complete; none unaccounted");
  });
  test("a spoiled heading is proposed as the article that it could be", () => {
    const { taken, suggestion } = explained([
      "LUẬT",
      "",
      ...village(1),
      "Đi cu 2. Việc thứ 2 của làng",
      "Làng làm.",
      "",
      ...village(3),
    ]);
    expect(taken.refusal?.places).toEqual([
      {
        line: 6,
        reason: expect.stringContaining("could be Điều 2, spoiled, which is missing"),
        hint: "line 6 is a heading: Điều 2, spoiled",
      },
    ]);
    expect(intakeText(taken, "LAW", "vn-law-1", suggestion)).toContain("line 6 is a heading: Điều 2, spoiled");
  });
  test("an article out of order is accepted as it is printed", () => {
    const printed = ["LUẬT", "", ...village(1, 2, 3, 4, 5, 6, 7, 8, "9a", 9, 10, 11)];
    expect(explained(printed).taken.refusal?.places?.map((place) => place.hint)).toEqual([
      expect.stringMatching(/^line 27 is a heading: /u),
    ]);
    const manifest = cutLaw(printed.join("\n"), {
      hints: [{ line: 27, reads: "heading", reason: "printed before Điều 9 in the gazette" }],
    });
    expect(addresses(manifest).slice(7, 11)).toEqual(["DIEU-8", "DIEU-9A", "DIEU-9", "DIEU-10"]);
    expect(findingLines(manifest, "gap")).toEqual(["27 gap", "30 gap"]);
  });
  test("a law without an article the profile reads names what looks like one", () => {
    const { taken } = explained(["LUẬT", "", "Đi ều 1. Làng", "Làng làm.", "", "Đi ều 2. Xã", "Xã làm."]);
    expect(taken.refusal?.places?.map((place) => place.line)).toEqual([1, 3, 6]);
  });
});

describe("a decision and the regulation it promulgates in one file", () => {
  const decision = [
    "QUYẾT ĐỊNH",
    "Ban hành Quy chế làm việc của làng",
    "",
    "Điều 1. Ban hành kèm theo Quyết định này Quy chế làm việc.",
    "",
    "Điều 2. Quyết định này có hiệu lực ngay.",
    "",
    "Điều 3. Làng chịu trách nhiệm thi hành.",
    "",
    "TM. LÀNG",
    "",
  ];
  const regulation = ["QUY CHẾ", "Làm việc của làng", "", "Chương I", "QUY ĐỊNH CHUNG", "", ...village(1, 2, 3, 4)];
  const both = [...decision, ...regulation];
  const { taken, suggestion } = explained(both);
  test("is told as two texts, with the lines the sentinels belong to and no hint", () => {
    expect(taken.refusal?.reason).toContain(
      "lines 4 and 18 both begin the articles at 1: two texts in one file; write <!-- CUT:BEGIN --> before and <!-- CUT:END --> behind one of them",
    );
    expect(taken.refusal?.reason).toContain("the first is lines 1 to 11, the second lines 12 to");
    expect(taken.refusal?.places?.every((place) => place.hint === undefined)).toBe(true);
    expect(suggestion?.twoTexts).toBe(taken.refusal?.reason);
  });
  test("each of them is cut between the sentinels", () => {
    expect(
      addresses(cutLaw(["<!-- CUT:BEGIN -->", ...decision, "<!-- CUT:END -->", ...regulation].join("\n"))),
    ).toEqual(["DIEU-1", "DIEU-2", "DIEU-3"]);
    expect(
      addresses(cutLaw([...decision, "<!-- CUT:BEGIN -->", ...regulation, "<!-- CUT:END -->", ""].join("\n"))),
    ).toEqual(["CHUONG-1", "DIEU-1", "DIEU-2", "DIEU-3", "DIEU-4"]);
  });
  test("hints cannot make one law of both", () => {
    const hints = [18, 21, 24].map((line): Hint => ({ line, reads: "text", reason: "of the regulation" }));
    expect(refusedLaw(both.join("\n"), { hints }).reason).toContain("a second text begins behind the signature");
  });
});

test("a file of hints is offered where there are hints to write, and not for a file in another encoding", () => {
  const utf16 = takeInExplained(Buffer.from("\ufeffĐiều 1. Làng\n", "utf16le"), "LAW", {
    profile: "vn-law-1",
    caps: { units: 9, hard: 9 },
  });
  expect(utf16.taken.refusal?.reason).toContain("UTF-16");
  expect(hintsOffer(utf16.suggestion?.places ?? [], "npm run intake")).toBe("");
  expect(hintsOffer([{ reason: "two readings", hint: "line 6 is text: quoted" }], "npm run intake")).toBe(
    "write these hints to a file: npm run intake\n",
  );
});
