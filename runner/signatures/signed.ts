// Did people sign what stands among the admissions? Asked by the runner itself, because cutter_gate's password alone writes such a row.
import { holderOf, type ApproverSet } from "../model/approvers.ts";
import type { RowOf } from "../model/rows.ts";
import type { SignatureAnswer, SignatureQuestion } from "../world/signature.ts";
import { parseStatement, type Statement } from "../model/statement.ts";
import { insist, Stopped } from "../model/stop.ts";
import { judgeStatement, type Expected } from "../rules/approval.ts";
import { utcMillis } from "../model/utc.ts";

/** An admission that could still be used, with the bytes that were signed. */
export type Admitted = RowOf<"read/unused-statements">;

/** Both verifiers asked about one signature. */
export type Verify = (question: SignatureQuestion) => Promise<SignatureAnswer>;

/**
 * Each row says what its statement says, and its statement was signed by the pinned key for both verifiers when it was admitted.
 * STOP_APPROVAL_INVALID names the nonce of one that nobody signed.
 */
export async function insistRowsSigned(
  runId: string,
  rows: readonly Admitted[],
  approvers: ApproverSet,
  verify: Verify,
): Promise<void> {
  for (const row of rows) {
    try {
      await insistOne(runId, row, approvers, verify);
    } catch (error) {
      if (!(error instanceof Stopped) || error.code === "STOP_COULD_NOT_LOOK") throw error;
      throw new Stopped(
        "STOP_APPROVAL_INVALID",
        {
          saw: `the admission ${row.nonce} of ${row.gate} ${notProven(error.facts.saw)}`,
          wanted: error.facts.wanted,
          hint: "somebody wrote it past the gate: revoke it, and give cutter_gate another password",
          next: `npm run revoke -- nonce ${row.nonce} --run ${runId}`,
        },
        error,
      );
    }
  }
}

async function insistOne(runId: string, row: Admitted, approvers: ApproverSet, verify: Verify): Promise<void> {
  const bytes = Buffer.from(row.statement, "base64");
  const statement = parseStatement(bytes);
  const { nonce, person, fingerprint, signed_utc, use_by } = statement;
  if (
    nonce !== row.nonce ||
    person !== row.person ||
    fingerprint !== row.fingerprint ||
    utcMillis(signed_utc) !== row.valid_from.getTime() ||
    utcMillis(use_by) !== row.use_by.getTime()
  ) {
    throw invalid("a row that says other things than its statement", "the row as the gate writes it");
  }
  // Keys may have ended since: what counts is the moment at which the gate took it.
  const signed = { statement, bytes, signature: Buffer.from(row.signature, "base64") };
  const expected = { run_id: runId, gate: statement.gate, payload_sha: row.payload_sha };
  await insistStatementSigned(signed, { approvers, verify, now: row.admitted_at }, () => expected);
  if (statement.gate !== row.gate) throw invalid(`a statement for ${statement.gate}`, `a statement for ${row.gate}`);
}

/** A statement with the exact bytes that were signed and the signature over them. */
export interface SignedStatement {
  readonly statement: Statement;
  readonly bytes: Buffer;
  readonly signature: Buffer;
}

/**
 * The signature is good for both verifiers at `now`; only then is asked what the statement must be for, and it must be for exactly
 * that, by the right person, in time. Stops as `judgeStatement`.
 */
export async function insistStatementSigned(
  { statement, bytes, signature }: SignedStatement,
  { approvers, verify, now }: { readonly approvers: ApproverSet; readonly verify: Verify; readonly now: Date },
  expected: () => Expected,
): Promise<void> {
  const { fingerprint } = statement;
  const holder = holderOf(approvers, fingerprint);
  if (!holder) throw invalid("a key that no approver holds", "a key of approvers.json");
  const answer = await verify({ bytes, signature, publicKeyArmored: holder.key.public_key_armored, fingerprint, now });
  if (!answer.ok) throw invalid(answer.reason, "one detached signature by the pinned key, good for both verifiers");
  insist(judgeStatement(statement, { now, approvers, expected: expected(), signatureTime: answer.signedAt }));
}

/** Words for a row whose signature does not prove it. One that had ended when the row was written was made by a person all the same. */
export const notProven = (reason: string): string =>
  `${/\bexpired\b/.test(reason) ? "was written when its signature or key had ended" : "was signed by nobody"}: ${reason}`;

/** STOP_APPROVAL_INVALID in these words. */
export const invalid = (saw: string, wanted: string): Stopped => new Stopped("STOP_APPROVAL_INVALID", { saw, wanted });
