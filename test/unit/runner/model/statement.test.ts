import { describe, expect, test } from "vitest";
import { canonicalBytes, digestOf } from "../../../../runner/model/canonical.ts";
import type { Json } from "../../../../runner/model/canonical.ts";
import { PAYLOADS } from "../../../../runner/model/payload.ts";
import type { Payload } from "../../../../runner/model/payload.ts";
import { GATES } from "../../../../runner/model/run.ts";
import type { Gate } from "../../../../runner/model/run.ts";
import {
  buildRequest,
  buildStatement,
  parseRequest,
  parseStatement,
  statementFileNames,
  TERM_SECONDS,
} from "../../../../runner/model/statement.ts";
import { utcMillis } from "../../../../runner/model/utc.ts";
import {
  LINH_KEY,
  MINH_KEY,
  NONCE_1,
  OTHER_RUN,
  PAYLOAD_OF,
  REQUESTED,
  requestFor,
  RUN,
  sha,
  SIGNED,
  statementFor,
} from "../../../support/statements.ts";

const build = (gate: Gate, payload: object) => (): unknown =>
  buildRequest({ gate, payload: payload as Payload<Gate>, requested: REQUESTED });
const sg1 = PAYLOAD_OF.SG_1_cut_authz;
const read = (value: object) => (): unknown => parseStatement(canonicalBytes(value as unknown as Json));

describe("a request", () => {
  test.each(GATES)("for %s is read back exactly as it was built", (gate) => {
    const { request, bytes } = buildRequest({ gate, payload: PAYLOAD_OF[gate], requested: REQUESTED });
    expect(parseRequest(bytes)).toEqual(request);
    expect(utcMillis(request.approve_by) - REQUESTED.getTime()).toBe(TERM_SECONDS[gate] * 1000);
    expect(request.payload_sha).toBe(digestOf(request.payload));
  });
  test.each(["SG_1_cut_authz", "EXECUTION"] as const)("for %s whose approve_by was moved is refused", (gate) => {
    const moved = { ...requestFor(gate), approve_by: "2026-05-21T13:00:01Z" };
    expect(() => parseRequest(canonicalBytes(moved))).toThrow("STOP_APPROVAL_INVALID");
  });
  test("with a fact that is undefined is a bug, not a request", () => {
    expect(build("EXECUTION", { ...PAYLOAD_OF.EXECUTION, rehearsal_digest: undefined })).toThrow(TypeError);
    expect(build("SG_1_cut_authz", { ...sg1, target: { ...sg1.target, timeline: undefined } })).toThrow(TypeError);
  });
  test.each(GATES)("for %s with a field missing or extra is refused while building", (gate) => {
    const payload = { ...PAYLOAD_OF[gate] };
    expect(build(gate, { ...payload, note: "x" })).toThrow("STOP_REFUSED_INPUT");
    for (const key of Object.keys(payload)) {
      const rest = Object.fromEntries(Object.entries(payload).filter(([name]) => name !== key));
      expect(build(gate, rest), key).toThrow(/STOP_REFUSED_INPUT|TypeError|undefined/);
    }
  });
});

// Row 14 of the attack corpus: what people would read wrongly. \u escapes, so that this file shows what it holds.
const HOSTILE: readonly (readonly [string, string])[] = [
  ["decomposed letters (NFD)", "directus\u0065\u0301"],
  ["a Cyrillic twin", "direct\u0443s"],
  ["full-width letters", "\uff44irectus"],
  ["a right-to-left override", "dir\u202ectus"],
  ["a zero-width space", "dir\u200bectus"],
  ["an escape sequence", "dir\u001b[31mectus"],
  ["a tag character", "dir\u{e0041}ectus"],
  ["a line separator", "dir\u2028ectus"],
  ["a line end", "directus\n"],
  ["a soft hyphen", "dir\u00adectus"],
];

