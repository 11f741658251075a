// The reading page shows every letter of what is signed, and nothing of it can act: no markup, no hidden character, no request.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readBundle, type Bundle } from "../../../../scripts/signing/bundle.ts";
import { readingPage } from "../../../../scripts/reading/page.ts";
import { ENGLISH } from "../../../../scripts/reading/page-words.ts";
import { readingOf, type OtherText } from "../../../../scripts/reading/reading.ts";
import { pageCode } from "../../../../scripts/reading/write-page.ts";
import {
  corpusDocument,
  corpusDocuments,
  corpusIsThere,
  ownDocument,
  ownDocuments,
} from "../../../support/documents.ts";
import { ownLaw, ownLaws } from "../../../support/law.ts";
import { bundleOf, type ReadBundleOptions } from "../../../support/read-bundle.ts";
import { requests } from "../../../support/recorded-run.ts";

const GOLDEN = join(import.meta.dirname, "../../../golden");
const code = await pageCode();
const pageOf = (bundle: Bundle, person: string | undefined, other?: OtherText): string =>
  readingPage(readingOf(bundle, person, other), { language: "en", words: ENGLISH }, code);
const made = (text: string | Buffer, options: ReadBundleOptions = {}, other?: OtherText): string => {
  const bundle = bundleOf(text, options);
  if (!bundle) throw new Error("the grammar refused it");
  return pageOf(bundle, "Linh", other);
};
const encoded = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[one] ?? one,
  );
/** The text of the page without its elements, line ends and blanks evened. */
const seen = (page: string): string =>
  page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, "")
    .replace(/\s+/g, " ");

test("every word of a law is on the page, the parts outside its units too", () => {
  const text = ownLaw("luat-thu-vien.txt");
  const shown = seen(made(text, { profile: "vn-law-1", depth: "diem" }));
  const lost = text
    .toString("utf8")
    .split(/\s+/)
    .filter((word) => !shown.includes(encoded(word)));
  expect(lost).toEqual([]);
  expect(shown).toContain("stands outside the units; it is not written");
});

test("a person reads in one sentence what they do, and that an enactment cannot be undone", () => {
  const { sg1, execution, sg2 } = requests();
  const text = "# One\n\ntext\n\n# Two\n\nmore\n";
  expect(seen(made(text, { request: sg1 }))).toContain("You allow 2 units of SAMPLE to be written.");
  expect(() => made(text, { request: execution })).toThrow("the rehearsal that was signed");
  const final = seen(made(text, { request: sg2 }));
  expect(final).toContain("You make 2 units of SAMPLE binding.");
  expect(final).toContain("This cannot be undone.");
  expect(seen(made("# One\n\ntext\n", { request: sg2 }))).toContain("You make 1 unit of SAMPLE binding.");
});

test("owner, kind and publication type of the units are told, and what the host says of its database", () => {
  const shown = seen(
    made("# One\n\ntext\n", {
      words: { unit_kind: "law_unit", owner_ref: "thief-corp", publication_type: "draft-law", section_types: ["a"] },
      findings: {
        environment: ["trigger x is off"],
        baseline: [{ document: "ICX", units: 60 }],
      },
    }),
  );
  expect(shown).toContain("owner of every unitthief-corp");
  expect(shown).toContain("kind of every unitlaw_unit");
  expect(shown).toContain("publication typedraft-law");
  expect(shown).toContain("trigger x is off");
  expect(shown).toContain("1 document with 60 units");
});

test("a host that says endlessly much cannot push the law off the page", () => {
  const plain = made("# One\n\ntext\n");
  const loud = made("# One\n\ntext\n", {
    findings: {
      environment: Array.from({ length: 200_000 }, () => "x".repeat(1_000)),
      baseline: Array.from({ length: 100_000 }, (_, at) => ({ document: `D${at}${"y".repeat(900)}`, units: 1 })),
    },
  });
  expect(loud.length - plain.length).toBeLessThan(500_000);
  expect(seen(loud)).toContain("199800 more of the host are not shown");
});

