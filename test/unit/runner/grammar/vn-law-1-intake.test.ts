import { describe, expect, test } from "vitest";
import { intake, intakeCaps, intakeJson, intakeText, takeIn } from "../../../../runner/commands/intake.ts";
import { genericAtx1 } from "../../../../runner/grammar/generic-atx-1.ts";
import { grammarProfile } from "../../../../runner/grammar/profiles.ts";
import { vnLaw1 } from "../../../../runner/grammar/vn-law-1.ts";
import { DEFAULT_REQUEST, grammarRequest, optionsOf } from "../../../../runner/model/grammar-request.ts";
import { grammarChoice } from "../../../../runner/model/outputs.ts";
import { Stopped } from "../../../../runner/model/stop.ts";
import { askedFrom, parseHints } from "../../../../runner/rules/hints.ts";
import { proveLossless } from "../../../../runner/rules/lossless.ts";
import { PLAN_DEFAULTS } from "../../../../runner/rules/plan-rows.ts";
import { ownDocument } from "../../../support/documents.ts";
import { cutLaw, law, ownLaw } from "../../../support/law.ts";

describe("what intake shows of a law", () => {
  const taken = law(ownLaw("luat-thu-vien.txt"), { depth: "khoan" });
  test("is a tree indented by rank, with the first words of each unit, and the counts of each level", () => {
    const shown = intakeText(taken, "LAW", "vn-law-1").split("\n");
    expect(shown.slice(0, 5)).toEqual([
      "PHẦN THỨ NHẤT NHỮNG QUY ĐỊNH CHUNG  [LAW/PHAN-1, line 14]",
      "  Chương I PHẠM VI VÀ NGUYÊN TẮC  [LAW/PHAN-1/CHUONG-1, line 17]",
      "    Điều 1. Phạm vi điều chỉnh  [LAW/DIEU-1, line 20, 157 bytes]  Luật này quy định về việc lập và giữ thư viện củ…",
      "    Điều 2. Giải thích từ ngữ  [LAW/DIEU-2, line 24, 74 bytes]  Trong Luật này, các từ ngữ dưới đây được hiểu nh…",
      "      1.  [LAW/DIEU-2/KHOAN-1, line 26, 73 bytes]  Thư viện làng là nơi giữ sách của làng từ ngày 0…",
    ]);
    expect(shown).toContain("units            21 (2 part, 3 chapter, 7 article, 5 clause, 2 section, 2 subsection)");
    expect(shown).toContain(
      "counted again    articles 1-6 with 1 inserted complete; parts 1-2 complete; chapters 1-3 complete; sections 1-2 complete; subsections 1-2 complete; 2 behind the last unit; none unaccounted",
    );
    expect(shown).toContain("  line 78  annex_articles: 2 lines below read as articles of annexes and are no units");
  });
  test("is as JSON what it is of any document, and level, number, eId and findings besides", () => {
    const printed = intakeJson(taken);
    if ("stop" in printed) throw new Error("refused");
    expect(Object.keys(printed)).toEqual([
      "region",
      "units",
      "separators",
      "manifest_digest",
      "writer_digest",
      "findings",
      "completeness",
    ]);
    expect(Object.keys(printed.units[0] ?? {}).slice(-3)).toEqual(["level", "number", "eid"]);
    expect(printed.findings?.map((finding) => finding.code)).toEqual([
      "preamble",
      "furniture",
      "tail",
      "annex_articles",
    ]);
  });
  test("names the profile when it refuses", () => {
    expect(intakeText(law("Xin chào"), "LAW", "vn-law-1")).toBe(
      "STOP_REFUSED_INPUT\n  saw     line 1: no article (`Điều 1.`) of a Vietnamese law\n  wanted  a document that vn-law-1 can cut\n",
    );
  });
  test("names every place that has to be settled, not the first alone", () => {
    const refused = intakeText(
      law(
        "Điều 1. Sách\nSách được giữ.\nĐi ều 2. Mượn\nMượn và trả.\nĐiều 3. Xã\nXã giữ sách.\nĐi ều 4. Trả\nTrả sách.\nĐiều 5. Hiệu lực\nNgay.\n",
      ),
      "LAW",
      "vn-law-1",
    ).split("\n");
    expect(refused.filter((line) => line.startsWith("  place"))).toHaveLength(2);
  });
});