describe("text fields of a payload", () => {
  test.each(HOSTILE)("with %s are refused when building and when reading", (_name, text) => {
    for (const target of [
      { ...sg1.target, database: text },
      { ...sg1.target, host: text },
    ]) {
      const payload = { ...sg1, target };
      expect(build("SG_1_cut_authz", payload)).toThrow("STOP_REFUSED_INPUT");
      expect(read({ ...statementFor("SG_1_cut_authz").statement, payload, payload_sha: digestOf(payload) })).toThrow(
        "STOP_APPROVAL_INVALID",
      );
    }
    expect(() => statementFor("SG_1_cut_authz", { person: text })).toThrow("STOP_REFUSED_INPUT");
    expect(
      build("SG_1_cut_authz", { ...sg1, backup_policy: { ...sg1.backup_policy, tables: [`public.${text}`] } }),
    ).toThrow("STOP_REFUSED_INPUT");
  });
});

// One field changed to something that is no longer a fact.
const WRONG: { readonly [G in Gate]: readonly object[] } = {
  SG_1_cut_authz: [
    { run_id: "../../x" },
    { document_id: "../../etc/cron.d/x" },
    { source_version_id: "a..b" },
    { source_version_id: "a/b" },
    { region_sha: sha("A") },
    { candidate_count: "0" },
    { candidate_count: "060" },
    { candidate_count: "6e1" },
    { candidate_count: "-6" },
    { candidate_count: 60 },
    { journal_head: "" },
    { backup_policy: { ...sg1.backup_policy, tables: [] } },
    { backup_policy: { ...sg1.backup_policy, tables: ["public.a", "public.a"] } },
    { backup_policy: { ...sg1.backup_policy, recipient: "C".repeat(16) } },
    { target: { ...sg1.target, system_identifier: "1" } },
  ],
  EXECUTION: [
    { rehearsal_digest: "off" },
    { rehearsal_digest: "" },
    { backup: { ...PAYLOAD_OF.EXECUTION.backup, attempt: "0" } },
    { environment_hash: null },
  ],
  SG_2_lifecycle_authz: [
    { review_decision_id: "9b2f0f66-6a55-1c2e-8a3b-2a1a4b8c9d10" },
    { review_decision_id: "9B2F0F66-6A55-4C2E-8A3B-2A1A4B8C9D10" },
    { observed_digest: "off" },
  ],
  UNHALT: [
    { halt_ids: [] },
    { halt_ids: ["10", "9"] },
    { halt_ids: ["9", "9"] },
    { halt_ids: [9] },
    { halt_ids: "9" },
    { host: "Host" },
    { host: "" },
  ],
  SG_3_failure_escalation: [
    { decision: "retry" },
    { failed_phase: "x" },
    {
      committed: [
        { phase: "mark", output_sha: sha("1") },
        { phase: "mark", output_sha: sha("1") },
      ],
    },
    { run_id: "*" },
  ],
  REVOCATION: [
    { kind: "run", value: OTHER_RUN },
    { kind: "key", value: LINH_KEY },
    { value: "x" },
    { kind: "everything" },
    { run_id: "*" },
  ],
};

describe("a payload", () => {
  test.each(GATES)("of %s with a field out of form is refused", (gate) => {
    const accepted = WRONG[gate].filter(
      (change) => PAYLOADS[gate].safeParse({ ...PAYLOAD_OF[gate], ...change }).success,
    );
    expect(accepted).toEqual([]);
  });
  test("may name every run only where the thing named reaches every run", () => {
    expect(PAYLOADS.UNHALT.safeParse({ run_id: "*", host: "sandbox", halt_ids: ["1"] }).success).toBe(true);
    expect(PAYLOADS.REVOCATION.safeParse({ run_id: "*", kind: "key", value: LINH_KEY }).success).toBe(true);
    expect(PAYLOADS.REVOCATION.safeParse({ run_id: RUN, kind: "run", value: RUN }).success).toBe(true);
    expect(GATES.filter((gate) => PAYLOADS[gate].safeParse({ ...PAYLOAD_OF[gate], run_id: "*" }).success)).toEqual([
      "UNHALT",
    ]);
  });
});

