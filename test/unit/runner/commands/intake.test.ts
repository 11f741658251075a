import { describe, expect, test } from "vitest";
import { intake, INTAKE_CAPS, intakeJson, intakeText, takeIn } from "../../../../runner/commands/intake.ts";
import { sha256 } from "../../../../runner/model/canonical.ts";
import { isSourceVersionId, UUID } from "../../../../runner/model/ids.ts";
import { planRows, PLAN_DEFAULTS, writerDigest } from "../../../../runner/rules/plan-rows.ts";
import { registrationPackage } from "../../../../runner/rules/registration.ts";
import { ownDocument } from "../../../support/documents.ts";

const options = { empty_body: "refuse", caps: INTAKE_CAPS } as const;
const bytes = ownDocument("house-rules.md");

describe("the object intake prints", () => {
  test("has exactly the agreed members, and texts that stand at their offsets", () => {
    const printed = intake(bytes, "HOUSE", options);
    if ("stop" in printed) throw new Error(printed.stop.reason);
    expect(Object.keys(printed)).toEqual([
      "region",
      "units",
      "separators",
      "manifest_digest",
      "writer_digest",
      "findings",
    ]);
    expect(Object.keys(printed.units[0] ?? {})).toEqual([
      "address",
      "title",
      "title_start",
      "title_end",
      "body",
      "body_start",
      "body_end",
      "byte_start",
      "byte_end",
      "section_type",
      "parent",
      "content_hash",
    ]);
    for (const unit of printed.units) {
      expect(bytes.subarray(unit.title_start, unit.title_end).toString()).toBe(unit.title);
      expect(bytes.subarray(unit.body_start, unit.body_end).toString()).toBe(unit.body);
      expect(unit.content_hash).toBe(sha256(unit.body));
    }
    expect(JSON.parse(JSON.stringify(printed))).toEqual(printed);
  });
  test("a refusal is a stop with code, line and reason and nothing else", () => {
    expect(intake(ownDocument("empty-headings.md"), "HOUSE", options)).toEqual({
      stop: { code: "STOP_REFUSED_INPUT", line: 5, reason: expect.any(String) },
    });
    expect(intake(bytes, "house", options)).toMatchObject({ stop: { line: 0 } });
  });
  test("the writer digest is the one a run computes", () => {
    const taken = takeIn(bytes, "HOUSE", options);
    if (taken.refusal) throw new Error(taken.refusal.reason);
    const ofRun = planRows(taken.manifest, {
      run_id: "ictr-20261120T101010Z-0a1b2c3d",
      unit_kind: PLAN_DEFAULTS.unit_kind,
      owner_ref: PLAN_DEFAULTS.owner_ref,
      publication_type: PLAN_DEFAULTS.publication_type,
    });
    expect(taken.writer_digest).toBe(writerDigest(ofRun));
    expect(intakeJson(taken)).toMatchObject({
      writer_digest: writerDigest(ofRun),
      manifest_digest: taken.manifest.manifest_digest,
    });
  });
  test("another host's words give another writer digest and the same manifest digest", () => {
    const one = takeIn(bytes, "HOUSE", options);
    const other = takeIn(bytes, "HOUSE", { ...options, words: { ...PLAN_DEFAULTS, owner_ref: "someone-else" } });
    expect(other.writer_digest).not.toBe(one.writer_digest);
    expect(other.manifest?.manifest_digest).toBe(one.manifest?.manifest_digest);
  });
  test("the caller's bytes are left as they were", () => {
    const copy = Buffer.from(ownDocument("club-charter.bom.crlf.md"));
    intake(copy, "CLUB", options);
    expect(copy.equals(ownDocument("club-charter.bom.crlf.md"))).toBe(true);
  });
});

describe("what a person reads", () => {
  test("the tree, the counts, the proof and the digests", () => {
    const taken = takeIn(bytes, "HOUSE", options);
    const text = intakeText(taken, "HOUSE");
    expect(text).toContain("    HOUSE/S-1/A-1  Opening hours  (line 5, ");
    expect(text).toContain("7 (2 section, 2 article, 3 principle)");
    expect(text).toContain(`lossless         ${bytes.length} bytes in 7 units`);
    expect(text).toContain(taken.writer_digest);
    expect(text).toContain("findings         none");
  });
  test("findings are listed with their lines, and nothing in the text can steer a terminal", () => {
    const text = intakeText(
      takeIn(Buffer.from("lost\n\n# a\u00a0b\n\nx\u202e\u001b[31m\n"), "HOUSE", options),
      "HOUSE",
    );
    expect(text).toContain("a\\u{A0}b");
    expect(text).toContain("line 3  hidden_in_body: HOUSE/S-1: 2 ");
    expect(text).toContain("line 1  preamble: 6 bytes");
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
  });
  test("a refusal names code, line and reason", () => {
    expect(intakeText(takeIn(ownDocument("not-utf8.latin1.txt"), "HOUSE", options), "HOUSE")).toContain(
      "STOP_REFUSED_INPUT\n  saw     line 1: the line is not UTF-8",
    );
  });
});

describe("the registration", () => {
  const facts = {
    document_id: "HOUSE-1",
    region_sha: sha256("region"),
    document_ref: "house'; DROP TABLE x; --",
    version_label: "v1",
    authority_class: "non_authoritative",
  };
  test("names both rows by what they are made of: again the same, another document or text another", () => {
    const made = registrationPackage(facts);
    expect(made.source_document_id).toMatch(UUID);
    expect(made.source_version_id).toBe(`house-1-${sha256("region").slice(0, 32)}`);
    expect(isSourceVersionId(made.source_version_id)).toBe(true);
    expect(registrationPackage(facts)).toEqual(made);
    expect(registrationPackage({ ...facts, document_id: "HOUSE-2" }).source_document_id).not.toBe(
      made.source_document_id,
    );
    expect(registrationPackage({ ...facts, region_sha: sha256("other") }).source_version_id).not.toBe(
      made.source_version_id,
    );
  });
  test("binds every value: no statement holds one, and every parameter is used", () => {
    const made = registrationPackage(facts);
    for (const step of [...made.apply, ...made.check, ...made.undo]) {
      expect(step.statement).not.toMatch(/HOUSE|DROP|;/);
      step.params.forEach((_param, index) => expect(step.statement).toContain(`$${index + 1}`));
      expect(step.statement).not.toContain(`$${step.params.length + 1}`);
    }
  });
});
