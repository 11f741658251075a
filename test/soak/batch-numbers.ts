// The numbers of a soak of batches, as they stand in docs/batch.md.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../infra/place.ts";
import type { Fault, Happened } from "./batch-faults.ts";

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

/** What was asked for: documents of a soak, units of each, seconds of a fault, and the kinds of faults. */
export interface AskedSoaks {
  readonly documents: number;
  readonly units: number;
  readonly seconds: number;
  readonly faults: readonly Fault[];
}

/** Writes them between the marks of docs/batch.md. */
export function writeNumbers(soaked: readonly Soaked[], asked: AskedSoaks): void {
  const file = join(projectRoot(), "docs", "batch.md");
  const [begin, end] = ["<!-- soak: begin -->", "<!-- soak: end -->"];
  const text = readFileSync(file, "utf8");
  if (!text.includes(begin) || !text.includes(end)) throw new Error("docs/batch.md has no place for the numbers");
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  writeFileSync(file, `${before}\n\n${told(soaked, asked)}\n\n${text.slice(text.indexOf(end))}`);
}

function told(soaked: readonly Soaked[], { documents, units, seconds: lasting, faults: kinds }: AskedSoaks): string {
  const sum = (of: (one: Soaked) => number): number => soaked.reduce((all, one) => all + of(one), 0);
  const happened = soaked.flatMap((one) => one.happened);
  const over = happened
    .flatMap((one) => (one.takenOverSeconds === null ? [] : [one.takenOverSeconds]))
    .sort((a, b) => a - b);
  const seconds = (value: number | undefined): string => (value === undefined ? "none" : `${value.toFixed(1)} s`);
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: projectRoot(), encoding: "utf8" }).trim();
  const cores = readFileSync("/proc/cpuinfo", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("processor")).length;
  const faults = kinds.map(({ name }) => {
    const of = happened.filter((one) => one.fault === name);
    const times = of.flatMap((one) => (one.takenOverSeconds === null ? [] : [one.takenOverSeconds]));
    return `| ${name} | ${of.length} | ${times.length === 0 ? "" : seconds(Math.max(...times))} |`;
  });
  return [
    `${soaked.length} ${soaked.length === 1 ? "soak" : "soaks"} of ${documents} documents of ${units} units, one of them refused, over three machines, a fault of ${lasting} s each; ${cores} cores, ` +
      `load ${loadavg()[0]?.toFixed(0) ?? "?"} at the end; commit ${commit}.`,
    "",
    `- rows that stand twice: ${sum(({ twice }) => twice)}; documents lost: ${sum(({ lost }) => lost.length)}; documents with a wrong number of rows: ${sum(({ otherCounts }) => otherCounts.length)}`,
    `- written after an acknowledged halt, or for a batch that was given up: ${sum(({ violations }) => violations.length)}`,
    `- enacted ${sum(({ enacted }) => enacted)}, set aside with their reason ${sum(({ quarantined }) => quarantined)}; batches closed ${soaked.filter(({ closed }) => closed !== null).length} of ${soaked.length}`,
    `- minutes a soak: ${soaked.map(({ minutes }) => minutes.toFixed(1)).join(", ")}`,
    `- faults that came about: ${happened.length}; that did not: ${sum(({ missed }) => missed)}`,
    `- taken over ${over.length} times, median ${seconds(over[Math.floor(over.length / 2)])}, worst ${seconds(over.at(-1))}`,
    "",
    "| fault | times | worst take-over |",
    "| --- | --- | --- |",
    ...faults,
  ].join("\n");
}
