// A batch as people read it: a line for itself, one for each document that is not done, and what to do next.
import type { BatchAnswer, BatchMemberAnswer, BatchWaveAnswer, MachineAnswer } from "../model/events.ts";
import { printable } from "../rules/text-hygiene.ts";

/** A line for each wave; documents that are done are counted there, all others have a line of their own. */
export function batchText(
  batch: BatchAnswer,
  waves: readonly BatchWaveAnswer[],
  members: readonly BatchMemberAnswer[],
): string {
  const open = members.filter(({ standing }) => standing !== "enacted");
  const ended =
    batch.close_kind === null ? "" : `, closed as ${batch.close_kind}: ${printable(batch.close_reason ?? "")}`;
  return [
    `${batch.batch_id}  ${batch.state}${ended}`,
    `  documents ${batch.documents}, enacted ${batch.enacted}, set aside ${batch.quarantined}; wave ${batch.wave}`,
    ...(batch.stopped === null ? [] : [`  STANDS STILL: ${printable(batch.stopped)}`]),
    ...(batch.backup_minutes_left === null ? [] : [`  backup good for ${batch.backup_minutes_left} min more`]),
    ...(batch.per_minute === null
      ? []
      : [`  ${batch.per_minute} documents a minute, about ${batch.minutes_left ?? 0} min of machine time left`]),
    ...(batch.throttle === "goes_on" ? [] : [`  HOLDS BACK  ${batch.throttle}`]),
    ...waves.map(waveText),
    ...open.map(memberText),
    ...(batch.next === null ? [] : [`NEXT  ${batch.next}`]),
    "",
  ].join("\n");
}

function waveText(wave: BatchWaveAnswer): string {
  const { planned, signed, written, verified, enacted, quarantined, documents } = wave;
  const words = [
    `  wave ${wave.wave}  of ${documents}: planned ${planned}, signed ${signed}, written ${written}`,
    `verified ${verified}, enacted ${enacted}`,
    ...(quarantined === 0 ? [] : [`set aside ${quarantined}`]),
    ...(wave.minutes_left === null || wave.outcome_digest !== null ? [] : [`${wave.minutes_left} min left`]),
    ...(wave.backup_minutes_left === null ? [] : [`backup ${wave.backup_minutes_left} min`]),
    ...(wave.outcome_digest === null ? [] : [`outcome ${wave.outcome_digest.slice(0, 12)}`]),
  ];
  return words.join(", ");
}

/** A line for each machine that was heard of lately, holds something or is named in the configuration. */
export const machinesText = (machines: readonly MachineAnswer[]): string =>
  machines
    .map(({ machine, seconds_ago, silent, doing }) => {
      const since = seconds_ago === null ? "not heard of in the last hour" : `heard of ${seconds_ago} s ago`;
      const what = `${silent && doing.length > 0 ? "it still holds " : ""}${printable(doing.join(", "))}`;
      return `machine ${printable(machine).padEnd(24)} ${silent ? `SILENT, ${since}` : since}  ${what}`;
    })
    .map((line) => `${line.trimEnd()}\n`)
    .join("");

function memberText({ document_id, wave, standing, run_id, units, last_stop, reason }: BatchMemberAnswer): string {
  const words = [
    `  wave ${wave}  ${document_id.padEnd(32)} ${standing.padEnd(12)}`,
    ...(units === null ? [] : [`${units} units`]),
    ...(run_id === null ? [] : [run_id]),
    ...(reason === null ? (last_stop === null ? [] : [last_stop]) : [printable(reason)]),
  ];
  return words.join("  ");
}
