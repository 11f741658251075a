// Small pieces of the board: commands to copy, facts, tables, ages.
import { element, line, type Html } from "../../runner/reports/markup.ts";
import { blocksHtml } from "../../runner/reports/html.ts";
import { facts, table, told, type Line } from "../../runner/reports/blocks.ts";
import { ageText } from "../command-line/attention-text.ts";

/** Characters of one text of a host that a board shows; the rest is in `npm run status` and `npm run logs`. */
const SHOWN = 600;

/** A text of a host, not longer than a board can show. */
export const short = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text);

/** A command with the button that copies it; `does` says what it is for. */
export const commandHtml = (does: string, command: string): Html =>
  element(
    "p",
    { class: "command" },
    element("span", { class: "does" }, line(does)),
    element("code", {}, line(short(command))),
    element("button", { type: "button", "data-copy": true, "aria-label": `copy: ${does}` }, line("copy")),
  );

/** Paragraphs that weigh. */
export const alarm = (...texts: readonly string[]): Html => blocksHtml([told("alarm", ...texts.map(short))]);
export const quiet = (text: string): Html => blocksHtml([told("quiet", short(text))]);

/** Names and values. */
export const factsHtml = (rows: readonly (readonly [string, string])[]): Html =>
  blocksHtml([facts(rows.map(([name, value]) => [name, short(value)]))]);

/** A table with its header. */
export const tableHtml = (head: readonly string[], rows: readonly (readonly Line[])[]): Html =>
  blocksHtml([table(head, rows)]);

/** How long ago, or the words themselves where they are no time. */
export const ageOf = (at: string, now: Date): string => (Number.isNaN(Date.parse(at)) ? short(at) : ageText(at, now));

/** How long from now, in the largest whole unit, or that it is over. */
export function leftUntil(at: string, now: Date): string {
  const minutes = Math.floor((Date.parse(at) - now.getTime()) / 60_000);
  if (Number.isNaN(minutes)) return short(at);
  if (minutes < 0) return `over since ${ageText(at, now)}`;
  return minutes < 120
    ? `${minutes} minutes left`
    : minutes < 48 * 60
      ? `${Math.floor(minutes / 60)} hours left`
      : `${Math.floor(minutes / 1440)} days left`;
}
