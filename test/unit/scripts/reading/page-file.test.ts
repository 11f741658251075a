import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../../../../runner/model/canonical.ts";
import type { DrillPackage, DrillRecord } from "../../../../runner/model/drill.ts";
import { htmlOf } from "../../../../runner/reports/html.ts";
import { drillReport } from "../../../../scripts/operator/drill-report.ts";
import { wishedPage } from "../../../../scripts/reading/page-file.ts";
import { driftReport } from "../../../../scripts/stack/drift-report.ts";

const at = new Date("2026-11-29T12:00:00Z");
const line = { component: "runtime", path: "/etc/<b>x", want: "0600", have: "0644 \u202e", up: "sets it" };
const report = driftReport({ stack: "contabo", lines: [line], fresh: true, at });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "page-file-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a page that nobody asked for is not written", async () => {
  for (const wish of [undefined, false])
    expect(await wishedPage(wish, report, { kind: "drift", of: "contabo", at }, folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test("without a file the page gets a name of its own, for its owner's eyes only, and nothing half written beside it", async () => {
  const page = await wishedPage(true, report, { kind: "drift", of: "../stacks/Pulumi.x.yaml", at }, folder);
  expect(page).toBe(join(folder, "pages", "drift--stacks-Pulumi-x-yaml-20261129T120000.html"));
  expect(statSync(page ?? "").mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "pages"))).toHaveLength(1);
});

test("with a file the page lies there, again and again", async () => {
  for (const wish of ["look.html", "look.html"])
    expect(await wishedPage(wish, report, { kind: "drift", of: "contabo", at }, folder)).toBe(
      join(folder, "look.html"),
    );
  expect(readFileSync(join(folder, "look.html"), "utf8")).toMatch(/^<!doctype html>/);
});

test("the page of drift tells each difference with what up does, and what a host says acts on nothing", () => {
  const html = htmlOf(report);
  expect(html).toContain("1 difference between the host and its declaration.");
  expect(html).toContain("/etc/&lt;b&gt;x");
  expect(html).toContain('0644 <span class="hidden">\\u{202E}</span>');
  expect(html).toContain("npm run up -- --stack contabo");
  expect(htmlOf(driftReport({ stack: "contabo", lines: [], fresh: false, at }))).toContain(
    "The host is as it is declared.",
  );
});

test("the page of a drill names whose backup it was and every table that came back", () => {
  const record: DrillRecord = {
    schema_version: "1",
    run_id: "ictr-20261120T000000Z-00000000",
    kind: "whole",
    at: at.toISOString(),
    file_sha: sha256("file"),
    recipient: "A".repeat(40),
    tables: 2,
    rows: 7,
    actor: "linh",
    machine: "laptop",
  };
  const known = {
    run_id: record.run_id,
    attempt: 1,
    file_sha: record.file_sha,
    size_bytes: 9,
    recipient: record.recipient,
    content_digests: { "public.b": { rows: 3, sha: sha256("b") }, "public.a": { rows: 4, sha: sha256("a") } },
    source_version: "17.5",
  } as unknown as DrillPackage;
  const html = htmlOf(drillReport(record, known));
  expect(html).toContain("7 rows of 2 tables were restored on this machine");
  expect(html.indexOf("public.a")).toBeLessThan(html.indexOf("public.b"));
  expect(html).toContain(sha256("a"));
  expect(htmlOf(drillReport({ ...record, kind: "head" }, known))).toContain("Nothing was restored");
});
