// The shape of what one phase tells in its report, and the facts it may take beside its own record.
import type { RowOf } from "../model/rows.ts";
import type { Line, Section } from "./blocks.ts";
import type { Letter } from "./report-head.ts";

/** A backup receipt as the database keeps it; digests only. */
export type ReportedReceipt = Omit<RowOf<"read/receipts">, "content_digests" | "proof" | "now">;

/** An admitted statement with its use. */
export type ReportedAdmission = Omit<RowOf<"read/admissions">, "payload" | "admitted_at">;

/** Both lists may hold more than the phase knew; a report takes only what its own record covers, so that it stays the same later. */
export interface Beside {
  readonly at: Date;
  readonly receipts: readonly ReportedReceipt[];
  readonly admissions: readonly ReportedAdmission[];
}

/** What a phase adds to the common head. */
export interface Body {
  readonly mutation: Line;
  readonly next: Line;
  readonly letter?: Letter;
  readonly facts: readonly (readonly [name: string, value: Line])[];
  readonly sections?: readonly Section[];
}

/** Reads a recorded output by its schema and writes the body. A record that does not fit its schema is a bug and throws. */
export type BodyWriter = (output: unknown, beside: Beside) => Body;

/** Ties a body to the schema of the record it tells of. */
export const bodyOf =
  <O>(schema: { parse(value: unknown): O }, write: (output: O, beside: Beside) => Body): BodyWriter =>
  (output, beside) =>
    write(schema.parse(output), beside);
