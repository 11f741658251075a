import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../runner/model/canonical.ts";
import { RECORDED_BASELINE, countDifferences, writtenByRuns } from "../../../../scripts/readiness/counts.ts";
import { recordsOf } from "../../../../scripts/readiness/record-facts.ts";
import type { Records } from "../../../../scripts/readiness/record-facts.ts";
import {
  administratorPoint,
  backupPoint,
  countsPoint,
  discoveryPoint,
  foreignKeysPoint,
  grantPoint,
  hostIdsPoint,
  reexercisePoint,
  rulingPoint,
  targetPoint,
} from "../../../../scripts/readiness/record-points.ts";
import { declaredStack } from "../../../support/declared-stack.ts";

const config = declaredStack().orchestrator.content;
const RUN = "ictr-20261120T000000Z-00000001";
const FINGERPRINT = config.backup.recipient_fingerprint;
const present = { look: "present", missing: [] as string[] };
const run = {
  look: "run",
  run_id: RUN,
  document_id: "LAW-1",
  state: "awaiting_cut_authorization",
  open: true,
  units: 3,
  phases: [] as string[],
};
const admission = (gate: string, more: object = {}): object => ({
  look: "admission",
  gate,
  run_id: RUN,
  person: "an",
  expired: false,
  used: false,
  revoked: false,
  ...more,
});
const document = (id: string, registry: object = {}, units = 0): object => ({
  look: "document",
  document_id: id,
  units,
  registry: {
    source_document_id: "1",
    source_document_ref: "r",
    authority_class: "non_authoritative",
    status: "active",
    source_version_id: "v1",
    version_label: "1",
    content_checksum: "c",
    captured_at: "2026-11-20T00:00:00Z",
    ...registry,
  },
});
const matrix = {
  look: "grant_matrix",
  cutter_exec_execute_canonical_fns: true,
  cutter_verify_select_insert_verify_result: true,
  directus_select_review_decision: true,
  no_public_execute_leak: true,
};
const records = (...rows: object[]): Records =>
  recordsOf({ out: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join("")) });
const counts = { look: "counts", ...RECORDED_BASELINE };

describe("counts against the pinned baseline", () => {
  const answer = (...rows: object[]): string => {
    const point = countsPoint(records(...rows), RECORDED_BASELINE, "vi");
    return `${point.state}: ${point.saw}`;
  };

  test("the recorded numbers are found", () =>
    expect(answer(present, counts)).toBe(
      "found: 158 units, 165 versions, 60 log rows, 60 enacted; 2/3/2 change sets, decisions, verdicts",
    ));
  test("one row more or less is named by its table", () =>
    expect(answer(present, { ...counts, unit_version: 166, verify_result: 1 })).toBe(
      "missing: unit_version 166, expected 165; verify_result 1, expected 2",
    ));
  test("what an enacted run wrote is expected, and what it did not write is not", () => {
    const enacted = { ...run, open: false, phases: ["cut_leg_a", "leg_b_record", "write_verify", "lifecycle_enact"] };
    expect(
      answer(present, enacted, {
        ...counts,
        information_unit: 161,
        unit_version: 168,
        iu_lifecycle_log: 63,
        enacted: 63,
        cut_change_set: 3,
        review_decision: 5,
        verify_result: 3,
      }),
    ).toMatch(/^found/);
    expect(answer(present, enacted, counts)).toContain("information_unit 158, expected 161 (158 and 3 of own runs)");
  });
  test("a reverted run leaves its rows, its log and one more decision", () => {
    expect(writtenByRuns([{ units: 3, phases: ["cut_leg_a", "leg_b_record", "revert"] }])).toEqual({
      information_unit: 3,
      unit_version: 3,
      iu_lifecycle_log: 3,
      enacted: 0,
      cut_change_set: 1,
      review_decision: 2,
      verify_result: 0,
    });
    expect(writtenByRuns([{ units: 3, phases: ["cut_leg_a", "revert"] }])).toMatchObject({
      iu_lifecycle_log: 3,
      review_decision: 0,
    });
    expect(
      countDifferences(RECORDED_BASELINE, RECORDED_BASELINE, writtenByRuns([{ units: 3, phases: ["source_pin"] }])),
    ).toEqual([]);
  });
  test("runs that could not be read leave the counts unjudged, and a database without them has none", () => {
    expect(answer(present, counts, { look: "fault", of: "runs", said: "timeout" })).toBe("could not look: timeout");
    expect(answer({ look: "present", missing: ["cutter_runtime.run"] }, counts)).toMatch(/^found/);
    expect(answer({ look: "present", missing: ["public.unit_version"] })).toBe("missing: no table public.unit_version");
  });
});

