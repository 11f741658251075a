// The numbers of soaks of batches: a line of JSON for each soak, and what all of them came to in docs/batch.md.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import type { Happened } from "./batch-faults.ts";

/** What one soak came to. */
export interface Soaked {
  readonly minutes: number;
  readonly enacted: number;
  readonly quarantined: number;
  readonly lost: readonly string[];
  readonly twice: number;
  readonly otherCounts: readonly string[];
  readonly closed: string | null;
  readonly happened: readonly Happened[];
  readonly missed: number;
  readonly violations: readonly string[];
}

/** What was asked for: documents of a soak, units of each, and seconds of a fault. */
export interface AskedSoak {
  readonly documents: number;
  readonly units: number;
  readonly seconds: number;
}

/** One line of the record: when and of which commit, on how many cores, the mean load of its last fifteen minutes. */
interface Line extends Soaked, AskedSoak {
  readonly at: string;
  readonly commit: string;
  readonly cores: number;
  readonly load: number;
}

/** Every soak that ran to its end, also the bad ones. */
export const RECORD = join(projectRoot(), "docs", "measurements", "batch-soaks.ndjson");

/** Adds a soak to a record. */
export function record(file: string, asked: AskedSoak, soaked: Soaked): void {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: projectRoot(), encoding: "utf8" }).trim();
  const [, , load = 0] = loadavg();
  const line: Line = { at: new Date().toISOString(), commit, cores: cpus().length, load, ...asked, ...soaked };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Writes what the soaks of the record came to between the marks of docs/batch.md. */
export function writeNumbers(): void {
  const file = join(projectRoot(), "docs", "batch.md");
  const [begin, end] = ["<!-- soak: begin -->", "<!-- soak: end -->"];
  const text = readFileSync(file, "utf8");
  if (!text.includes(begin) || !text.includes(end)) throw new Error("docs/batch.md has no place for the numbers");
  const lines = existsSync(RECORD) ? readFileSync(RECORD, "utf8").split("\n").filter(Boolean) : [];
  const told = summary(lines.map((line) => JSON.parse(line) as Line));
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  writeFileSync(file, `${before}\n\n${told}\n\n${text.slice(text.indexOf(end))}`);
}

const times = (happened: readonly Happened[]): number[] =>
  happened
    .flatMap(({ takenOverSeconds }) => (takenOverSeconds === null ? [] : [takenOverSeconds]))
    .sort((one, other) => one - other);
const median = (sorted: readonly number[]): number | undefined => sorted[Math.floor(sorted.length / 2)];
const seconds = (value: number | undefined): string => (value === undefined ? "" : `${value.toFixed(1)} s`);

function summary(all: readonly Line[]): string {
  const sum = (of: (one: Line) => number): number => all.reduce((total, one) => total + of(one), 0);
  const happened = all.flatMap((one) => one.happened);
  const over = times(happened);
  const late = over.filter((one) => one > MOST_SECONDS).length;
  const faults = [...new Set(happened.map(({ fault }) => fault))].map((name) => {
    const of = happened.filter((one) => one.fault === name);
    const taken = times(of);
    return `| ${name} | ${of.length} | ${taken.length} | ${seconds(median(taken))} | ${seconds(taken.at(-1))} |`;
  });
  const soaks = all.map((one) => {
    const taken = times(one.happened);
    const cells = [
      `${one.at.slice(0, 16)}Z`,
      one.commit,
      one.load.toFixed(1),
      one.documents,
      one.minutes.toFixed(1),
      one.enacted,
      one.quarantined,
      one.happened.length,
      taken.length,
      seconds(taken.at(-1)),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `${all.length === 1 ? "One soak" : `${all.length} soaks`}, of ${sum(({ documents }) => documents)} documents together, one document of each soak refused.`,
    "",
    `- rows that stand twice: ${sum(({ twice }) => twice)}; documents lost: ${sum(({ lost }) => lost.length)}; documents with a wrong number of rows: ${sum(({ otherCounts }) => otherCounts.length)}`,
    `- written after an acknowledged halt, or for a batch that was given up: ${sum(({ violations }) => violations.length)}`,
    `- enacted ${sum(({ enacted }) => enacted)}, set aside with their reason ${sum(({ quarantined }) => quarantined)}; batches closed ${all.filter(({ closed }) => closed !== null).length} of ${all.length}`,
    `- faults that came about: ${happened.length}; that did not: ${sum(({ missed }) => missed)}`,
    `- taken over ${over.length} times, median ${seconds(median(over))}, worst ${seconds(over.at(-1))}, longer than ${MOST_SECONDS} s ${late} times`,
    "",
    "| fault | times | taken over | median | worst |",
    "| --- | --- | --- | --- | --- |",
    ...faults,
    "",
    "| soak, UTC | commit | load | documents | minutes | enacted | set aside | faults | taken over | worst |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...soaks,
  ].join("\n");
}

/** A take-over may take as long: docs/decisions/0154-several-machines.md. */
export const MOST_SECONDS = 20;