describe("what is chosen", () => {
  test("is recorded for each profile and refused by the other", () => {
    const request = { ...DEFAULT_REQUEST, profile: "vn-law-1", depth: "khoan" as const };
    expect(grammarChoice.parse({ profile: "vn-law-1", options: optionsOf(request, ["section"]) })).toEqual({
      profile: "vn-law-1",
      options: { depth: "khoan", annexes: false, hints: [] },
    });
    expect(optionsOf(DEFAULT_REQUEST, ["section"])).toEqual({ empty_body: "refuse", section_types: ["section"] });
    const caps = { units: 9, hard: 9 };
    expect(
      vnLaw1.mark(ownLaw("muc-luc.txt"), "LAW", optionsOf(DEFAULT_REQUEST, ["section"]), caps).refusal,
    ).toMatchObject({ line: 0, reason: "options of another grammar profile" });
    expect(
      genericAtx1.mark(ownDocument("house-rules.md"), "HOUSE", optionsOf(request, []), caps).refusal,
    ).toMatchObject({ line: 0, reason: "options of another grammar profile" });
    expect(grammarProfile("vn-law-1")).toBe(vnLaw1);
  });
  test("changes the digest that people sign: depth, annexes and each hint", () => {
    const digests = [
      {},
      { depth: "khoan" },
      { annexes: true },
      { hints: [{ line: 1, reads: "text", reason: "a name" }] },
      { hints: [{ line: 1, reads: "text", reason: "the name" }] },
    ] as const;
    expect(
      new Set(
        digests.map(
          (asked) =>
            cutLaw("Luật làng\nĐiều 1. Làng\nLàng.\n", { ...asked, hints: "hints" in asked ? [...asked.hints] : [] })
              .manifest_digest,
        ),
      ).size,
    ).toBe(5);
  });
  test("allows a law a thousand units and another document five hundred", () => {
    expect([intakeCaps("vn-law-1"), intakeCaps("generic-atx-1")]).toEqual([
      { units: 1000, hard: 1000 },
      { units: 500, hard: 1000 },
    ]);
  });
  test("leaves the digests of the generic profile as they were", () => {
    const printed = intake(ownDocument("house-rules.md"), "HOUSE", {
      empty_body: "refuse",
      caps: { units: 500, hard: 1000 },
      words: PLAN_DEFAULTS,
    });
    expect(
      "stop" in printed
        ? printed.stop
        : [genericAtx1.sha, printed.manifest_digest, printed.writer_digest].map((sha) => sha.slice(0, 16)),
    ).toEqual(["33e79a4547466798", "0c1b039ad889ba9a", "a2d7ae98b6cad615"]);
  });
});

describe("a hints file", () => {
  test("says of lines that they are headings or text, each with a reason", () => {
    expect(
      parseHints(
        "# from the clerk\n\nline 676 is text: the sentence before goes on there\nline 35 is a heading: bản in năm 2031\r\n",
      ),
    ).toEqual([
      { line: 35, reads: "heading", reason: "bản in năm 2031" },
      { line: 676, reads: "text", reason: "the sentence before goes on there" },
    ]);
  });
  test.each([
    ["no reason", "line 3 is text"],
    ["no line", "it is text: x"],
    ["another word", "line 3 is a title: x"],
    ["a line named twice", "line 3 is text: x\nline 3 is text: y"],
    ["a hidden character", "line 3 is text: x\u200b"],
    ["a very long reason", `line 3 is text: ${"x".repeat(301)}`],
  ])("is refused with %s, without repeating it", (_, text) => {
    expect(() => parseHints(text)).toThrow(Stopped);
  });
  test("reaches the request that the runner records", () => {
    const asked = { profile: "vn-law-1", emptyBody: "refuse", depth: "dieu", annexes: true, hints: "file" } as const;
    const request = { ...DEFAULT_REQUEST, ...askedFrom(asked, "line 6 is text: quoted") };
    expect(grammarRequest.parse(JSON.parse(JSON.stringify(request)))).toEqual({
      profile: "vn-law-1",
      empty_body: "refuse",
      depth: "dieu",
      annexes: true,
      hints: [{ line: 6, reads: "text", reason: "quoted" }],
    });
  });
});

describe("the proof of a law", () => {
  const bytes = ownLaw("bo-luat-danh-dau.md");
  const taken = takeIn(bytes, "LAW", { profile: "vn-law-1", depth: "diem", caps: { units: 100, hard: 100 } });
  if (taken.refusal) throw new Error(taken.refusal.reason);
  const { manifest, rows } = taken;
  test("breaks when a row has lost a letter or a unit begins later", () => {
    expect(proveLossless(bytes, manifest, rows).ok).toBe(true);
    expect(
      proveLossless(
        bytes,
        manifest,
        rows.map((row, index) => (index === 3 ? { ...row, body: row.body.slice(1) } : row)),
      ).ok,
    ).toBe(false);
    const shifted = {
      ...manifest,
      units: manifest.units.map((unit, index) =>
        index === 1 ? { ...unit, title_start: unit.title_start + 3, title: unit.title.slice(2) } : unit,
      ),
    };
    expect(
      proveLossless(
        bytes,
        shifted,
        rows.map((row, index) => (index === 1 ? { ...row, title: row.title.slice(2) } : row)),
      ),
    ).toMatchObject({
      ok: false,
      verdict: { facts: { saw: expect.stringContaining("text beside the title of LAW/DIEU-1") } },
    });
  });
  test("breaks when text between two articles belongs to no unit, and not for what stands behind the last", () => {
    const [, second] = manifest.units;
    if (second === undefined) throw new Error("no second unit");
    const without = {
      ...manifest,
      units: manifest.units.filter((unit) => unit !== second),
      separators: [...manifest.separators, { byte_start: second.byte_start, byte_end: second.byte_end }].sort(
        (one, other) => one.byte_start - other.byte_start,
      ),
    };
    expect(
      proveLossless(
        bytes,
        without,
        rows.filter((_, index) => index !== 1),
      ).ok,
    ).toBe(false);
    const merged = [...manifest.separators];
    const last = merged.at(-1);
    expect(bytes.subarray(last?.byte_start, last?.byte_end).toString("utf8")).toContain("CHỦ TỊCH QUỐC HỘI");
  });
});
