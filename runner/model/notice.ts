// What people are told, and the record of what was told: one line a try, only ever added to.
import * as z from "zod";
import { NOTICES, type NoticeKind } from "./notification-config.ts";

/** Something people are told once. `key` is the same as long as it is the same thing. All text is still as it was found. */
export interface Notice {
  readonly key: string;
  readonly kind: NoticeKind;
  /** Ids of those it concerns, of the approver set; operators are told besides. */
  readonly persons: readonly string[];
  readonly run_id: string | null;
  readonly subject: string;
  /** Plain sentences. */
  readonly lines: readonly string[];
  /** Commands of the workstation, in order. */
  readonly next: readonly string[];
}

/** A notice as a channel gets it: every text printable, `id` names it for a receiver who was told twice. Times are UTC text. */
export interface Message {
  readonly id: string;
  readonly kind: NoticeKind | "test";
  readonly host: string;
  readonly run_id: string | null;
  readonly persons: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly next: readonly string[];
  readonly at: string;
}

/** One try of one notice, by one channel, for one receiver (a mail address; empty where the channel has one receiver of its own). */
export const toldSchema = z.strictObject({
  at: z.iso.datetime(),
  key: z.string(),
  kind: z.enum(NOTICES),
  channel: z.string(),
  to: z.string(),
  result: z.enum(["sent", "failed"]),
  /** Of a failed try, in words; never what the other side said. */
  reason: z.string().nullable(),
});
export type Told = z.infer<typeof toldSchema>;
