import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../runner/model/canonical.ts";
import type { Gate } from "../../../../runner/model/run.ts";
import type { Statement } from "../../../../runner/model/statement.ts";
import { judgeStatement } from "../../../../runner/rules/approval.ts";
import type { Circumstances } from "../../../../runner/rules/approval.ts";
import {
  APPROVERS,
  MINH_KEY,
  OTHER_RUN,
  PAYLOAD_OF,
  requestFor,
  RUN,
  sha,
  SIGNED,
  statementFor,
} from "../../../support/statements.ts";

const at = (seconds: number): Date => new Date(SIGNED.getTime() + seconds * 1000);
const HOUR = 3600;

/** Everything fits, a minute after the signature; a test changes one thing. */
function judge(
  gate: Gate,
  change: Partial<Omit<Circumstances, "expected">> & {
    statement?: Partial<Statement>;
    expected?: Partial<Circumstances["expected"]>;
  } = {},
): string {
  const { statement, expected, ...rest } = change;
  const judged = { ...statementFor(gate).statement, ...statement } as Statement;
  const verdict = judgeStatement(judged, {
    now: at(60),
    approvers: APPROVERS,
    signatureTime: SIGNED,
    expected: { run_id: RUN, gate, payload_sha: digestOf(PAYLOAD_OF[gate]), ...expected },
    ...rest,
  });
  return verdict?.code ?? "counts";
}

describe("a statement that fits", () => {
  test.each(["SG_1_cut_authz", "EXECUTION", "UNHALT", "SG_3_failure_escalation", "REVOCATION"] as const)(
    "for %s counts now",
    (gate) => {
      expect(judge(gate)).toBe("counts");
    },
  );
  test("counts up to the second before its use_by, and not at it", () => {
    expect(judge("EXECUTION", { now: at(90 * 60 - 1) })).toBe("counts");
    expect(judge("EXECUTION", { now: at(90 * 60) })).toBe("STOP_APPROVAL_EXPIRED");
    expect(judge("SG_1_cut_authz", { now: at(24 * HOUR) })).toBe("STOP_APPROVAL_EXPIRED");
  });
  test("counts when the signer's clock is 120 s ahead, and not at 121", () => {
    expect(judge("SG_1_cut_authz", { now: at(-120) })).toBe("counts");
    expect(judge("SG_1_cut_authz", { now: at(-121) })).toBe("STOP_APPROVAL_INVALID");
  });
  test("counts when the signature is 120 s away from signed_utc, and not at 121", () => {
    expect(judge("SG_1_cut_authz", { signatureTime: at(120), now: at(200) })).toBe("counts");
    expect(judge("SG_1_cut_authz", { signatureTime: at(121), now: at(200) })).toBe("STOP_APPROVAL_INVALID");
    expect(judge("SG_1_cut_authz", { signatureTime: at(-121) })).toBe("STOP_APPROVAL_INVALID");
  });
});

describe("a statement for something else", () => {
  test("for another run, gate or payload does not count", () => {
    expect(judge("SG_1_cut_authz", { expected: { run_id: OTHER_RUN } })).toBe("STOP_APPROVAL_INVALID");
    expect(judge("SG_1_cut_authz", { expected: { gate: "SG_2_lifecycle_authz" } })).toBe("STOP_APPROVAL_INVALID");
    expect(judge("SG_1_cut_authz", { expected: { payload_sha: sha("9") } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("over another target database does not count, because the payload of now differs", () => {
    const here = PAYLOAD_OF.SG_1_cut_authz;
    const staging = { ...here, target: { ...here.target, system_identifier: "7309999999999999999" } };
    expect(judge("SG_1_cut_authz", { expected: { payload_sha: digestOf(staging) } })).toBe("STOP_APPROVAL_INVALID");
  });
});

describe("a statement by somebody else", () => {
  test("by a key that no approver holds does not count", () => {
    expect(judge("EXECUTION", { statement: { fingerprint: "D".repeat(40) } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("naming linh with minh's key does not count", () => {
    expect(judge("EXECUTION", { statement: { fingerprint: MINH_KEY } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("by a person who may not sign this gate does not count", () => {
    expect(judge("SG_2_lifecycle_authz")).toBe("STOP_APPROVAL_INVALID");
    expect(judge("SG_1_cut_authz", { statement: { person: "minh", fingerprint: MINH_KEY } })).toBe(
      "STOP_APPROVAL_INVALID",
    );
  });
  test("revokes, whoever of the approvers signs it", () => {
    expect(judge("REVOCATION", { statement: { person: "minh", fingerprint: MINH_KEY } })).toBe("counts");
  });
});

describe("an EXECUTION on a host that declares its time", () => {
  const hours = { use_by: "2026-05-20T19:00:00Z" };
  test("lasts as long as the host says, and no longer", () => {
    expect(judge("EXECUTION", { statement: hours, expected: { term: 6 * 3600 } })).toBe("counts");
    expect(judge("EXECUTION", { statement: hours, expected: { term: 5400 } })).toBe("STOP_APPROVAL_INVALID");
    expect(judge("EXECUTION", { expected: { term: 6 * 3600 } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("is recognised later without the host's word, between the bounds alone", () => {
    expect(judge("EXECUTION", { statement: hours })).toBe("counts");
    expect(judge("EXECUTION", { statement: { use_by: "2026-05-21T13:00:01Z" } })).toBe("STOP_APPROVAL_INVALID");
    expect(judge("EXECUTION", { statement: { use_by: "2026-05-21T13:01:00Z" } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("gives no other gate a longer life", () => {
    expect(judge("SG_1_cut_authz", { statement: { use_by: "2026-05-21T13:01:00Z" } })).toBe("STOP_APPROVAL_INVALID");
  });
});

describe("a statement whose times do not fit each other", () => {
  test("with a longer life than its gate's term does not count", () => {
    expect(judge("EXECUTION", { statement: { use_by: "2026-05-20T14:30:01Z" } })).toBe("STOP_APPROVAL_INVALID");
    expect(judge("EXECUTION", { statement: { use_by: "2026-05-20T14:29:59Z" } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("signed after its request's time is expired", () => {
    expect(judge("EXECUTION", { statement: { approve_by: "2026-05-20T12:59:59Z" } })).toBe("STOP_APPROVAL_EXPIRED");
  });
  test("with an approve_by that no earlier request can have does not count", () => {
    expect(judge("EXECUTION", { statement: { approve_by: "2026-05-20T14:33:00Z" } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("with another approve_by than the request at hand does not count", () => {
    const { approve_by } = requestFor("EXECUTION");
    expect(judge("EXECUTION", { expected: { approve_by } })).toBe("counts");
    expect(judge("EXECUTION", { expected: { approve_by: "2026-05-20T13:31:00Z" } })).toBe("STOP_APPROVAL_INVALID");
  });
  test("back-dated in its words but not in its signature does not count", () => {
    expect(judge("SG_1_cut_authz", { signatureTime: at(5 * HOUR), now: at(5 * HOUR) })).toBe("STOP_APPROVAL_INVALID");
  });
});
