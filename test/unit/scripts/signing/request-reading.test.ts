// What a person reads before signing must show every character: nothing a document or a host holds may move the cursor or turn the text.
import { describe, expect, test } from "vitest";
import { judgeIndex } from "../../../../runner/rules/journal.ts";
import { readingOf } from "../../../../scripts/reading/reading.ts";
import { requestReading, unitsText } from "../../../../scripts/signing/request-reading.ts";
import {
  corpusDocument,
  corpusDocuments,
  corpusIsThere,
  ownDocument,
  ownDocuments,
} from "../../../support/documents.ts";
import { ownLaw, ownLaws } from "../../../support/law.ts";
import { requests } from "../../../support/recorded-run.ts";
import { bundleOf } from "../../../support/read-bundle.ts";

/** Controls but the line feed and the tab, and every mark that joins, hides or turns what is seen. */
const RAW =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}|\p{Co}/u;
const EVIL = "a\u001b[2J\u009b31m\u202eb\u2066c\u200bd\u0007\te\u{e0041}\ufefff";
const PROFILES = ["generic-atx-1", "vn-law-1"] as const;

/** The reading of SG_1 for a document, undefined when the grammar refuses it. */
function screenOf(bytes: Buffer, profile: string, person = "Linh", evil = ""): string | undefined {
  const bundle = bundleOf(bytes, {
    profile,
    findings: { environment: [`rights${evil}`], baseline: [{ document: `ICX${evil}`, units: 60 }] },
  });
  if (!bundle) return undefined;
  expect(judgeIndex(bundle.index).verdict).toBeUndefined();
  const reading = readingOf(bundle, person);
  return requestReading(reading, "/pages/page.html") + unitsText(reading);
}

function expectPlain(name: string, reading: string | undefined): void {
  expect([
    name,
    RAW.exec(reading ?? "")?.[0]
      ?.codePointAt(0)
      ?.toString(16),
  ]).toEqual([name, undefined]);
}

test("the approver reads what a second count of the headings found", () => {
  expect(screenOf(ownLaw("luat-thu-vien.txt"), "vn-law-1")).toContain(
    "counted again          articles 1-6 with 1 inserted complete;",
  );
  expect(screenOf(Buffer.from("# One\n\ntext\n"), "generic-atx-1")).toContain("counted again          not counted");
});

test("a document, a host and a name full of controls reach the screen escaped", () => {
  const reading = screenOf(Buffer.from(`# One\n\n${EVIL}\n\n# Two\r\n\r\n${EVIL}\r\n`), "generic-atx-1", EVIL, EVIL);
  expectPlain("hostile", reading);
  expect(reading).toContain("\\u{1B}[2J\\u{9B}31m\\u{202E}b\\u{2066}c\\u{200B}d\\u{7}\te");
  expect(reading).toMatch(/ICX\S*\\u\{1B\}\S* +60 units/);
});

describe("whatever the grammar takes is read without a raw control or direction character", () => {
  test.each(PROFILES)("our own documents, by %s", (profile) => {
    const own = [
      ...ownDocuments().map((name) => [name, ownDocument(name)] as const),
      ...ownLaws().map((name) => [name, ownLaw(name)] as const),
    ];
    const read = own.filter(([name, bytes]) => {
      const reading = screenOf(bytes, profile);
      expectPlain(name, reading);
      return reading !== undefined;
    });
    expect(read.length).toBeGreaterThan(2);
  });
  test.runIf(corpusIsThere).each(PROFILES)("every document of the corpus, by %s", (profile) => {
    const read = corpusDocuments().filter((name) => {
      const reading = screenOf(corpusDocument(name), profile);
      expectPlain(name, reading);
      return reading !== undefined;
    });
    expect(read.length).toBeGreaterThan(5);
  });
});

test("the screen of a code of law is short, its findings are capped, and every unit stands in the pager", () => {
  const law = Array.from({ length: 900 }, (_, at) => `# Article ${at + 1}\n\nText ${at + 1} \u200b.\n\n`).join("");
  const bundle = bundleOf(law, { findings: { environment: Array.from({ length: 5_000 }, () => "x".repeat(3_000)) } });
  if (!bundle) throw new Error("the grammar refused it");
  const reading = readingOf(bundle, "Linh");
  const screen = requestReading(reading, "/pages/page.html");
  expect(screen.split("\n").length).toBeLessThan(90);
  expect(screen.length).toBeLessThan(12_000);
  expect(screen).toContain("You allow 900 units of SAMPLE to be written.");
  expect(screen).toContain("/pages/page.html");
  expect(screen.indexOf("what the signature covers".replace("w", "W"))).toBeGreaterThan(
    screen.indexOf("/pages/page.html"),
  );
  const units = unitsText(reading);
  for (const row of bundle.rows) expect(units).toContain(`${row.canonical_address}\n${row.title}\n`);
  expect(units).toContain("Text 450 \\u{200B}.");
});

test("an enactment says on the screen that it cannot be undone", () => {
  const bundle = bundleOf("# One\n\ntext\n", { request: requests().sg2 });
  if (!bundle) throw new Error("the grammar refused it");
  const screen = requestReading(readingOf(bundle, "Linh"), "/pages/page.html");
  expect(screen).toContain("You make 1 unit of SAMPLE binding.");
  expect(screen).toContain("This cannot be undone.");
});
