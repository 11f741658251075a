import { describe, expect, test } from "vitest";
import { genericAtx1 } from "../../../../runner/grammar/generic-atx-1.ts";
import { grammarProfile } from "../../../../runner/grammar/profiles.ts";
import { manifestOf, refusalOf, texts } from "../../../support/marking.ts";

const addresses = (text: string): string[] => manifestOf(text).units.map((unit) => unit.address);

describe("what opens a unit", () => {
  test("headings of any depth open units; text in between is their body", () => {
    expect(texts("# One\n\nFirst.\n\nSecond.\n\n\n## Two\nThird.\n")).toEqual({
      "TEST/S-1": ["One", "First.\n\nSecond."],
      "TEST/S-1/A-1": ["Two", "Third."],
    });
  });
  test.each([
    ["a fence", "```\n# no\n```"],
    ["a tilde fence with backticks inside", "~~~\n```\n# no\n~~~"],
    ["an HTML comment", "<!--\n# no\n-->"],
    ["an HTML block", "<div>\n# no\n</div>"],
    ["a script", "<script>\n\n# no\n\n</script>"],
    ["a quote", "> # no"],
    ["a list item", "- # no"],
    ["a later paragraph of a list item", "- a\n\n  # no"],
    ["an indented code block", "text\n\n    # no"],
    ["seven marks", "####### no"],
    ["a hashtag", "#no"],
    ["an escaped mark", "\\# no"],
  ])("a # in %s is text", (_what, block) => {
    expect(manifestOf(`# Yes\n\n${block}\n`).units).toHaveLength(1);
    expect(manifestOf(`# Yes\n\n${block}\n`).units[0]?.body).toBe(block);
  });
  test("a tag hides the next heading only when nothing but blanks follows it on its line", () => {
    expect(addresses("# a\n\n<b>\t \n# b\nx\n")).toEqual(["TEST/S-1"]);
    for (const other of ["\f", "\v", "\u00a0", "\u2028", "x"])
      expect(addresses(`# a\n\n<b>${other}\n# b\nx\n`)).toEqual(["TEST/S-1", "TEST/S-2"]);
  });
  test("an unclosed fence holds the rest of the document", () => {
    expect(manifestOf("# Yes\n\n```\n# no\n\n# no\n").units).toHaveLength(1);
  });
  test("a heading interrupts a paragraph and ends a quote", () => {
    expect(addresses("# a\ntext\n# b\n> quote\n# c\nx\n")).toEqual(["TEST/S-1", "TEST/S-2", "TEST/S-3"]);
  });
  test("up to three spaces may stand before a heading, four may not", () => {
    expect(manifestOf("   # a\n\nx\n").units[0]).toMatchObject({ title: "a", byte_start: 0, title_start: 5 });
    expect(refusalOf("    # a\n\nx\n").reason).toContain("no ATX heading");
  });
  test("deeply nested lists do not hide later headings", () => {
    const list = Array.from({ length: 25 }, (_, depth) => `${"  ".repeat(depth)}- item`).join("\n");
    expect(addresses(`# a\n\n${list}\n\n# b\n\nx\n`)).toEqual(["TEST/S-1", "TEST/S-2"]);
  });
  test("an underlined heading opens no unit and is a finding at its line", () => {
    const manifest = manifestOf("# a\n\nUnder\n-----\n\nx\n");
    expect(manifest.units).toHaveLength(1);
    expect(manifest.findings).toMatchObject([{ code: "setext_heading", line: 3 }]);
  });
  test("the closing line of front matter makes an underlined heading, not a unit", () => {
    const manifest = manifestOf("---\ntitle: x\n---\n\n# a\n\nx\n");
    expect(manifest.units[0]?.line).toBe(5);
    expect(manifest.findings.map((finding) => finding.code)).toEqual(["preamble", "setext_heading"]);
  });
});

describe("titles", () => {
  test.each([
    ["# a", "a"],
    ["# a #", "a"],
    ["# a ##   ", "a"],
    ["# a#", "a#"],
    ["# a \\#", "a \\#"],
    ["#\ta\t#\t", "a"],
    ["#   a  b  ", "a  b"],
    ["# *a* `b` [c](d)", "*a* `b` [c](d)"],
    ["# # a", "# a"],
    ["## a # b ##", "a # b"],
    ["# &amp;", "&amp;"],
  ])("%j has the title %j", (line, title) => {
    expect(manifestOf(`${line}\n\nx\n`).units[0]?.title).toBe(title);
  });
  test.each(["#", "# ", "# #", "## ##", "###   ###   "])("%j has no text and refuses", (line) => {
    expect(refusalOf(`${line}\n\nx\n`)).toMatchObject({
      code: "STOP_REFUSED_INPUT",
      line: 1,
      reason: "the heading has no text",
    });
  });
});

