// How many law texts of a folder are cut, at each depth, beside the counts that somebody made of them independently.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { takeIn, takeInExplained, type Intake, type IntakeOptions } from "../../runner/commands/intake.ts";

const DEPTHS = ["dieu", "khoan", "diem"] as const;
const CAP = 10_000;

/** What a text came to at each depth. hints: of the depth of articles, as many as the program proposes to have it cut; -1 where none help. */
interface Outcome {
  readonly file: string;
  readonly taken: readonly Intake[];
  readonly hints: number;
  readonly seconds: number;
  readonly expected: string;
}

const options = (depth: (typeof DEPTHS)[number]): IntakeOptions => ({
  profile: "vn-law-1",
  depth,
  caps: { units: CAP, hard: CAP },
});

/** The column `expected` of the folder's SOURCES.tsv, by file. */
function expectations(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, "SOURCES.tsv");
  if (!existsSync(path)) return new Map();
  const [head = "", ...rows] = readFileSync(path, "utf8").split("\n");
  const at = head.split("\t").findIndex((name) => name.startsWith("expected"));
  return new Map(rows.map((row) => row.split("\t")).map((cells) => [cells[0] ?? "", cells[at] ?? ""]));
}

function outcomeOf(folder: string, file: string, expected: string): Outcome {
  const bytes = readFileSync(join(folder, file));
  const start = process.cpuUsage();
  const taken = DEPTHS.map((depth) => takeIn(bytes, "LAW", options(depth)));
  const used = process.cpuUsage(start);
  const { suggestion } = taken[0]?.refusal ? takeInExplained(bytes, "LAW", options("dieu")) : {};
  const hints = suggestion === undefined || suggestion.outcome.refusal ? -1 : suggestion.hints.length;
  return {
    file,
    taken,
    hints: taken[0]?.refusal ? hints : 0,
    seconds: (used.user + used.system) / 1e6 / DEPTHS.length,
    expected,
  };
}

const counted = (taken: Intake | undefined, level: string): number =>
  taken?.manifest?.units.filter((unit) => unit.level === level).length ?? 0;

/** Whether the articles and chapters that were counted are the cut ones; undefined where no numbers were written down. */
function agrees({ taken: [dieu], expected }: Outcome): boolean | undefined {
  const wanted = [...expected.matchAll(/(\d+) (article|chapter|section)s?/gu)];
  if (wanted.length === 0 || dieu?.refusal) return undefined;
  return wanted.every(([, count, level = ""]) => counted(dieu, level) === Number(count));
}

function line(one: Outcome): string {
  const agreed = agrees(one);
  const cells = one.taken.map((taken, index) => {
    if (taken.refusal) return `${DEPTHS[index]} line ${taken.refusal.line}`;
    return index === 0
      ? `${counted(taken, "article")} articles, ${counted(taken, "chapter")} chapters`
      : `${taken.manifest.units.length} units`;
  });
  const told = agreed === undefined ? "" : agreed ? "  as counted" : `  COUNTED: ${one.expected}`;
  const hints = one.hints > 0 ? `  ${one.hints} hints` : "";
  return `${one.file.slice(0, 60).padEnd(60)}  ${cells.join(" | ")}${told}${hints}  ${(one.seconds * 1000).toFixed(0)} ms`;
}

/** One line a text, then for each depth how many are cut without hints, and why the others are refused. */
export function folderReport(folder: string): string[] {
  const expected = expectations(folder);
  const files = readdirSync(folder).filter((name) => /\.(?:txt|md)$/u.test(name) && !name.endsWith(".expected.txt"));
  const outcomes = files.sort().map((file) => outcomeOf(folder, file, expected.get(file) ?? ""));
  const totals = DEPTHS.map((depth, index) => {
    const cut = outcomes.filter((one) => !one.taken[index]?.refusal).length;
    return `${depth}: ${cut} of ${outcomes.length} cut without hints`;
  });
  const reasons = outcomes.flatMap((one) =>
    one.taken.flatMap((taken, index) =>
      taken.refusal && (index === 0 || one.taken[index - 1]?.refusal?.reason !== taken.refusal.reason)
        ? [`  ${DEPTHS[index]} ${one.file.slice(0, 60)}: line ${taken.refusal.line}: ${taken.refusal.reason}`]
        : [],
    ),
  );
  const judged = outcomes.map(agrees).filter((one) => one !== undefined);
  return [
    ...outcomes.map(line),
    ...totals,
    `counts that agree: ${judged.filter(Boolean).length} of ${judged.length}`,
    "refused:",
    ...reasons,
  ];
}