describe("a statement", () => {
  test.each(GATES)("for %s is read back exactly, and lasts its gate's term", (gate) => {
    const { statement, bytes } = statementFor(gate);
    expect(parseStatement(bytes)).toEqual(statement);
    expect(utcMillis(statement.use_by) - SIGNED.getTime()).toBe(TERM_SECONDS[gate] * 1000);
    expect(statement.approve_by).toBe(requestFor(gate).approve_by);
  });
  test("of an EXECUTION with a term of the host's own lasts that term, read back exactly; other terms are refused", () => {
    const asked = (minutes: number) =>
      buildRequest({ gate: "EXECUTION", payload: PAYLOAD_OF.EXECUTION, requested: REQUESTED, term: minutes * 60 });
    const { request, bytes } = asked(360);
    expect(parseRequest(bytes)).toEqual(request);
    const { statement } = buildStatement({
      request,
      person: "minh",
      fingerprint: MINH_KEY,
      signed: SIGNED,
      nonce: "0".repeat(32),
    });
    expect(utcMillis(statement.use_by) - SIGNED.getTime()).toBe(360 * 60_000);
    for (const minutes of [14, 24 * 60 + 1, 90.5])
      expect(() => parseRequest(asked(minutes).bytes)).toThrow("STOP_APPROVAL_INVALID");
    const sg1 = buildRequest({
      gate: "SG_1_cut_authz",
      payload: PAYLOAD_OF.SG_1_cut_authz,
      requested: REQUESTED,
      term: 60,
    });
    expect(() => parseRequest(sg1.bytes)).toThrow("STOP_APPROVAL_INVALID");
  });
  test("has the terms that were agreed: 24 h, 90 minutes, 12 h", () => {
    expect(TERM_SECONDS).toEqual({
      SG_1_cut_authz: 86_400,
      EXECUTION: 5400,
      SG_2_lifecycle_authz: 43_200,
      UNHALT: 43_200,
      SG_3_failure_escalation: 43_200,
      REVOCATION: 43_200,
    });
  });
  test("renamed to another gate is refused, because its payload is another", () => {
    expect(read({ ...statementFor("SG_1_cut_authz").statement, gate: "SG_2_lifecycle_authz" })).toThrow(
      "STOP_APPROVAL_INVALID",
    );
  });
  test("whose run differs from its payload's is refused", () => {
    expect(read({ ...statementFor("SG_1_cut_authz").statement, run_id: OTHER_RUN })).toThrow("STOP_APPROVAL_INVALID");
  });
  test("whose payload was changed after hashing is refused", () => {
    expect(read({ ...statementFor("SG_1_cut_authz").statement, payload: { ...sg1, candidate_count: "61" } })).toThrow(
      "STOP_APPROVAL_INVALID",
    );
  });
  test.each([
    { allowance: "implicit" },
    { type: "cutter/request" },
    { version: "2" },
    { fingerprint: "a".repeat(40) },
    { fingerprint: "A".repeat(16) },
    { nonce: "0".repeat(31) },
    { signed_utc: "2026-02-30T00:00:00Z" },
    { signed_utc: "2026-05-20T13:00:00.5Z" },
    { use_by: "2026-05-20T13:00:00+00:00" },
    { person: "Linh" },
  ])("with %o is refused when it is read", (change) => {
    expect(read({ ...statementFor("EXECUTION").statement, ...change })).toThrow("STOP_APPROVAL_INVALID");
  });
  test("with a nonce or key out of form is refused while building", () => {
    const make = (change: object) => () =>
      buildStatement({
        request: requestFor("EXECUTION"),
        person: "linh",
        fingerprint: LINH_KEY,
        signed: SIGNED,
        nonce: NONCE_1,
        ...change,
      });
    expect(make({ nonce: "x" })).toThrow("STOP_REFUSED_INPUT");
    expect(make({ fingerprint: LINH_KEY.toLowerCase() })).toThrow("STOP_REFUSED_INPUT");
  });
  test("gets file names that say what it is and stay inside their folder", () => {
    expect(statementFileNames(statementFor("EXECUTION").statement)).toEqual({
      json: `EXECUTION-${RUN}-${NONCE_1}.json`,
      sig: `EXECUTION-${RUN}-${NONCE_1}.sig`,
    });
    const everyRun = statementFor("UNHALT", {
      request: requestFor("UNHALT", { run_id: "*", host: "sandbox", halt_ids: ["1"] }),
    }).statement;
    expect(statementFileNames(everyRun).json).toBe(`UNHALT-every-run-${NONCE_1}.json`);
  });
});