describe("bodies", () => {
  test("blank edge lines go, indentation and trailing blanks of lines stay", () => {
    expect(manifestOf("# a\n \t\n\n    code  \n\ntext  \n\t\n").units[0]?.body).toBe("    code  \n\ntext  ");
  });
  test("a heading without text below refuses at its line and says how it could pass", () => {
    expect(refusalOf("# a\n\nx\n\n# b\n\n# c\n\ny\n")).toMatchObject({
      line: 5,
      reason: expect.stringContaining("--empty-body heading"),
    });
  });
  test("with empty_body heading the body is the title, in text and in bytes", () => {
    const [unit] = manifestOf("## a b ##\n\n# c\nx", { empty_body: "heading" }).units;
    expect(unit).toMatchObject({
      title: "a b",
      body: "a b",
      title_start: 3,
      title_end: 6,
      body_start: 3,
      body_end: 6,
      byte_start: 0,
      byte_end: 9,
    });
  });
  test("a body that shows no character refuses in both modes, before anyone signs", () => {
    for (const body of ["\u00a0", "\u200b\u200b", "\f"]) {
      expect(refusalOf(`# a\n\n${body}\n`, { empty_body: "heading" })).toMatchObject({
        line: 1,
        reason: "the text below the heading shows no character",
      });
    }
  });
});

describe("addresses", () => {
  test("numbers count per parent and letter; a unit's parent is the nearest heading above with a smaller depth", () => {
    const manifest = manifestOf(
      "## z\nx\n# a\nx\n## b\nx\n### c\nx\n#### d\nx\n### e\nx\n## f\nx\n# g\nx\n#### h\nx\n### i\nx\n",
    );
    expect(manifest.units.map((unit) => [unit.title, unit.address, unit.parent])).toEqual([
      ["z", "TEST/A-1", null],
      ["a", "TEST/S-1", null],
      ["b", "TEST/S-1/A-1", "TEST/S-1"],
      ["c", "TEST/S-1/A-1/P-1", "TEST/S-1/A-1"],
      ["d", "TEST/S-1/A-1/P-1/P-1", "TEST/S-1/A-1/P-1"],
      ["e", "TEST/S-1/A-1/P-2", "TEST/S-1/A-1"],
      ["f", "TEST/S-1/A-2", "TEST/S-1"],
      ["g", "TEST/S-2", null],
      ["h", "TEST/S-2/P-1", "TEST/S-2"],
      ["i", "TEST/S-2/P-2", "TEST/S-2"],
    ]);
  });
  test("two section types of one letter share the count, so addresses stay unique", () => {
    const manifest = manifestOf("# a\nx\n### b\nx\n## c\nx\n", { section_types: ["section", "part", "paragraph"] });
    expect(manifest.units.map((unit) => [unit.address, unit.section_type])).toEqual([
      ["TEST/S-1", "section"],
      ["TEST/S-1/P-1", "paragraph"],
      ["TEST/S-1/P-2", "part"],
    ]);
  });
  test.each(["ab", "a".repeat(33).toUpperCase(), "-AB", "AB-", "abc", "A_B", "A/B", "ÀBC", "ABC\n", ""])(
    "the prefix %j refuses",
    (prefix) => {
      expect(refusalOf("# a\n\nx", { prefix })).toMatchObject({ code: "STOP_REFUSED_INPUT", line: 0 });
    },
  );
  test.each(["ICX-CONST", "DIEU", "DIEU-12", "DIEUX"])("the prefix %s is reserved", (prefix) => {
    expect(refusalOf("# a\n\nx", { prefix }).reason).toContain("reserved");
  });
  test("a prefix of three and one of 32 characters pass", () => {
    for (const prefix of ["A-1", "A".repeat(32), "ICX-CONST-2"])
      expect(manifestOf("# a\n\nx", { prefix }).units[0]?.address).toBe(`${prefix}/S-1`);
  });
});

