// The pages of reports in a real browser: each loads nothing, says nothing wrong, is used with the keyboard alone, can be read by everybody
// by day and by night and in a narrow window, and no name in it acts.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DrillPackage, DrillRecord } from "../../runner/model/drill.ts";
import { sha256 } from "../../runner/model/canonical.ts";
import { rehearsalSchema } from "../../runner/model/rehearsal.ts";
import type { Document } from "../../runner/reports/blocks.ts";
import { finalReport } from "../../runner/reports/final-report.ts";
import { htmlOf } from "../../runner/reports/html.ts";
import { rehearsalReport } from "../../runner/reports/rehearsal-report.ts";
import { drillReport } from "../../scripts/operator/drill-report.ts";
import { readinessReport } from "../../scripts/readiness/readiness-document.ts";
import { driftReport } from "../../scripts/stack/drift-report.ts";
import { accessFaults, openBrowser, openFile } from "../support/browser.ts";
import { finalFactsOf, RUN_ID } from "../support/recorded-run.ts";

const at = new Date("2026-11-29T12:00:00Z");
const HOSTILE = `</code></td><script>alert(1)</script>"><img src=x onerror=alert(1)> abc \u202egnp.exe ${"Đ".repeat(10_000)}`;

const drill: DrillRecord = {
  schema_version: "1",
  run_id: RUN_ID,
  kind: "whole",
  at: at.toISOString(),
  file_sha: sha256("file"),
  recipient: "A".repeat(40),
  tables: 1,
  rows: 3,
  actor: HOSTILE,
  machine: "laptop",
};
const drilled = {
  run_id: RUN_ID,
  attempt: 1,
  file_sha: drill.file_sha,
  size_bytes: 9,
  recipient: drill.recipient,
  content_digests: { "public.a": { rows: 3, sha: sha256("a") } },
  source_version: "17.5",
} as unknown as DrillPackage;
const rehearsal = rehearsalSchema.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "../golden/generic/rehearsal.json"), "utf8")),
);

const REPORTS: readonly (readonly [name: string, report: Document])[] = [
  ["a run that was closed out", finalReport(finalFactsOf()).document],
  ["a rehearsal", rehearsalReport(rehearsal, sha256("rehearsal"))],
  [
    "a look at drift",
    driftReport({
      stack: "contabo",
      lines: [{ component: "runtime", path: HOSTILE, want: "0600", have: HOSTILE, up: "sets it" }],
      fresh: true,
      at,
    }),
  ],
  [
    "readiness",
    readinessReport({
      host: HOSTILE,
      documentId: "LAW-1",
      at,
      points: [{ part: "the host", title: "programs", state: "missing", saw: HOSTILE }],
      evidence: [{ what: "service, cron, docker", saw: "none installed, none started", holds: true }],
      next: "npm run up",
    }),
  ],
  ["a restore drill", drillReport(drill, drilled)],
];

const folder = mkdtempSync(join(tmpdir(), "report-pages-"));
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(REPORTS)("the page of %s acts on nothing, and everybody can read it", async (name, report) => {
  const file = join(folder, `${name.replaceAll(" ", "-")}.html`);
  writeFileSync(file, htmlOf(report));
  for (const window of [{}, { dark: true }, { width: 420 }]) {
    const { page, wrong } = await openFile(browser, file, window);
    expect(await accessFaults(page)).toEqual([]);
    expect(await page.locator("h1").count()).toBe(1);
    expect(await page.locator("img, script").count()).toBe(0);
    const wide = await page.evaluate(() => {
      const { document: all } = globalThis as unknown as {
        document: { documentElement: { scrollWidth: number; clientWidth: number } };
      };
      return all.documentElement.scrollWidth - all.documentElement.clientWidth;
    });
    expect([window, wide]).toEqual([window, 0]);
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("To the report");
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).not.toBe("");
    expect(wrong).toEqual([]);
    await page.close();
  }
});

test("the page of a run shows its phases as bars beside their times, who signed what, and every row before and after", async () => {
  const file = join(folder, "run.html");
  writeFileSync(file, htmlOf(finalReport(finalFactsOf()).document));
  const { page, wrong } = await openFile(browser, file);
  const bars = await page
    .locator("svg rect")
    .evaluateAll((all) =>
      all.map(
        (one) => (one as unknown as { getBoundingClientRect(): { width: number } }).getBoundingClientRect().width,
      ),
    );
  expect(bars.length).toBeGreaterThan(5);
  expect(Math.max(...bars)).toBeGreaterThan(20);
  const text = (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");
  for (const word of ["SG_1_cut_authz", "EXECUTION", "SG_2_lifecycle_authz", "public.information_unit", "cut_leg_a"])
    expect(text).toContain(word);
  const rows = page.locator("#part-2 tbody tr");
  expect((await rows.first().boundingBox())?.height ?? 999).toBeLessThan(100);
  await page.emulateMedia({ media: "print" });
  const digest = rows.first().locator("code.digest");
  const shown = await digest.evaluate((one) => {
    const { scrollWidth, clientWidth } = one as unknown as { scrollWidth: number; clientWidth: number };
    return scrollWidth - clientWidth;
  });
  expect([await digest.innerText(), shown]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), 0]);
  expect(wrong).toEqual([]);
  await page.close();
});
