// The shape of what one phase tells in its report, and the facts it may take beside its own record.
import type { Letter } from "./report-head.ts";

/** A backup receipt as the database keeps it; digests only. */
export interface ReportedReceipt {
  readonly attempt: number;
  readonly content_digests_sha: string;
  readonly file_sha: string;
  /** Bytes as a decimal. */
  readonly size_bytes: string;
  readonly recipient: string;
  readonly proof_sha: string;
  readonly at: Date;
}

/** An admitted statement with its use. */
export interface ReportedAdmission {
  readonly nonce: string;
  readonly gate: string;
  readonly payload_sha: string;
  readonly person: string;
  readonly fingerprint: string;
  readonly valid_from: Date;
  readonly use_by: Date;
  readonly used_phase: string | null;
  readonly used_at: Date | null;
}

/** Both lists may hold more than the phase knew; a report takes only what its own record covers, so that it stays the same later. */
export interface Beside {
  readonly at: Date;
  readonly receipts: readonly ReportedReceipt[];
  readonly admissions: readonly ReportedAdmission[];
}

/** What a phase adds to the common head: `facts` as name and Markdown value, `sections` as title and Markdown text. */
export interface Body {
  readonly mutation: string;
  readonly next: string;
  readonly letter?: Letter;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections?: readonly (readonly [title: string, text: string])[];
}

/** Reads a recorded output by its schema and writes the body. A record that does not fit its schema is a bug and throws. */
export type BodyWriter = (output: unknown, beside: Beside) => Body;

/** Ties a body to the schema of the record it tells of. */
export const bodyOf =
  <O>(schema: { parse(value: unknown): O }, write: (output: O, beside: Beside) => Body): BodyWriter =>
  (output, beside) =>
    write(schema.parse(output), beside);
