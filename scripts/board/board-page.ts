// The board as a page: one HTML file with the present state in it, and the same parts again as they change. Every word of a host passes
// markup.ts; every action is a command to copy, the page itself does nothing to a host.
import { DRILL_DAYS } from "../../runner/model/drill.ts";
import { element, htmlText, joined, line, type Html } from "../../runner/reports/markup.ts";
import { htmlPage, policy } from "../../runner/reports/page-frame.ts";
import { PAGE_STYLE } from "../../runner/reports/page-style.ts";
import { withStack } from "../../runner/rules/operator-command.ts";
import { lookIsOld, nextCommandOf } from "../command-line/attention-text.ts";
import { batchesHtml } from "./board-batches.ts";
import { ageOf, alarm, commandHtml, factsHtml, quiet, short, tableHtml } from "./board-parts.ts";
import { runHtml } from "./board-run.ts";
import { closedRunsOf, openRunsOf, type Board } from "./board-state.ts";

/** Style and script of the page, as they lie in page/. */
export interface BoardCode {
  readonly style: string;
  readonly script: string;
}

const CLOSED_SHOWN = 8;
const DAY = 86_400_000;

/** A part of the page: its id, its heading, its content now. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

function partsOf(board: Board, now: Date): Part[] {
  const open = openRunsOf(board);
  return [
    { id: "now", title: "Now", body: nowHtml(board, now) },
    {
      id: "runs",
      title: "Open runs",
      body: open.length === 0 ? none(board) : joined(...open.map((run) => runHtml(board, run, now))),
    },
    { id: "batches", title: "Batches", body: batchesHtml(board, now) },
    { id: "host", title: "The host", body: hostHtml(board, now) },
    { id: "closed", title: "Closed last", body: closedHtml(board, now) },
  ];
}

/** The whole page; `code` is named in its policy by digest. */
export function boardPage(board: Board, now: Date, code: BoardCode): string {
  const parts = partsOf(board, now);
  return htmlPage({
    language: "en",
    title: `cutter board: ${board.stack}`,
    ...code,
    connect: "'self'",
    marks: { class: "board" },
    body: [
      element("a", { class: "skip", href: "#board" }, line("To the board")),
      element(
        "nav",
        { "aria-label": "parts" },
        element("h2", {}, line("Board")),
        element(
          "ul",
          { class: "parts" },
          ...parts.map(({ id, title }) => element("li", {}, element("a", { href: `#${id}` }, line(title)))),
        ),
        element("p", { id: "line", role: "status" }, line("live")),
        quiet(
          "Nothing on this page changes a host. Each command is typed in a terminal, in the folder of the project.",
        ),
      ),
      element(
        "main",
        { id: "board", tabindex: -1 },
        element("header", { class: "opening" }, element("h1", {}, line(`Stack ${board.stack}`))),
        ...parts.map(({ id, title, body }) =>
          element(
            "section",
            { id, class: "part", "aria-label": title },
            element("h2", {}, line(title)),
            element("div", { id: `${id}-body` }, body),
          ),
        ),
      ),
    ],
  });
}

/** A page that only leads on, so that a browser asks for the board as from here and sends its cookie along. */
export function entryPage(to: string): string {
  const head = [
    element("meta", { charset: "utf-8" }),
    element("meta", { "http-equiv": "refresh", content: `0; url=${to}` }),
    element("meta", { name: "referrer", content: "no-referrer" }),
    element("title", {}, line("cutter board")),
  ];
  const body = element("body", {}, element("a", { href: to }, line("to the board")));
  return `<!doctype html>\n${htmlText(element("html", { lang: "en" }, element("head", {}, ...head), body))}\n`;
}

/** The parts by the id of the element they stand in, as the page takes them while it is open. */
export const boardParts = (board: Board, now: Date): Readonly<Record<string, string>> =>
  Object.fromEntries(partsOf(board, now).map(({ id, body }) => [`${id}-body`, htmlText(body)]));