test("a page loads nothing, names no address of a network, and runs only the script of its own policy", () => {
  const page = made(
    "# <script>alert(1)</script>\n\n<img src=x onerror=alert(1)> javascript:alert(1) https://example.org\n",
  );
  const digest = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
  expect(page).toContain("default-src &#39;none&#39;");
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? "";
  expect(style.endsWith(code.style)).toBe(true);
  for (const own of [style, code.script]) expect(page).toContain(digest(own));
  const scripts = [...page.matchAll(/<script/g)];
  expect(scripts).toHaveLength(1);
  expect(page.match(/<(?:img|link|iframe|object|embed|svg|form|base|video|audio)\b/)).toBeNull();
  expect(page.replace(code.script, "").match(/<[^>]*\s(?:on\w+|src|style|action)=/)).toBeNull();
  const links = [...page.matchAll(/href="([^"]*)"/g)].map((match) => match[1] ?? "");
  expect(links.filter((link) => !link.startsWith("#"))).toEqual([]);
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("what has no glyph, turns the text or moves the cursor is written out, and two texts never look alike", () => {
  const page = made("# One\n\na\u202eb\u200bc\u001b[2J\u00a0d\u{e0041} \\u{202E}\n");
  for (const shown of ["\\u{202E}", "\\u{200B}", "\\u{1B}", "\\u{A0}", "\\u{E0041}", "\\u{5C}"])
    expect(page).toContain(`<span class="hidden">${shown}</span>`);
  expect(/[\u202e\u200b\u001b\u00a0]|\u{e0041}/u.test(page)).toBe(false);
});

test("line ends of a title are one blank, and those of a body written by Windows are line ends", () => {
  const law = "Luật mẫu\r\n\r\nĐiều 1. Tên dài\r\n\r\nNội dung một.\r\n\r\nĐiều 2. Tên hai\r\n\r\nNội dung hai.\r\n";
  const page = made(law, { profile: "vn-law-1", depth: "dieu" });
  expect(page).not.toContain("\\u{A}");
  expect(page).not.toContain("\\u{D}");
  expect(seen(page)).toContain("lines end in carriage return and line feed");
});

test("words that differ from an earlier version are marked where they stand, gone ones too", () => {
  const older = Buffer.from("# One\n\nten percent of the sum\n\n# Two\n\nsame\n");
  const page = made(
    "# One\n\nninety percent of the sum\n\n# Two\n\nsame\n",
    {},
    { kind: "before", name: "v1", bytes: older },
  );
  expect(page).toContain("<del>ten</del><ins>ninety</ins> percent");
  expect(seen(page)).toContain("1 unit differs.");
  expect(page).toContain('class="unit changed" id="p1"');
  expect(page).toContain('class="unit" id="p3"');
});

test("an own copy that differs is told loudly, one that is equal quietly, one of other line ends exactly so", () => {
  const text = "# One\n\nten\n";
  const against = (copy: string): string =>
    seen(made(text, {}, { kind: "copy", name: "mine.md", bytes: Buffer.from(copy) }));
  expect(against(text)).toContain("The texts are equal, byte by byte.");
  expect(against("# One\n\nnine\n")).toContain("Do not sign before you know why.");
  expect(against("# One\r\n\r\nten\r\n")).toContain("The words are equal; only bytes that are not shown differ");
  expect(against("# One\n\nten\n\nmore at the end")).toContain("Do not sign before you know why.");
});

test("a page without a profile says that host and history were not compared", () => {
  const bundle = bundleOf("# One\n\ntext\n");
  expect(bundle && pageOf(bundle, undefined)).toContain("Made without an approver profile");
});

describe("recorded requests", () => {
  test.each(["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz"])("the page of a real %s request", async (gate) => {
    for (const run of ["generic", "vn-law-diem"]) {
      const folder = join(GOLDEN, run, "requests", `${gate}-1`);
      const shown = seen(pageOf(await readBundle(folder), "Linh"));
      const words = readFileSync(join(folder, "snapshot.md"), "utf8").split(/\s+/);
      expect(words.filter((word) => !shown.includes(encoded(word)))).toEqual([]);
      expect(shown.includes("every other row stood as before")).toBe(gate === "EXECUTION");
      expect(shown.includes("was restored into a server of its own")).toBe(gate === "EXECUTION");
      expect(shown).not.toContain("a value of the host");
    }
  });
});

describe("whatever the grammar takes is shown without a raw control or direction character", () => {
  const RAW =
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}|\p{Co}/u;
  const documents = [
    ...ownDocuments().map((name) => [name, ownDocument(name)] as const),
    ...ownLaws().map((name) => [name, ownLaw(name)] as const),
    ...(corpusIsThere ? corpusDocuments().map((name) => [name, corpusDocument(name)] as const) : []),
  ];
  test.each(["generic-atx-1", "vn-law-1"])("by %s", (profile) => {
    const raw = documents.flatMap(([name, bytes]) => {
      const bundle = bundleOf(bytes, { profile });
      if (!bundle) return [];
      const found = RAW.exec(pageOf(bundle, "Linh"))?.[0].codePointAt(0)?.toString(16);
      return found === undefined ? [] : [`${name}: ${found}`];
    });
    expect(raw).toEqual([]);
  });
});