describe("bytes", () => {
  test("offsets count bytes of the file, byte order mark included, and the mark is a separator", () => {
    const bytes = Buffer.from("\ufeff# Điều\r\n\r\nMột.\r\n", "utf8");
    const manifest = manifestOf(bytes);
    const [unit] = manifest.units;
    expect(unit).toMatchObject({ title: "Điều", body: "Một.", byte_start: 3, title_start: 5 });
    expect(bytes.subarray(unit?.body_start, unit?.body_end).toString()).toBe("Một.");
    expect(manifest.separators[0]).toEqual({ byte_start: 0, byte_end: 3 });
    expect(manifest.region).toEqual({ byte_start: 0, byte_end: bytes.length });
  });
  test("LF, CRLF and lone CR end lines alike, and lines are counted so", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const manifest = manifestOf(["# a", "", "x", "", "# b", "", "```", "# no", "```", ""].join(end));
      expect(manifest.units.map((unit) => [unit.title, unit.line])).toEqual([
        ["a", 1],
        ["b", 5],
      ]);
      expect(manifest.units[1]?.body).toBe(["```", "# no", "```"].join(end));
    }
  });
  test("U+2028, form feed and vertical tab end no line", () => {
    expect(manifestOf("# a\n\nx\u2028# no\f# no\v# no").units).toHaveLength(1);
  });
  test("a line that is not UTF-8 refuses by its number, whatever else is wrong", () => {
    const bytes = Buffer.concat([Buffer.from("# \n\r\nx\r"), Buffer.from([0xe9, 0x0a])]);
    expect(refusalOf(bytes)).toEqual({ code: "STOP_REFUSED_INPUT", line: 4, reason: "the line is not UTF-8" });
    expect(refusalOf(Buffer.from([0x23, 0x20, 0x61, 0x0a, 0xc3])).line).toBe(2);
    expect(refusalOf(Buffer.from([0x23, 0x20, 0xed, 0xa0, 0x80])).line).toBe(1);
  });
  test("a NUL refuses by its line, unless an earlier line is wrong", () => {
    expect(refusalOf("# a\n\nx\n\0\n")).toMatchObject({ line: 4, reason: expect.stringContaining("NUL") });
    expect(refusalOf("# a\n# b\nx\0\n")).toMatchObject({ line: 1 });
  });
  test("a line above one mebibyte refuses, one of exactly that length is cut", () => {
    expect(refusalOf(`# a\n\n${"x".repeat(1_048_577)}`)).toMatchObject({
      line: 3,
      reason: expect.stringContaining("longer"),
    });
    expect(manifestOf(`# a\n\n${"x".repeat(1_048_576)}\n`).units[0]?.body).toHaveLength(1_048_576);
  });
  test("too many lines, too deep nesting and too entangled quotes refuse instead of hanging", () => {
    expect(refusalOf(`# a\nx${"\n".repeat(2_000_001)}`)).toMatchObject({ line: 2_000_001 });
    expect(refusalOf(`# a\n\n${"- ".repeat(500_000)}x`)).toMatchObject({
      line: 3,
      reason: expect.stringContaining("nested"),
    });
    expect(refusalOf(`# a\n\n${">".repeat(500_000)}x`)).toMatchObject({
      line: 3,
      reason: expect.stringContaining("nested"),
    });
    expect(refusalOf(`# a\n\n${"> ```\nx\n".repeat(100_000)}`).reason).toContain("interrupt each other");
  });
  test("a ten megabyte document without any line end is refused", () => {
    expect(refusalOf("# a".repeat(3_500_000))).toMatchObject({ line: 1 });
  });
  test("an empty file is refused at line 1", () => {
    expect(refusalOf("")).toMatchObject({ code: "STOP_REFUSED_INPUT", line: 1 });
  });
});