test("the grant matrix is found by its digest, and what is not granted is said in words", () => {
  const point = (row: object) =>
    grantPoint(records(present, row).grantMatrix, config.orchestrator.expected_grant_matrix_sha);
  expect(point(matrix)).toMatchObject({ state: "found", saw: config.orchestrator.expected_grant_matrix_sha });
  expect(point({ ...matrix, no_public_execute_leak: false })).toMatchObject({
    state: "missing",
    saw: "not true that PUBLIC may execute no function of cutter_governance",
  });
});

test("a backup counts when its proof is whole, unaltered and sealed to the declared recipient", () => {
  const sha = "c".repeat(64);
  const proof = {
    adapter: "initdb",
    server_version: "15",
    source_version: "15",
    restored_at: "2026-11-20T00:00:00Z",
    file_sha: sha,
    encryption_subkey: FINGERPRINT,
    rights_sha: sha,
    tables: { "public.information_unit": { rows: 1, sha } },
  };
  const receipt = {
    look: "receipt",
    run_id: RUN,
    attempt: 1,
    recipient: FINGERPRINT,
    file_sha: sha,
    proof,
    proof_sha: digestOf(proof),
    minutes: 5,
  };
  const answer = (...rows: object[]): string => backupPoint(records(present, ...rows).receipts, FINGERPRINT).state;
  expect(answer({ ...receipt, proof: {} }, receipt)).toBe("found");
  for (const bad of [{ proof: {} }, { proof_sha: sha }, { recipient: "F".repeat(40) }, { file_sha: "d".repeat(64) }])
    expect(answer({ ...receipt, ...bad })).toBe("missing");
  expect(answer()).toBe("missing");
});

describe("GAP-7 and GAP-8", () => {
  const ruling = (...rows: object[]) => rulingPoint(records(present, ...rows), config);

  test("a ruling is found while both approvals of one open run could carry its cut", () => {
    expect(ruling(run, admission("SG_1_cut_authz"), admission("EXECUTION"))).toMatchObject({
      state: "found",
      saw: `SG_1_cut_authz and EXECUTION for ${RUN}`,
    });
  });
  test.each([
    ["expired", { expired: true }],
    ["used", { used: true }],
    ["revoked", { revoked: true }],
  ])("an approval that is %s is none", (word, more) => {
    expect(ruling(run, admission("SG_1_cut_authz"), admission("EXECUTION", more))).toMatchObject({
      state: "missing",
      saw: expect.stringContaining(`EXECUTION of ${RUN} ${word}`) as string,
      next: `npm run fetch -- ${RUN}`,
    });
  });
  test("two approvals of two runs are no ruling", () => {
    const other = { ...run, run_id: RUN.replace(/1$/, "2"), document_id: "LAW-2" };
    expect(
      ruling(run, other, admission("SG_1_cut_authz"), admission("EXECUTION", { run_id: other.run_id })).state,
    ).toBe("missing");
  });
  test("the next step towards a ruling is a run, and before that a document", () => {
    expect(ruling()).toMatchObject({ state: "missing", next: "npm run intake -- <file> <document-id>" });
    expect(ruling(document("LAW-1"))).toMatchObject({ state: "missing", next: "npm run cut -- LAW-1" });
  });
  test("a target is a registered document that the runner's own rule would take and nobody has cut", () => {
    const target = (...rows: object[]) => targetPoint(records(present, ...rows).documents, config);
    expect(target(document("LAW-1"))).toMatchObject({
      state: "found",
      saw: expect.stringMatching(/^LAW-1: /) as string,
    });
    expect(target()).toMatchObject({ state: "missing", saw: "no registered document" });
    for (const row of [
      document("ICX-CONST"),
      document("LAW-1", { authority_class: "authoritative" }),
      document("LAW-1", { source_version_id: null }),
      document("LAW-1", { status: "retired" }),
      document("LAW-1", {}, 3),
    ])
      expect(target(row).state).toBe("missing");
  });
});

