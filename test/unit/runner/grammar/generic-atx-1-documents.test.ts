import { Parser } from "commonmark";
import { describe, expect, test } from "vitest";
import { intake, INTAKE_CAPS, takeIn } from "../../../../runner/commands/intake.ts";
import {
  corpusDocument,
  corpusDocuments,
  corpusIsThere,
  ownDocument,
  ownDocuments,
} from "../../../support/documents.ts";
import { marking } from "../../../support/marking.ts";

/** Depths of the headings another CommonMark parser sees outside lists and quotes, underlined ones left out. */
function otherParser(bytes: Buffer): number[] {
  const text = bytes.toString("utf8").replace(/^\ufeff/, "");
  const lines = text.split(/\r\n|\r|\n/);
  const depths: number[] = [];
  for (let node = new Parser().parse(text).firstChild; node; node = node.next) {
    if (node.type === "heading" && /^ {0,3}#/.test(lines[node.sourcepos[0][0] - 1] ?? "")) depths.push(node.level);
  }
  return depths;
}

const heading = { empty_body: "heading", caps: INTAKE_CAPS } as const;

describe("our own documents", () => {
  test.each(["house-rules.md", "club-charter.bom.crlf.md", "empty-headings.md"])(
    "%s has the headings another parser sees",
    (name) => {
      const taken = takeIn(ownDocument(name), "OWN", heading);
      expect(taken.manifest?.units.map((unit) => unit.depth)).toEqual(otherParser(ownDocument(name)));
    },
  );
  test("the house rules are cut as they stand, in six units and a fence that stays text", () => {
    const taken = takeIn(ownDocument("house-rules.md"), "HOUSE", { ...heading, empty_body: "refuse" });
    expect(taken.manifest?.units.map((unit) => unit.address)).toEqual([
      "HOUSE/S-1",
      "HOUSE/S-1/A-1",
      "HOUSE/S-1/A-1/P-1",
      "HOUSE/S-1/A-1/P-2",
      "HOUSE/S-1/A-2",
      "HOUSE/S-2",
      "HOUSE/S-2/P-1",
    ]);
  });
  test("a charter with byte order mark, CRLF and closing marks keeps every byte", () => {
    const bytes = ownDocument("club-charter.bom.crlf.md");
    const taken = takeIn(bytes, "CLUB", { ...heading, empty_body: "refuse" });
    expect(taken.coverage?.bytes).toBe(bytes.length);
    expect(taken.manifest?.units.map((unit) => unit.title)).toEqual([
      "Điều lệ câu lạc bộ",
      "Điều 1. Hội viên",
      "Điều 2. Tài chính",
    ]);
  });
  test.each([
    ["empty-headings.md", 5],
    ["only-underlined.md", 1],
    ["not-utf8.latin1.txt", 1],
    ["no-heading.txt", 1],
  ])("%s is refused at line %i", (name, line) => {
    expect(marking(ownDocument(name)).refusal).toMatchObject({ code: "STOP_REFUSED_INPUT", line });
  });
  test("the clerk's notes outside the sentinels are not cut", () => {
    expect(takeIn(ownDocument("sentinels.md"), "OWN", heading).manifest?.units.map((unit) => unit.title)).toEqual([
      "Preamble",
      "Terms",
    ]);
  });
  test("every own document is in one of these tests", () => {
    expect(ownDocuments()).toHaveLength(7);
  });
});

/** Units under `--empty-body heading`, counted by another CommonMark parser beforehand. */
const PLANNED: Readonly<Record<string, number>> = {
  "en-github-terms-of-service.md": 60,
  "en-kubernetes-steering-charter.bom.md": 19,
  "en-us-constitution.md": 58,
  "md-commonmark-spec.txt": 45,
  "md-openapi-3.0.0.md": 139,
  "md-rust-rfc-3013-check-cfg.crlf.md": 31,
  "vn-bo-luat-dan-su-2015.md": 9,
  "vn-bo-luat-lao-dong-2019.crlf.md": 280,
  "vn-nghi-dinh-168-2024-xu-phat-giao-thong.md": 68,
};
/** Refusals without `--empty-body`: first offending line. */
const OFFENDING: Readonly<Record<string, number>> = {
  "en-github-terms-of-service.md": 353,
  "en-kubernetes-steering-charter.bom.md": 64,
  "en-us-constitution.md": 10,
  "md-commonmark-spec.txt": 9,
  "md-openapi-3.0.0.md": 1,
  "md-rust-rfc-3013-check-cfg.crlf.md": 6,
  "vn-bo-luat-dan-su-2015.md": 1,
  "vn-bo-luat-lao-dong-2019.crlf.md": 13,
  "vn-nghi-dinh-168-2024-xu-phat-giao-thong.md": 63,
};
/** Documents no option makes plannable: code, line and a word of the reason. */
const REFUSED: Readonly<Record<string, readonly [string, number, string]>> = {
  "bad-cecill-b-v1-fr.latin1.txt": ["STOP_REFUSED_INPUT", 7, "not UTF-8"],
  "long-aws-sdk-js-changelog.md": ["STOP_OVER_HARD_CAP", 6683, "1750 units"],
  "md-stackexchange-redis-basics.bom.md": ["STOP_REFUSED_INPUT", 1, "underlined"],
  "vn-luat-cong-doan-2012.txt": ["STOP_REFUSED_INPUT", 1, "no ATX heading"],
  "vn-luat-dat-dai-2024.txt": ["STOP_REFUSED_INPUT", 1, "underlined"],
  "vn-nghi-dinh-74-2025-sua-doi-nd-70-2015.txt": ["STOP_REFUSED_INPUT", 1, "no ATX heading"],
  "vn-vbhn-22-2025-luat-bao-hiem-y-te.txt": ["STOP_REFUSED_INPUT", 1, "no ATX heading"],
};

if (!corpusIsThere) console.log("No corpus beside the project: the grammar was tried on its own documents only.");

describe.runIf(corpusIsThere)("the corpus", () => {
  test("every document of it is planned or refused below", () => {
    expect(corpusDocuments().sort()).toEqual([...Object.keys(PLANNED), ...Object.keys(REFUSED)].sort());
  });
  test.each(Object.entries(OFFENDING))(
    "%s is refused by default at line %i, the first heading without a body",
    (name, line) => {
      const bytes = corpusDocument(name);
      expect(intake(bytes, "CORPUS", { ...heading, empty_body: "refuse" })).toMatchObject({
        stop: { code: "STOP_REFUSED_INPUT", line, reason: expect.stringContaining("no text below") },
      });
      // The named line is a heading, and the next line with text is a heading too.
      const lines = bytes
        .toString("utf8")
        .replace(/^\ufeff/, "")
        .split(/\r\n|\r|\n/);
      expect(lines[line - 1]).toMatch(/^ {0,3}#{1,6}[ \t]/);
      expect(lines.slice(line).find((one) => one.trim() !== "")).toMatch(/^ {0,3}#{1,6}[ \t]/);
    },
  );
  test.each(Object.entries(PLANNED))(
    "%s is planned with %i units, losslessly, as another parser counts them",
    (name, units) => {
      const bytes = corpusDocument(name);
      const taken = takeIn(bytes, "CORPUS", heading);
      expect(taken.manifest?.units).toHaveLength(units);
      expect(taken.manifest?.units.map((unit) => unit.depth)).toEqual(otherParser(bytes));
      expect(taken.coverage).toMatchObject({ units, bytes: bytes.length });
    },
  );
  test.each(Object.entries(REFUSED))("%s is refused in both modes with its reason", (name, [code, line, reason]) => {
    for (const empty_body of ["refuse", "heading"] as const) {
      expect(intake(corpusDocument(name), "CORPUS", { ...heading, empty_body })).toMatchObject({
        stop: { code, line, reason: expect.stringContaining(reason) },
      });
    }
  });
});
