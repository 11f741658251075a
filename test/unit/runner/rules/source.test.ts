// Which registered documents a host may cut at all; asked before a run exists and again by its first phase.
import { expect, test } from "vitest";
import type { Config } from "../../../../runner/model/config.ts";
import { judgeTarget, type RegistryRow } from "../../../../runner/rules/source.ts";

const CONFIG = { protected_prefixes: ["ICX-CONST", "DIEU*"] } as unknown as Config;
const ROW: RegistryRow = {
  source_document_id: "5b0e0d0a-6c1f-4b57-9f0e-2d1c66a3e101",
  source_document_ref: "law-1",
  authority_class: "non_authoritative",
  status: "active",
  source_version_id: "law-1-a",
  version_label: null,
  content_checksum: "a".repeat(64),
  captured_at: new Date("2026-11-20T08:00:00Z"),
};
const code = (document: string, ...rows: RegistryRow[]): string | undefined =>
  judgeTarget(rows, document, CONFIG).verdict?.code;

test("an active document that is not authoritative may be cut, in its newest version", () => {
  expect(judgeTarget([ROW], "LAW-1", CONFIG)).toEqual({
    verdict: undefined,
    source: expect.objectContaining({ source_version_id: "law-1-a", version_label: "" }),
  });
});

test.each(["ICX-CONST", "DIEU", "DIEU-28"])("the protected %s is refused before the registry is asked", (document) => {
  expect(code(document)).toBe("STOP_TARGET_POLICY");
  expect(code(document, ROW)).toBe("STOP_TARGET_POLICY");
});

test("a name that only begins like the Constitution's is a document like any other", () => {
  expect(code("ICX-CONST-2", ROW)).toBeUndefined();
});

test("what is not registered, has no captured version, is not active or is authoritative is refused, each by its stop", () => {
  expect(code("LAW-1")).toBe("STOP_DOCUMENT_UNKNOWN");
  for (const missing of ["source_version_id", "content_checksum", "captured_at"])
    expect([missing, code("LAW-1", { ...ROW, [missing]: null })]).toEqual([missing, "STOP_DOCUMENT_UNKNOWN"]);
  expect(code("LAW-1", { ...ROW, status: "retired" })).toBe("STOP_TARGET_POLICY");
  expect(code("LAW-1", { ...ROW, authority_class: "authoritative" })).toBe("STOP_TARGET_POLICY");
});
