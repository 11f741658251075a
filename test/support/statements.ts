// Valid payloads, requests and statements; a test changes one thing.
import type { ApproverSet } from "../../runner/model/approvers.ts";
import type { Payload } from "../../runner/model/payload.ts";
import type { Gate } from "../../runner/model/run.ts";
import { buildRequest, buildStatement } from "../../runner/model/statement.ts";
import type { Request, Statement } from "../../runner/model/statement.ts";

export const RUN = "ictr-20260520T100000Z-0123abcd";
export const OTHER_RUN = "ictr-20260520T100000Z-ffffffff";
export const NONCE_1 = "00112233445566778899aabbccddeeff";
export const REQUESTED = new Date("2026-05-20T12:00:00Z");
export const SIGNED = new Date("2026-05-20T13:00:00Z");
export const LINH_KEY = "A".repeat(40);
export const MINH_KEY = "B".repeat(40);
export const sha = (digit: string): string => digit.repeat(64);

/** A payload of every gate. */
export const PAYLOAD_OF: { readonly [G in Gate]: Payload<G> } = {
  SG_1_cut_authz: {
    run_id: RUN,
    document_id: "SAMPLE-1",
    source_version_id: "sample-1-0011",
    region_sha: sha("1"),
    manifest_digest: sha("2"),
    writer_digest: sha("3"),
    candidate_count: "60",
    target: { system_identifier: "7301234567890123456", timeline: "1", database: "directus", host: "vmi3080463" },
    backup_policy: {
      tables: ["public.information_unit"],
      context_tables: ["public.dot_config"],
      recipient: "C".repeat(40),
      max_age_minutes: "60",
      adapter: "initdb",
    },
    grant_matrix_sha: sha("4"),
    release_digest: sha("5"),
    approvers_sha: sha("6"),
    config_sha: sha("7"),
    journal_head: sha("8"),
    previous_closeout_sha: sha("0"),
  },
  EXECUTION: {
    run_id: RUN,
    sg1_payload_sha: sha("1"),
    backup: { attempt: "1", file_sha: sha("2"), content_digests_sha: sha("3"), proof_sha: sha("4") },
    rehearsal_digest: sha("6"),
    environment_hash: sha("5"),
  },
  SG_2_lifecycle_authz: {
    run_id: RUN,
    sg1_payload_sha: sha("1"),
    observed_digest: sha("2"),
    review_decision_id: "9b2f0f66-6a55-4c2e-8a3b-2a1a4b8c9d10",
    environment_hash: sha("3"),
  },
  UNHALT: { run_id: RUN, host: "sandbox", halt_ids: ["9", "10"] },
  SG_3_failure_escalation: {
    run_id: RUN,
    failed_phase: "leg_b_record",
    decision: "compensate",
    committed: [{ phase: "cut_leg_a", output_sha: sha("1") }],
  },
  REVOCATION: { run_id: RUN, kind: "nonce", value: NONCE_1 },
};

export const requestFor = <G extends Gate>(
  gate: G,
  payload: Payload<G> = PAYLOAD_OF[gate],
  requested = REQUESTED,
): Request => buildRequest({ gate, payload, requested }).request;

/** A statement of linh over the gate's payload, signed an hour after the request. */
export const statementFor = (
  gate: Gate,
  change: Partial<{ request: Request; person: string; fingerprint: string; signed: Date; nonce: string }> = {},
): { statement: Statement; bytes: Buffer } =>
  buildStatement({
    request: requestFor(gate),
    person: "linh",
    fingerprint: LINH_KEY,
    signed: SIGNED,
    nonce: NONCE_1,
    ...change,
  });

const armored = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxjMEaVW5\n=CspZ\n-----END PGP PUBLIC KEY BLOCK-----\n";

/** linh signs SG_1 and EXECUTION, minh SG_2 only. */
export const APPROVERS: ApproverSet = {
  version: "1",
  threshold: "2",
  persons: [
    {
      id: "linh",
      name: "Nguyễn Thị Linh",
      gates: ["SG_1_cut_authz", "EXECUTION", "UNHALT", "SG_3_failure_escalation"],
      keys: [{ fingerprint: LINH_KEY, public_key_armored: armored }],
    },
    {
      id: "minh",
      name: "Minh",
      gates: ["SG_2_lifecycle_authz"],
      keys: [{ fingerprint: MINH_KEY, public_key_armored: armored }],
    },
  ],
};
