// The reading page in a real browser: it loads nothing, says nothing wrong, is used with the keyboard alone, can be read by everybody, and
// no title of a document acts.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readingPage } from "../../scripts/reading/page.ts";
import { languageFor } from "../../scripts/reading/languages.ts";
import { readingOf, type OtherText } from "../../scripts/reading/reading.ts";
import { pageCode } from "../../scripts/reading/write-page.ts";
import { readBundle, type Bundle } from "../../scripts/signing/bundle.ts";
import { accessFaults, openBrowser, openFile } from "../support/browser.ts";
import { ARTICLES, longLaw } from "../support/long-law.ts";
import { bundleOf, type ReadBundleOptions } from "../support/read-bundle.ts";

const GOLDEN = join(import.meta.dirname, "../golden/vn-law-diem/requests");
const folder = mkdtempSync(join(tmpdir(), "reading-"));
let browser: Browser;
let pages = 0;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function fileOf(bundle: Bundle | undefined, other?: OtherText, language = languageFor("en")): Promise<string> {
  if (!bundle) throw new Error("the grammar refused it");
  const file = join(folder, `page ${(pages += 1)}.html`.replace(" ", "-"));
  writeFileSync(file, readingPage(readingOf(bundle, "Linh", other), language, await pageCode()));
  return file;
}
const generic = (text: string, options: ReadBundleOptions = {}): Bundle | undefined => bundleOf(text, options);
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { document: shown } = globalThis as unknown as {
      document: { activeElement: { id: string; outerHTML: string } };
    };
    return shown.activeElement.outerHTML.slice(0, 120);
  });
describe("real requests", () => {
  test.each([
    ["SG_1_cut_authz", false],
    ["EXECUTION", true],
    ["SG_2_lifecycle_authz", false],
    ["SG_2_lifecycle_authz", true],
  ])("the page of %s (dark: %s) acts on nothing, and everybody can read it", async (gate, dark) => {
    const bundle = await readBundle(join(GOLDEN, `${gate}-1`));
    const before = {
      kind: "before",
      name: "v0",
      bytes: Buffer.from(bundle.snapshot.toString("utf8").replace("sách", "giấy")),
    } as const;
    const { page, wrong } = await openFile(browser, await fileOf(bundle, before), { dark });
    await page.evaluate(() => {
      const { document: shown } = globalThis as unknown as {
        document: { querySelector(q: string): { open: boolean } };
      };
      shown.querySelector("#digests").open = true;
    });
    expect(await accessFaults(page)).toEqual([]);
    expect(await page.title()).toBe(`${gate} of GOLDEN-2`);
    expect(await page.locator("ins, del").count()).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
    await page.close();
  });
});

test("a Vietnamese approver reads, searches and marks in Vietnamese, and everybody can read the page", async () => {
  const bundle = await readBundle(join(GOLDEN, "SG_2_lifecycle_authz-1"));
  const { page, wrong } = await openFile(browser, await fileOf(bundle, undefined, languageFor("vi")));
  expect(await page.getAttribute("html", "lang")).toBe("vi");
  expect(await page.title()).toBe("SG_2_lifecycle_authz của GOLDEN-2");
  expect(await page.locator("h1").textContent()).toMatch(
    /^Ông\/bà làm cho \d+ đơn vị của văn bản GOLDEN-2 có hiệu lực ràng buộc[.]$/,
  );
  expect(await page.locator(".then").textContent()).toContain("không thể hoàn tác");
  expect(await page.locator("#progress").textContent()).toMatch(/^đã đọc 0 trên \d+$/);
  await page.keyboard.press("/");
  await page.keyboard.type("khong co chuoi nay");
  await page.keyboard.press("Enter");
  expect(await page.locator("#found").textContent()).toBe("Không có chỗ nào");
  for (const label of ["h2", "label", "summary", "th[scope=col]", "dt", ".weight"])
    for (const text of await page.locator(label).allTextContents())
      expect([label, text, /\b(?:the|law|line|read|units?|search|findings?|what|field|look at)\b/i.test(text)]).toEqual(
        [label, text, false],
      );
  expect(await accessFaults(page)).toEqual([]);
  expect(wrong).toEqual([]);
  await page.close();
});

