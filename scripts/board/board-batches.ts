// Batches on the board: how far each is, what it waits for, which documents stand still.
import { joined, type Html } from "../../runner/reports/markup.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import { ageOf, alarm, commandHtml, factsHtml, quiet, short, tableHtml } from "./board-parts.ts";
import type { Batches, Board } from "./board-state.ts";

const MEMBERS_SHOWN = 40;

/** Open batches with the members that are not done yet; closed ones are counted. */
export function batchesHtml({ batches, batchesAway, stack }: Board, now: Date): Html {
  const away =
    batchesAway &&
    alarm(`could not ask since ${short(batchesAway.since)} (${ageOf(batchesAway.since, now)}): ${batchesAway.saw}`);
  if (batches === undefined)
    return joined(away, away ? undefined : quiet("not asked yet; they are asked once a minute"));
  const open = batches.batches.filter(({ close_kind }) => close_kind === null);
  const closed = batches.batches.length - open.length;
  return joined(
    away,
    ...open.map((batch) => batchHtml(batches, batch, stack)),
    quiet(
      `${open.length === 0 ? "none is open" : `${open.length} open`}, ${closed} closed; asked ${ageOf(batches.at, now)}`,
    ),
    ...batches.machines
      .filter(({ silent, doing }) => silent && doing.length > 0)
      .map(({ machine, seconds_ago, doing }) =>
        alarm(
          `machine ${short(machine)} was not heard of for ${seconds_ago ?? "more than 3600"} s; it still holds ${short(doing.join(", "))}`,
        ),
      ),
  );
}

function batchHtml({ members }: Batches, batch: Batches["batches"][number], stack: string): Html {
  const standing = members.filter(({ batch_id, standing }) => batch_id === batch.batch_id && standing !== "enacted");
  return joined(
    batch.stopped === null ? undefined : alarm(`${batch.batch_id} stands still: ${batch.stopped}`),
    factsHtml([
      ["batch", batch.batch_id],
      ["state", batch.state],
      [
        "documents",
        `${batch.enacted} of ${batch.documents} enacted, ${batch.quarantined} set aside, wave ${batch.wave}`,
      ],
      [
        "time left",
        batch.minutes_left === null ? "not known yet" : `about ${batch.minutes_left} minutes, without people's time`,
      ],
      ["throttle", batch.throttle],
    ]),
    batch.next === null ? undefined : commandHtml("next", batch.next),
    commandHtml("all of it", withStack(`npm run batch -- status ${batch.batch_id}`, stack)),
    standing.length === 0
      ? undefined
      : tableHtml(
          ["document", "wave", "stands at", "why"],
          standing
            .slice(0, MEMBERS_SHOWN)
            .map(({ document_id, wave, standing: at, last_stop, reason }) => [
              short(document_id),
              String(wave),
              short(at),
              short(reason ?? last_stop ?? ""),
            ]),
        ),
    standing.length > MEMBERS_SHOWN ? quiet(`and ${standing.length - MEMBERS_SHOWN} documents more`) : undefined,
  );
}