test("a foreign key from information_unit to the application's users, which stopped every backup, is named before with the way out", () => {
  const key = "public.information_unit information_unit_user_created_foreign";
  const row = { look: "foreign_key", key, leads_to: "public.directus_users" };
  const point = (left_out_keys: string[] | undefined, ...rows: object[]) =>
    foreignKeysPoint(
      records(present, ...rows).foreignKeys,
      { backup: { ...config.backup, ...(left_out_keys === undefined ? {} : { left_out_keys }) } },
      "vi",
    );
  expect(point(undefined)).toMatchObject({ state: "found", saw: "none" });
  expect(point(undefined, row)).toMatchObject({
    state: "missing",
    next: "vi",
    saw: `${key} leads to public.directus_users, which no backup carries; approvers can sign that neither proof nor rehearsal holds them: backup.left_out_keys: ["${key}"]`,
  });
  expect(point([key], row)).toMatchObject({ state: "found", saw: `${key} is left out` });
  expect(point([key])).toMatchObject({
    state: "missing",
    saw: `backup.left_out_keys names ${key}, and there is no such key`,
  });
});

test("a recorded run's id in a tracked file is named by the file, and one that no run has is an example", () => {
  const point = (...rows: object[]) =>
    hostIdsPoint(records(present, ...rows).runs, { value: new Map([[RUN, "notes.md"]]) });
  expect(point(run)).toMatchObject({ state: "missing", saw: "in notes.md" });
  expect(point({ ...run, run_id: RUN.replace(/1$/, "2") }).state).toBe("found");
});

test("without psql, with a failed login or with an answer cut off, no record is taken for absent", () => {
  for (const look of [
    { out: Buffer.from("no psql") },
    { fault: "password authentication failed" },
    { out: Buffer.from('{"look":"counts"') },
    { out: Buffer.alloc(0) },
  ]) {
    expect(Object.values(recordsOf(look)).map((told) => ("state" in told ? told.state : "value"))).toEqual(
      Array.from({ length: 10 }, () => "could not look"),
    );
  }
});

describe("who looks and who acts", () => {
  const acting = { look: "acting", login: "chief", superuser: false, options: true, barred: [] as string[] };
  const discovery = {
    look: "discovery",
    role: "context_pack_readonly",
    units: 158,
    versions: 165,
    enacted: 60,
    writes: false,
    ledger: false,
  };
  const administrator = (change: object) => administratorPoint(records({ ...acting, ...change }).acting, "vi");
  const discovered = (change: object, login = "chief") => discoveryPoint(records({ ...discovery, ...change }), login);

  test("an administrator whose memberships say SET FALSE is told the GRANT that lets him become each role, in the words of his server's version", () => {
    expect(administrator({ superuser: true })).toMatchObject({ state: "found", saw: "chief is superuser" });
    const barred = administrator({ barred: ["cutter_owner", "directus"] });
    expect(barred.state).toBe("missing");
    expect(barred.saw).toContain("chief is no superuser");
    expect(barred.saw).toContain("it may not become cutter_owner, directus");
    expect(barred.saw).toContain("GRANT directus TO chief WITH SET TRUE");
    expect(administrator({ barred: ["directus"], options: false }).saw).toMatch(/GRANT directus TO chief$/);
  });
  test("discovery by context_pack_readonly sees every unit and writes none; whoever could not become it says the GRANT", () => {
    expect(discovered({})).toMatchObject({
      title: "discovery by context_pack_readonly",
      state: "found",
      saw: "158 units, 165 versions, 60 enacted; writes nothing, sees no ledger",
    });
    expect(discovered({ role: "chief" }).saw).toContain("GRANT context_pack_readonly TO chief WITH SET TRUE");
    expect(discovered({ writes: true })).toMatchObject({
      state: "missing",
      saw: "context_pack_readonly may write units",
    });
  });
  test("P-B, a re-exercise of a constitution-shaped document, is refused on a host with protected prefixes, and says by which", () => {
    expect(reexercisePoint({ protected_prefixes: ["ICX-CONST", "DIEU*"] }, "vi")).toMatchObject({
      state: "found",
      saw: "refused: ICX-CONST, DIEU* are protected",
    });
    expect(reexercisePoint({ protected_prefixes: [] }, "vi").state).toBe("missing");
  });
});