test("a code of 689 articles scrolls, is searched without accents, and is read with the keyboard alone", async () => {
  const text = longLaw();
  const file = await fileOf(bundleOf(text, { profile: "vn-law-1", depth: "dieu" }));
  expect(Buffer.byteLength(text)).toBeGreaterThan(900_000);
  expect(statSync(file).size).toBeLessThan(20_000_000);
  const { page, wrong } = await openFile(browser, file);
  expect(await page.locator("#tree a").count()).toBe(ARTICLES + 27);
  expect(await page.locator("#progress").textContent()).toBe(`0 of ${ARTICLES + 27} read`);

  await page.keyboard.press("Tab");
  expect(await focused(page)).toContain('class="skip"');
  await page.keyboard.press("/");
  expect(await focused(page)).toContain('id="search"');
  await page.keyboard.type("quyen thu 600 cua");
  await page.keyboard.press("Enter");
  expect(await page.locator("#found").textContent()).toBe("1 place");
  const [unit] = [page.locator("section.unit:target")];
  expect(await unit.locator("h3").textContent()).toContain("Điều 600. Quyền thứ 600");
  expect(await unit.isVisible()).toBe(true);
  expect((await unit.boundingBox())?.y ?? -1).toBeLessThan(860);

  await unit.locator(".read input").focus();
  await page.keyboard.press("Space");
  expect(await page.locator("#progress").textContent()).toBe(`1 of ${ARTICLES + 27} read`);
  await page.reload();
  expect(await page.locator("#progress").textContent()).toBe(`1 of ${ARTICLES + 27} read`);
  expect(await page.locator("#tree li.done").count()).toBe(1);

  await page.keyboard.press("End");
  await page.waitForFunction(() => (globalThis as unknown as { scrollY: number }).scrollY > 10_000);
  expect(wrong).toEqual([]);
  await page.close();
});

test("titles that are markup, turn the text or never end stay text and break no line of the page", async () => {
  const long = "Đ".repeat(10_000);
  const titles = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></script><svg onload=alert(1)>",
    "مرحبا بالعالم 123",
    "javascript:alert(1)",
    long,
  ];
  // The grammar refuses such marks in titles; a text may hold them.
  const turned = "abc \u202egnp.exe \u2066\u2067mixed\u2069";
  const law = titles.map((title) => `# ${title}\n\n${title} ${turned} ${"e\u0301\u0302".repeat(300)}\n\n`).join("");
  const { page, wrong } = await openFile(browser, await fileOf(generic(law)), { width: 900 });
  const shown = (await page.locator("section.unit h3").allTextContents()).map((text) => text.replace(/^#\s*/, ""));
  expect(shown[0]).toBe("<script>alert(1)</script>");
  expect(await page.locator("section.unit .body").first().textContent()).toContain("abc \\u{202E}gnp.exe");
  expect(shown.at(-1)).toBe(long);
  expect(await page.locator("img, svg, script:not(:last-of-type)").count()).toBe(0);
  const wide = await page.evaluate(() => {
    const { document: all } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    return all.documentElement.scrollWidth - all.documentElement.clientWidth;
  });
  expect(wide).toBeLessThanOrEqual(0);
  expect(wrong).toEqual([]);
  await page.close();
});

test("on paper the law stands alone, with the digests unfolded", async () => {
  const { page, wrong } = await openFile(browser, await fileOf(generic("# One\n\ntext\n\n## Two\n\nmore\n")));
  const paper = await page.pdf({ format: "A4" });
  expect(paper.length).toBeGreaterThan(5_000);
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("nav").isVisible()).toBe(false);
  expect(await page.locator("#digests code").first().isVisible()).toBe(true);
  expect(wrong).toEqual([]);
  await page.close();
});
