// One open run on the board: what it does, whom it waits for and until when, what is committed, the commands that go on.
import type { SpokenEvent, StatusJson } from "../../runner/model/events.ts";
import { element, joined, line, type Html } from "../../runner/reports/markup.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import { eventWords } from "../../runner/terminal/progress.ts";
import { alarm, commandHtml, factsHtml, leftUntil, short, tableHtml } from "./board-parts.ts";
import { workOf, type Board } from "./board-state.ts";

/** The run as an article with its own heading. */
export function runHtml(board: Board, run: StatusJson, now: Date): Html {
  const events = board.events.get(run.run_id) ?? [];
  const { stack } = board;
  return element(
    "article",
    { id: `run-${run.run_id}` },
    element("h3", {}, line(short(run.document_id)), line(" "), element("code", {}, line(short(run.run_id)))),
    ...run.halted.map((halt) => alarm(`HALTED: ${halt}`)),
    run.last_stop === null ? undefined : alarm(`stopped: ${run.last_stop}`),
    factsHtml([
      ["state", run.state],
      ["work", workOf(events) ?? "nothing said yet"],
      ["waits for", waitsFor(board, run, now)],
      ...(run.deadline === null
        ? []
        : [["until", `${run.deadline}, ${leftUntil(run.deadline, now)}: ${run.deadline_of ?? ""}`] as const]),
      ["committed", run.committed_text],
      ["safe to leave", run.safe_until === null ? run.safe_text : `${run.safe_text} ${run.safe_until}`],
      ...(run.call === null ? [] : [["call", run.call] as const]),
    ]),
    run.next === null ? undefined : commandHtml("next", run.next),
    run.or === null ? undefined : commandHtml("or", run.or),
    commandHtml("follow it", withStack(`npm run logs -- ${run.run_id}`, stack)),
    lastWordsHtml(run.run_id, events),
  );
}

/** What the status says, with the persons who may sign it. */
function waitsFor({ watched }: Board, { run_id, waiting_for }: StatusJson, now: Date): string {
  const signers = (watched?.signers ?? [])
    .filter((one) => one.run_id === run_id)
    .map(
      ({ gate, until, persons }) =>
        `${gate}: ${persons.length === 0 ? "nobody of the approver set may sign it" : persons.join(" or ")}, ${leftUntil(until, now)}`,
    );
  return [waiting_for ?? "nothing", ...signers].join("; ");
}

function lastWordsHtml(runId: string, events: readonly SpokenEvent[]): Html | undefined {
  const rows = events.flatMap((event) => {
    const words = eventWords(event);
    return words === undefined ? [] : [[event.at.slice(11, 19), short(words.trim())]];
  });
  if (rows.length === 0) return undefined;
  return element(
    "details",
    { id: `words-${runId}` },
    element("summary", {}, line("what it said last")),
    joined(tableHtml(["time (UTC)", "what"], rows)),
  );
}