describe("the region", () => {
  const BEGIN = "<!-- CUT:BEGIN -->";
  const END = "<!-- CUT:END -->";
  const inner = "# a\n\nx\n";
  test("is what stands between the sentinel lines, and only that is parsed", () => {
    const text = `\`\`\`\n${BEGIN}\n${inner}${END}\n\n# outside\n`;
    const manifest = manifestOf(text);
    expect(text.slice(manifest.region.byte_start, manifest.region.byte_end)).toBe(inner);
    expect(manifest.units.map((unit) => [unit.title, unit.line])).toEqual([["a", 3]]);
  });
  test("the whole file and the region alone give one manifest digest and one region hash", () => {
    const whole = manifestOf(`Notes.\n${BEGIN}\r\n${inner}${END}`);
    const alone = manifestOf(inner);
    expect(whole.manifest_digest).toBe(alone.manifest_digest);
    expect(whole.region_sha).toBe(alone.region_sha);
  });
  test("a byte order mark may stand before BEGIN", () => {
    expect(manifestOf(`\ufeff${BEGIN}\n${inner}${END}\n`).units).toHaveLength(1);
  });
  test.each([
    ["END missing", `x\n${BEGIN}\n${inner}`, 2],
    ["BEGIN missing", `${inner}${END}\n`, 4],
    ["BEGIN doubled", `${BEGIN}\n${BEGIN}\n${inner}${END}\n`, 2],
    ["END doubled", `${BEGIN}\n${inner}${END}\n${END}\n`, 6],
    ["END before BEGIN", `${END}\n${inner}${BEGIN}\n`, 1],
    ["BEGIN again after END", `${BEGIN}\n${inner}${END}\n${BEGIN}\n`, 6],
  ])("%s refuses at the line", (_what, text, line) => {
    expect(refusalOf(text)).toMatchObject({ code: "STOP_REFUSED_INPUT", line });
  });
  test("an empty region refuses at its first line", () => {
    expect(refusalOf(`x\n${BEGIN}\n${END}\n`)).toMatchObject({ line: 3 });
  });
  test("something that only looks like a sentinel is text and a finding", () => {
    const manifest = manifestOf(`# a\n\n ${BEGIN}\n${END} \n<!--cut:begin-->\n`);
    expect(manifest.findings.map((finding) => [finding.code, finding.line])).toEqual([
      ["sentinel_lookalike", 3],
      ["sentinel_lookalike", 4],
      ["sentinel_lookalike", 5],
    ]);
  });
});

describe("refusals and caps", () => {
  test("of several faults the earliest line is named", () => {
    expect(refusalOf("# a\nx\n# \u202e\nx\n# b\n# c\n")).toMatchObject({ line: 3 });
    expect(refusalOf("# a\nx\n# b\n# \u202e\nx\n")).toMatchObject({
      line: 3,
      reason: expect.stringContaining("no text below"),
    });
  });
  test("without an ATX heading the first underlined one is named, else line 1", () => {
    expect(refusalOf("text\n\nUnder\n=====\n\nx\n")).toMatchObject({
      line: 3,
      reason: expect.stringContaining("underlined"),
    });
    expect(refusalOf("text\n")).toMatchObject({ line: 1 });
  });
  test.each([
    "Điều 1. Bạn đọc",
    " Điều 1. Bạn đọc",
    "\t**Điều 1.** Bạn đọc",
    "ĐIỀU 1. Bạn đọc",
    "\u00d0iều 1. Bạn đọc",
    "Đi\u1ec1u\u00a01. Bạn đọc",
  ])("whoever brings a law with the line %j is told of the profile for laws", (line) => {
    expect(refusalOf(`LUẬT\n\n${line}\n`).reason).toContain("--profile vn-law-1");
    expect(refusalOf(`LUẬT\n\nTheo ${line}\n`).reason).not.toContain("--profile vn-law-1");
  });
  test("the cap names the first unit beyond it, the hard cap the first beyond that, under its own code", () => {
    const text = "# a\nx\n".repeat(6);
    expect(manifestOf(text, { units: 6 }).units).toHaveLength(6);
    expect(refusalOf(text, { units: 5 })).toMatchObject({ code: "STOP_REFUSED_INPUT", line: 11 });
    expect(refusalOf(text, { units: 2, hard: 4 })).toMatchObject({ code: "STOP_OVER_HARD_CAP", line: 9 });
  });
  test("a reason never quotes the document", () => {
    expect(JSON.stringify(refusalOf("# SECRETWORD\u202e\nx\n"))).not.toContain("SECRETWORD");
  });
});

describe("digests", () => {
  test("the manifest digest changes with one byte of a body, with the options and with nothing else", () => {
    const digest = (text: string, empty_body: "refuse" | "heading" = "refuse"): string =>
      manifestOf(text, { empty_body }).manifest_digest;
    expect(digest("# a\n\nx\n")).toBe(digest("# a\n\nx\n"));
    expect(digest("# a\n\ny\n")).not.toBe(digest("# a\n\nx\n"));
    expect(digest("# a\n\nx\n", "heading")).not.toBe(digest("# a\n\nx\n"));
  });
  test("the profile is found by its name and no other name is a profile", () => {
    expect(grammarProfile("generic-atx-1")).toBe(genericAtx1);
    expect(genericAtx1.sha).toMatch(/^[0-9a-f]{64}$/);
    expect(() => grammarProfile("generic-atx-2")).toThrow("STOP_REFUSED_INPUT");
  });
});