/** What a browser is told to hold the page to, which no part of a page can take back. */
export const boardPolicy = ({ style, script }: BoardCode): string =>
  `${policy(`${PAGE_STYLE}${style}`, script, "'self'")}; frame-ancestors 'none'`;

function nowHtml(board: Board, now: Date): Html {
  const { away, watched, stack } = board;
  const halts = watched?.halts ?? [];
  const runs = [...board.runs.values()];
  return joined(
    away === undefined
      ? undefined
      : joined(
          alarm(
            `could not look since ${short(away.since)} (${ageOf(away.since, now)}): ${away.saw}`,
            ...(board.heard === undefined ? [] : [`What stands below was true at ${board.heard}.`]),
          ),
          away.next === undefined ? undefined : commandHtml("mend it", away.next),
        ),
    ...halts.map(({ run_id, at, by, reason }) =>
      alarm(
        `HALTED ${run_id ?? "every run"}, ${ageOf(at, now)}, by ${by ?? "a file laid by hand"}` +
          `${reason === null ? "" : `: ${reason}`}`,
      ),
    ),
    ...(watched?.unseen ?? []).map((saw) => alarm(`the host could not look at ${saw}`)),
    away === undefined && watched === undefined ? quiet("asking the host …") : undefined,
    watched === undefined
      ? undefined
      : commandHtml("next", nextCommandOf({ stack, runs: newestFirst(runs), looked: board.looked, now })),
  );
}

const newestFirst = <T extends { readonly run_id: string }>(runs: readonly T[]): T[] =>
  [...runs].sort((a, b) => (a.run_id < b.run_id ? 1 : -1));

const none = ({ watched, runs }: Board): Html =>
  quiet(watched === undefined ? "not known yet" : `none of ${runs.size} runs of this host is open`);

function hostHtml({ stack, watched, looked, heard }: Board, now: Date): Html {
  const since = (at: string | null | undefined, otherwise: string): string =>
    at === undefined ? "not known yet" : at === null ? otherwise : `${ageOf(at, now)}, ${at}`;
  const backup = watched?.backup_at;
  const drill = watched?.drill_at;
  const drift = { stack, runs: [], looked, now };
  return joined(
    factsHtml([
      ["host", watched?.host ?? "not known yet"],
      ["asked last", heard === undefined ? "never" : heard],
      [
        "drift",
        looked === undefined
          ? "never looked at from this folder"
          : `${looked.differences === 0 ? "none" : `${looked.differences} differences`}, looked at ${ageOf(looked.at, now)}`,
      ],
      ["newest backup", since(backup, "there is none")],
      ["newest restore drill", since(drill, "no backup of this host was ever restored outside it")],
    ]),
    lookIsOld(drift) || (looked?.differences ?? 0) > 0
      ? commandHtml("look at drift", withStack("npm run drift", stack))
      : undefined,
    watched !== undefined && isOld(watched.backup_at, watched.backup_days, now)
      ? commandHtml("a backup by hand", withStack("npm run backup -- run", stack))
      : undefined,
    watched !== undefined && isOld(watched.drill_at, DRILL_DAYS, now)
      ? commandHtml("restore one outside the host", withStack("npm run restore-drill -- <run-id>", stack))
      : undefined,
  );
}

const isOld = (at: string | null, days: number, now: Date): boolean =>
  at === null || now.getTime() - Date.parse(at) > days * DAY;

function closedHtml(board: Board, now: Date): Html {
  const closed = closedRunsOf(board, CLOSED_SHOWN);
  if (closed.length === 0) return quiet(board.watched === undefined ? "not known yet" : "none");
  return joined(
    tableHtml(
      ["run", "document", "ended as", "when"],
      closed.map(({ run_id, document_id, state, closed: at }) => [
        { code: run_id },
        document_id,
        state,
        ageOf(at ?? "", now),
      ]),
    ),
    commandHtml("look at one again", withStack("npm run verify -- <run-id>", board.stack)),
  );
}
