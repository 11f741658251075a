// What becomes of a batch when one of its legs stops: docs/decisions/0152-waves.md has the table.
import type { BatchManifest } from "../model/batch.ts";
import { isAtLeast, type Standing } from "./batch-progress.ts";
import { EXIT_BUG, isStopCode, STOPS, type Verdict } from "../model/stop.ts";

/**
 * How a leg ended: exit status and, unless 0, the code of its stop. `machineFault`: why the machine that did it cannot keep files, as a
 * full disk.
 */
export interface LegEnd {
  readonly exit: number;
  readonly code: string | null;
  readonly machineFault?: string | undefined;
}

/**
 * goes_on: nothing to do. waits: for signatures, or until a halt is lifted. again: the same leg after so many seconds. quarantine: the
 * document is set aside. halt: the batch stands still, a person looks.
 */
export type Consequence =
  | { readonly kind: "goes_on" | "waits" }
  | { readonly kind: "again"; readonly seconds: number; readonly failed: boolean }
  | { readonly kind: "quarantine" | "halt"; readonly reason: string };

/** Exit statuses that a machine without room gives too: it could not look, or could make no backup. */
export const MAY_BE_THE_MACHINE: readonly number[] = [1, 9];

/** Seconds before the first, second and third further try of a leg that could not look. */
const PATIENCE = [5, 30, 120] as const;
const HELD_SECONDS = 15;
const MACHINE_SECONDS = 30;

/** Answers of the gates and of a halt: the run stands well and waits for people. */
const WAITING: readonly string[] = [
  "STOP_APPROVAL_REQUIRED",
  "STOP_APPROVAL_INVALID",
  "STOP_APPROVAL_EXPIRED",
  "STOP_APPROVAL_CONSUMED",
  "STOP_APPROVAL_REVOKED",
  "STOP_EXECUTION_NOT_AUTHORIZED",
  "STOP_HALTED",
];
const HELD: readonly string[] = ["STOP_LEASE_HELD", "STOP_FENCED"];
/** Every further document would stop at it as well. */
const OF_THE_HOST: readonly string[] = ["STOP_PRECHECK_FAILED"];

/** `failures`: how often legs of this member failed before. */
export function consequenceOf(end: LegEnd, failures: number): Consequence {
  const code = end.code ?? "";
  if (end.exit === 0) return { kind: "goes_on" };
  if (WAITING.includes(code)) return { kind: "waits" };
  // It says nothing about the document; another machine, or this one with room, may go on.
  if (MAY_BE_THE_MACHINE.includes(end.exit) && end.machineFault !== undefined)
    return { kind: "again", seconds: MACHINE_SECONDS, failed: false };
  if (HELD.includes(code)) return { kind: "again", seconds: HELD_SECONDS, failed: false };
  const reason = `${code}: ${isStopCode(code) ? STOPS[code].title : "no stop of the table"}`;
  if (OF_THE_HOST.includes(code)) return { kind: "halt", reason };
  switch (end.exit) {
    case 1: {
      const seconds = PATIENCE[failures];
      return seconds === undefined ? { kind: "quarantine", reason } : { kind: "again", seconds, failed: true };
    }
    case 4:
    case 8:
      return { kind: "quarantine", reason };
    case 5:
    case 6:
    case 9:
    case 10:
    case EXIT_BUG:
      return { kind: "halt", reason };
    default:
      return { kind: "halt", reason: `exit status ${end.exit}` };
  }
}

/** After a look at a document that is enacted: it is never set aside, but looked at again, or the batch stands still. */
export function consequenceOfLook(end: LegEnd, failures: number): Consequence {
  const consequence = consequenceOf(end, failures);
  if (consequence.kind !== "quarantine") return consequence;
  return end.exit === 1
    ? { kind: "again", seconds: PATIENCE.at(-1) ?? 0, failed: true }
    : { kind: "halt", reason: consequence.reason };
}

/** A document as the stop rule sees it. */
interface Aside {
  readonly document_id: string;
  readonly wave: number;
  readonly quarantined: boolean;
  readonly reason: string | null;
}

const LEFT_OUT = "left out by ";
/** The reason of a document that a person sets aside, which is no failure. */
export const leftOut = (actor: string, why: string): string => `${LEFT_OUT}${actor}: ${why}`;

/** After a person signed that the run of a document ends: it is set aside, and that is no failure. */
export const REFUSED_BY_A_PERSON: Consequence = {
  kind: "quarantine",
  reason: leftOut("a signed refusal", "its run was revoked"),
};

const failed = (members: readonly Aside[]): string[] =>
  members.flatMap(({ quarantined, reason, document_id }) =>
    quarantined && reason?.startsWith(LEFT_OUT) !== true ? [document_id] : [],
  );

/** The reason to halt the whole batch while more documents failed than may; undefined while it goes on. */
export function haltAfterFailures(stop: BatchManifest["stop"], members: readonly Aside[]): string | undefined {
  const allowed = stop.policy === "stop" ? 0 : stop.failures;
  const aside = failed(members);
  if (aside.length <= allowed) return undefined;
  return `${aside.length} documents set aside (${aside.slice(0, 5).join(", ")}), ${allowed} are allowed`;
}

/** The reason to halt before the first wave behind a canary that failed; undefined when it held or nobody asked for one. */
export function haltAfterCanary(
  { canary }: Pick<BatchManifest, "canary">,
  members: readonly Aside[],
): string | undefined {
  const aside = failed(members.filter(({ wave }) => wave === 0));
  if (canary?.length === 0 || aside.length === 0 || members.every(({ wave }) => wave === 0)) return undefined;
  return `of the canary were set aside: ${aside.join(", ")}`;
}

/** Whether a person may leave a document out of a batch: not one that is enacted, and one that wrote only after its revert. */
export function judgeSetAside(
  document: string,
  member: { readonly standing: Standing; readonly run_id: string | null } | undefined,
): Verdict {
  const refused = (saw: string): Verdict => ({
    code: "STOP_REFUSED_INPUT",
    facts: { saw, wanted: "a document of the batch that is not enacted and not set aside" },
  });
  if (member === undefined) return refused(`${document} is no document of this batch`);
  if (member.standing === "enacted" || member.standing === "quarantined")
    return refused(`${document} is ${member.standing === "enacted" ? "enacted" : "set aside already"}`);
  if (!isAtLeast(member.standing, "writing")) return undefined;
  return {
    code: "STOP_RUN_OPEN",
    facts: {
      saw: `the run of ${document} has written`,
      wanted: "a document whose run wrote nothing",
      hint: "undo it, then set the document aside",
      next: `cutter orchestrate revert ${member.run_id ?? "<run-id>"} "<reason>"`,
    },
  };
}

/**
 * Whether a person may halt the batch. STOP_REFUSED_INPUT while no run of it was ever opened: an UNHALT names the halt of a run, so such a
 * halt could never be lifted (docs/decisions/0152-waves.md).
 */
export function judgeHalt(batch_id: string, members: readonly { readonly run_state: string | null }[]): Verdict {
  if (members.some(({ run_state }) => run_state !== null)) return undefined;
  return {
    code: "STOP_REFUSED_INPUT",
    facts: {
      saw: `no run of ${batch_id} was opened yet, so no UNHALT could name its halt`,
      wanted: "a batch that has begun",
      hint: "`cutter orchestrate halt --reason <text>` halts every run of this database until a signed UNHALT; or end this batch",
      next: `cutter orchestrate batch void ${batch_id} "<reason>"`,
    },
  };
}
